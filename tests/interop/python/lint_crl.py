"""Lints CRLs with pkilint: a JSON array of files in, for each one JSON array of findings out."""

import contextlib
import io
import json
import sys

from pkilint.bin import lint_crl

for file in json.load(sys.stdin):
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        status = lint_crl.main(["lint", "-t", "CRL", "-p", "PKIX", "-s", "WARNING", "-f", "JSON", file])
    report = json.loads(out.getvalue())
    found = [
        f"{finding['severity']} {finding['code']} at {result['node_path']}: {finding['message']}"
        for result in report["results"]
        for finding in result["finding_descriptions"]
    ]
    assert bool(status) == bool(found), f"{file}: status {status}, findings {found}"
    print(json.dumps(found))
