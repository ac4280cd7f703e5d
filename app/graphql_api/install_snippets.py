"""How to install a chart version, ready to paste: for Helm, Argo CD and Flux.

Sources: helm.sh, Use OCI-based registries; argo-cd.readthedocs.io, Helm; fluxcd.io, OCIRepository and HelmRelease.
"""

import json
import re
import shlex
from dataclasses import dataclass
from typing import Final

_NOT_IN_A_NAME: Final = re.compile(r"[^a-z0-9]+")
# Helm, pkg/chartutil/validate_name.go: a release's name leaves room for what charts append to it.
RELEASE_NAME_MAX_CHARACTERS: Final = 53
HELM_LAYER: Final = "application/vnd.cncf.helm.chart.content.v1.tar+gzip"


@dataclass(frozen=True, slots=True)
class Installable:
    """What the snippets are filled with. `repository` is the path inside the registry, e.g. acme/payments."""

    chart_name: str
    host: str
    repository: str
    tag: str
    digest: str

    @property
    def helm_version(self) -> str:
        """What `--version` takes: Helm asks for the tag of this name, with + written _ . The version in
        Chart.yaml may be another one, e.g. 1.2.3 under the tag v1.2.3, and would not be found."""
        return self.tag.replace("_", "+")

    @property
    def release_name(self) -> str:
        """The chart's name as Kubernetes takes names; also keeps what a stranger wrote out of a shell."""
        name = _NOT_IN_A_NAME.sub("-", self.chart_name.lower())[:RELEASE_NAME_MAX_CHARACTERS].strip("-")
        return name or "release"

    @property
    def address(self) -> str:
        return f"oci://{self.host}/{self.repository}"


def helm(chart: Installable) -> str:
    """For Helm 3.18 and newer, which refuses a tag that was moved to another digest."""
    address = f"{chart.address}@{chart.digest}"
    return shlex.join(["helm", "install", chart.release_name, address, "--version", chart.helm_version])


def argo_cd(chart: Installable) -> str:
    """Argo CD writes an OCI registry without a scheme, and the chart apart from the path above it."""
    parent, _, name = f"{chart.host}/{chart.repository}".rpartition("/")
    return f"""\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: {_quoted(chart.release_name)}
  namespace: argocd
spec:
  project: default
  source:
    repoURL: {_quoted(parent)}
    chart: {_quoted(name)}
    targetRevision: {_quoted(chart.helm_version)} # {chart.digest}
  destination:
    server: https://kubernetes.default.svc
    namespace: {_quoted(chart.release_name)}
  syncPolicy:
    syncOptions:
      - CreateNamespace=true
"""


def flux(chart: Installable) -> str:
    """The digest decides; the tag is there for people."""
    name = _quoted(chart.release_name)
    return f"""\
apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata:
  name: {name}
  namespace: flux-system
spec:
  interval: 1h
  url: {_quoted(chart.address)}
  layerSelector:
    mediaType: {HELM_LAYER}
    operation: copy
  ref:
    tag: {_quoted(chart.tag)}
    digest: {_quoted(chart.digest)}
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: {name}
  namespace: flux-system
spec:
  interval: 1h
  targetNamespace: {name}
  install:
    createNamespace: true
  chartRef:
    kind: OCIRepository
    name: {name}
"""


def _quoted(text: str) -> str:
    """JSON's strings are YAML's too. Source: YAML 1.2, 1.3."""
    return json.dumps(text)
