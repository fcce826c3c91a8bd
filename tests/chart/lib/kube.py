# SPDX-License-Identifier: GPL-2.0-or-later
"""Is an object what Kubernetes takes? The schemas of a release (kubernetes-validate, strict: no unknown field), and for
custom resources small strict ones of our own (schemas/), which know the fields that the chart uses."""

import functools
import json
import os

from place import HERE
import helm
import jsonschema
from kubernetes_validate import utils
import referencing


def _schema(name, release):
    return referencing.Resource.from_contents(utils.schema_contents(f"kubernetes-json-schema/v{release}-local-strict/{name}.json", release))


@functools.lru_cache(maxsize=None)
def _definitions(release):
    return (_schema("_definitions", release) @ referencing.Registry()).crawl()


@functools.lru_cache(maxsize=None)
def _validator(kind, version, release):
    own = f"{HERE}/schemas/{kind.lower()}.json"
    if os.path.exists(own):
        with open(own, encoding="utf-8") as file:
            return jsonschema.Draft202012Validator(json.load(file))
    group, _, number = version.rpartition("/")
    name = f"{group.split('.')[0]}-{number}" if group else number
    schema = _schema(f"{kind.lower()}-{name}", release)
    return jsonschema.Draft202012Validator(schema.contents, registry=schema @ _definitions(release))


def mistakes(tree, release=helm.NEWEST):
    """Sentences about what is wrong with an object."""
    name = f"{tree.get('kind')} {tree.get('metadata', {}).get('name')}"
    wrong = _told(name, _validator(tree["kind"], tree["apiVersion"], release), tree)
    if tree["kind"] == "NetworkAttachmentDefinition" and not wrong:
        try:
            wrong = _told(f"{name}: spec.config", _validator("cni", "", release), json.loads(tree["spec"]["config"]))
        except ValueError as error:
            wrong = [f"{name}: spec.config is no JSON: {error}"]
    return wrong


def _told(name, validator, tree):
    return [f"{name}: {'.'.join(str(word) for word in error.absolute_path)}: {error.message[:300]}" for error in validator.iter_errors(tree)]
