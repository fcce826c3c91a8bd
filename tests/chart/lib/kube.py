# SPDX-License-Identifier: GPL-2.0-or-later
"""Is an object what Kubernetes takes? The schemas of its release (kubernetes-validate, strict: no unknown field), and for
custom resources small strict ones of our own (schemas/), which know the fields that the chart uses."""

import functools
import json
import os

from place import HERE
import jsonschema
from kubernetes_validate import utils
import referencing

RELEASE = "1.37.0"
_FOLDER = f"kubernetes-json-schema/v{RELEASE}-local-strict"


@functools.lru_cache(maxsize=1)
def _definitions():
    resource = referencing.Resource.from_contents(utils.schema_contents(f"{_FOLDER}/_definitions.json", RELEASE))
    return (resource @ referencing.Registry()).crawl()


@functools.lru_cache(maxsize=None)
def _validator(kind, version):
    own = f"{HERE}/schemas/{kind.lower()}.json"
    if os.path.exists(own):
        with open(own, encoding="utf-8") as file:
            return jsonschema.Draft202012Validator(json.load(file))
    group, _, number = version.rpartition("/")
    name = f"{group.split('.')[0]}-{number}" if group else number
    schema = utils.schema_contents(f"{_FOLDER}/{kind.lower()}-{name}.json", RELEASE)
    registry = referencing.Resource.from_contents(schema) @ _definitions()
    return jsonschema.Draft202012Validator(schema, registry=registry)


def mistakes(tree):
    """Sentences about what is wrong with an object."""
    name = f"{tree.get('kind')} {tree.get('metadata', {}).get('name')}"
    return [f"{name}: {'.'.join(str(word) for word in error.absolute_path)}: {error.message[:300]}"
            for error in _validator(tree["kind"], tree["apiVersion"]).iter_errors(tree)]
