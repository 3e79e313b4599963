"""Answers questions about certificates with pyca/cryptography: a JSON array in, one JSON object a line out."""

import ipaddress
import json
import sys
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.x509 import DNSName, InvalidVersion, IPAddress, load_pem_x509_certificates
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError


def load(file):
    return load_pem_x509_certificates(Path(file).read_bytes())


def subject(host):
    try:
        return IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return DNSName(host)


def ask(question):
    builder = PolicyBuilder().store(Store(load(question["root"])))
    if question["purpose"] == "server":
        verifier = builder.build_server_verifier(subject(question["host"]))
    else:
        verifier = builder.build_client_verifier()
    intermediates = load(question["intermediates"]) if question["intermediates"] else []
    verifier.verify(load(question["certificate"])[0], intermediates)


for question in json.load(sys.stdin):
    try:
        ask(question)
        answer = {"trusted": True, "why": ""}
    except (InvalidVersion, UnsupportedAlgorithm, VerificationError, ValueError) as error:
        answer = {"trusted": False, "why": str(error)}
    print(json.dumps({"id": question["id"], **answer}))
