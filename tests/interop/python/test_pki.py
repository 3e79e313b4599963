"""Judges the cases of a test PKI with pyca/cryptography: the path of expectations.json in, one JSON object a line out."""

import json
import sys
from datetime import datetime
from ipaddress import ip_address
from pathlib import Path

from cryptography.x509 import DNSName, IPAddress, load_pem_x509_certificates
from cryptography.x509.verification import PolicyBuilder, Store

document = Path(sys.argv[1])


def load(name):
    return load_pem_x509_certificates((document.parent / name).read_bytes())


def subject(name):
    try:
        return IPAddress(ip_address(name))
    except ValueError:
        return DNSName(name)


def ask(case):
    at = datetime.fromisoformat(case["at"].replace("Z", "+00:00"))
    builder = PolicyBuilder().store(Store(load(case["anchor"]))).time(at)
    leaf, *intermediates = load(case["fullchain"])
    if case["purpose"] == "server":
        verifier = builder.build_server_verifier(subject(case["name"]))
    else:
        verifier = builder.build_client_verifier()
    verifier.verify(leaf, intermediates)


for case in json.loads(document.read_text())["cases"]:
    if "pyca" in case["unable"]:
        continue
    try:
        ask(case)
        answer = {"trusted": True, "why": ""}
    except Exception as error:  # whatever it is, the certificate is not taken
        answer = {"trusted": False, "why": f"{type(error).__name__}: {error}"}
    print(json.dumps({"id": case["id"], **answer}))
