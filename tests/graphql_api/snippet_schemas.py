"""What the tools take, as far as our snippets go: written down from their CustomResourceDefinitions.

Sources: argoproj/argo-cd, Application v1alpha1; fluxcd/source-controller, OCIRepository v1; fluxcd/helm-controller,
HelmRelease v2; as of July 2026. Unknown fields are errors, as for `kubectl apply --validate=strict`.
"""

from typing import Any

import jsonschema_rs

TEXT = {"type": "string"}
DURATION = {"type": "string", "pattern": r"^([0-9]+(\.[0-9]+)?(ms|s|m|h))+$"}
# Kubernetes, names of objects (RFC 1123 subdomain) and of namespaces (RFC 1123 label).
NAME = {"type": "string", "maxLength": 253, "pattern": r"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$"}
NAMESPACE = {"type": "string", "maxLength": 63, "pattern": r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"}


def closed(properties: dict[str, Any], required: tuple[str, ...] = ()) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": [*required], "additionalProperties": False}


def resource(api_version: str, kind: str, spec: dict[str, Any]) -> Any:
    properties = {
        "apiVersion": {"const": api_version},
        "kind": {"const": kind},
        "metadata": closed({"name": NAME, "namespace": NAMESPACE}, ("name", "namespace")),
        "spec": spec,
    }
    return jsonschema_rs.validator_for(closed(properties, tuple(properties)))


SCHEMAS = {
    "Application": resource(
        "argoproj.io/v1alpha1",
        "Application",
        closed(
            {
                "project": TEXT,
                "source": closed({"repoURL": TEXT, "chart": TEXT, "targetRevision": TEXT}, ("repoURL",)),
                "destination": closed({"server": TEXT, "name": TEXT, "namespace": NAMESPACE}),
                "syncPolicy": closed({"syncOptions": {"type": "array", "items": TEXT}}),
            },
            ("project", "destination"),
        ),
    ),
    "OCIRepository": resource(
        "source.toolkit.fluxcd.io/v1",
        "OCIRepository",
        closed(
            {
                "interval": DURATION,
                "url": {"type": "string", "pattern": "^oci://.*$"},
                "layerSelector": closed({"mediaType": TEXT, "operation": {"enum": ["extract", "copy"]}}),
                "ref": closed({"digest": TEXT, "semver": TEXT, "semverFilter": TEXT, "tag": TEXT}),
            },
            ("interval", "url"),
        ),
    ),
    "HelmRelease": resource(
        "helm.toolkit.fluxcd.io/v2",
        "HelmRelease",
        closed(
            {
                "interval": DURATION,
                "targetNamespace": {**NAMESPACE, "minLength": 1},
                "install": closed({"createNamespace": {"type": "boolean"}}),
                # Either chart or chartRef must be set.
                "chartRef": closed(
                    {
                        "apiVersion": TEXT,
                        "kind": {"enum": ["OCIRepository", "HelmChart", "ExternalArtifact"]},
                        "name": {**NAME, "minLength": 1},
                        "namespace": NAMESPACE,
                    },
                    ("kind", "name"),
                ),
            },
            ("interval", "chartRef"),
        ),
    ),
}


def refusals(document: dict[str, Any]) -> list[str]:
    """What the tool that the document is for would say against it."""
    return [error.message for error in SCHEMAS[document["kind"]].iter_errors(document)]
