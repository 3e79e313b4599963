"""Judges chains by a TLS handshake in memory: a JSON array in, one JSON object a line out.

With "strict", the client checks what `ssl.create_default_context` asks OpenSSL to check from Python 3.13 on.
"""

import json
import ssl
import sys
import tempfile
from pathlib import Path

strict = sys.argv[1] == "strict"


def server(question):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    # What is too weak is the client's to say.
    context.set_ciphers("ALL:@SECLEVEL=0")
    with tempfile.NamedTemporaryFile() as chain:
        chain.write(Path(question["leaf"]).read_bytes() + Path(question["intermediate"]).read_bytes())
        chain.flush()
        context.load_cert_chain(chain.name, question["key"])
    return context


def client(question):
    context = ssl.create_default_context(cafile=question["root"])
    if strict:
        context.verify_flags |= ssl.VERIFY_X509_STRICT | ssl.VERIFY_X509_PARTIAL_CHAIN
    else:
        context.verify_flags &= ~(ssl.VERIFY_X509_STRICT | ssl.VERIFY_X509_PARTIAL_CHAIN)
    return context


def shake(question):
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = [
        client(question).wrap_bio(to_client, to_server, server_hostname=question["host"]),
        server(question).wrap_bio(to_server, to_client, server_side=True),
    ]
    for _ in range(10):
        for end in list(ends):
            try:
                end.do_handshake()
                ends.remove(end)
            except ssl.SSLWantReadError:
                pass
        if not ends:
            return
    raise RuntimeError("the handshake does not end")


for question in json.load(sys.stdin):
    try:
        shake(question)
        answer = {"trusted": True, "why": ""}
    except (OSError, RuntimeError, ValueError) as error:
        answer = {"trusted": False, "why": str(error)}
    print(json.dumps({"id": question["id"], **answer}))
