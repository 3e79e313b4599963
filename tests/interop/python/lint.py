"""Lints certificates with pkilint: a JSON array of {certificate, issuer} in, for each one JSON array of findings out.

One process for all, since the start costs more than the lint. It calls pkilint's own command lines.
"""

import contextlib
import io
import json
import sys

from pkilint.bin import lint_pkix_cert, lint_pkix_signer_signee_cert_chain


def findings(command, *files):
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        status = command.main(["lint", "-s", "WARNING", "-f", "JSON", *files])
    report = json.loads(out.getvalue())
    found = [
        {"id": finding["code"], "detail": f"{finding['severity']} at {result['node_path']}: {finding['message']}"}
        for result in report["results"]
        for finding in result["finding_descriptions"]
    ]
    assert bool(status) == bool(found), f"{files}: status {status}, findings {found}"
    return found


for case in json.load(sys.stdin):
    found = findings(lint_pkix_cert, case["certificate"])
    # The step from a root to itself needs no authorityKeyIdentifier (RFC 5280, 4.2.1.1), whatever the linter says.
    if case["issuer"] != case["certificate"]:
        found += findings(lint_pkix_signer_signee_cert_chain, case["issuer"], case["certificate"])
    print(json.dumps(found))
