"""Fetches / from servers on the loopback interface: a JSON array of {port, host, ca, party} in, where a party is {cert, key} or null;
for each one line out, the answer or what went wrong.
"""

import json
import socket
import ssl
import sys


def context(visit):
    context = ssl.create_default_context(cafile=visit["ca"])
    # What Python asks for by itself from 3.13 on.
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    if visit["party"]:
        context.load_cert_chain(visit["party"]["cert"], visit["party"]["key"])
    return context


def fetch(visit):
    host = visit["host"]
    with socket.create_connection(("127.0.0.1", visit["port"]), timeout=20) as plain:
        with context(visit).wrap_socket(plain, server_hostname=host) as stream:
            stream.sendall(f"GET / HTTP/1.0\r\nHost: {host}\r\n\r\n".encode())
            with stream.makefile("rb") as answer:
                return answer.read().decode()


for visit in json.load(sys.stdin):
    try:
        said = fetch(visit)
    except OSError as error:
        said = repr(error)
    print(" ".join(said.split()))
