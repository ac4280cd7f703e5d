"""Which Kubernetes a chart runs on.

Source: Helm, pkg/chartutil, IsCompatibleRange: a constraint that cannot be read fits no version, and versions
of vendors such as v1.34.1-eks-3025e55 are pre-releases, which fit only constraints that name one (`>=1.30-0`).
"""

from functools import lru_cache

from app.domain.semver import Version
from app.domain.semver_constraint import Constraint, InvalidConstraint


def runs_on(constraint: str, version: Version) -> bool:
    """Whether Helm would install a chart with this `kubeVersion` there."""
    parsed = _parsed(constraint)
    return parsed is not None and parsed.check(version)


@lru_cache(maxsize=4096)
def _parsed(constraint: str) -> Constraint | None:
    try:
        return Constraint.parse(constraint)
    except InvalidConstraint:
        return None
