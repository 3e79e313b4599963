"""Validates Kubernetes objects against the schemas of its API, strictly: unknown members are errors."""

import sys

import kubernetes_validate
import yaml

for name in sys.argv[1:]:
    with open(name, encoding="utf-8") as file:
        for document in yaml.safe_load_all(file):
            kubernetes_validate.validate(document, kubernetes_validate.latest_version(), strict=True)
