"""A chart runs where Helm would install it."""

import pytest

from app.domain.kube_version import runs_on
from app.domain.semver import Version


@pytest.mark.parametrize(
    ("constraint", "version", "runs"),
    [
        (">=1.30", "1.34", True),
        (">=1.30", "1.29.9", False),
        (">=1.22 <1.33", "v1.32.1", True),
        ("1.x", "1.34.1", True),
        # Vendors' versions are pre-releases to Helm: only constraints that name one take them.
        (">=1.30", "v1.34.1-eks-3025e55", False),
        (">=1.30-0", "v1.34.1-eks-3025e55", True),
        (">=1.20.0-0", "v1.27.1-3136+af29f64acbf9e6-dirty", True),
        (">=1.30", "v1.34.1+k3s1", True),
        ("nonsense", "1.34", False),
    ],
)
def test_version_of_kubernetes_is_judged_as_helm_does(constraint: str, version: str, runs: bool) -> None:
    assert runs_on(constraint, Version.parse(version)) is runs
