"""Where Amazon's registries are, and where the AWS API is that belongs to each.

Sources: amazon-ecr-credential-helper ecr-login/api/client.go for the hosts; botocore's endpoint rules for the API,
which the tests compare this with.
"""

import re
from dataclasses import dataclass
from typing import Final

from app.oci_client.errors import InvalidRegistryHost
from app.oci_client.reference import RegistryHost

PUBLIC_HOST: Final = RegistryHost("public.ecr.aws")
# The second one is the first over IPv6 too.
PUBLIC_NAMES: Final = frozenset({"public.ecr.aws", "ecr-public.aws.com"})
_GALLERY: Final = "gallery.ecr.aws"
# ECR Public signs in there and nowhere else, whatever region its readers are in.
PUBLIC_REGION: Final = "us-east-1"

# Matched whole: a suffix left open would send AWS passwords to 1….dkr.ecr.us-west-2.amazonaws.com.example.com.
_PRIVATE: Final = re.compile(
    r"(?P<account>[0-9]{12})\.dkr(?P<joint>[.-])ecr(?P<fips>-fips)?\.(?P<region>[a-z0-9]+(?:-[a-z0-9]+)+)\."
    r"(?P<suffix>amazonaws\.(?:com(?:\.cn)?|eu)|on\.(?:aws|amazonwebservices\.com\.cn)|sc2s\.sgov\.gov|c2s\.ic\.gov"
    r"|cloud\.adc-e\.uk|csp\.hci\.ic\.gov)"
)
_LIKE_PRIVATE: Final = re.compile(r"(?P<account>[0-9-]+)\.dkr[.-]ecr(?:-fips)?\.(?P<rest>.+)")
# Beginning of a region's name: what its hosts end in, and what those over IPv6 too end in.
_PARTITIONS: Final = (
    ("cn-", "amazonaws.com.cn", "on.amazonwebservices.com.cn"),
    ("eusc-", "amazonaws.eu", None),
    ("us-isob-", "sc2s.sgov.gov", None),
    ("us-isof-", "csp.hci.ic.gov", None),
    ("us-iso-", "c2s.ic.gov", None),
    ("eu-isoe-", "cloud.adc-e.uk", None),
    ("", "amazonaws.com", "on.aws"),
)
_DUAL_STACK_API: Final = {"on.aws": "api.aws", "on.amazonwebservices.com.cn": "api.amazonwebservices.com.cn"}
_EXPECTED: Final = (
    "Type a private registry like 123456789012.dkr.ecr.eu-west-1.amazonaws.com, with account and region, "
    "or public.ecr.aws."
)


@dataclass(frozen=True, slots=True)
class EcrPlace:
    """A registry and its API. `account` is None for ECR Public, which has one registry for everybody."""

    account: str | None
    region: str
    api_host: str

    @property
    def public(self) -> bool:
        return self.account is None

    @property
    def service(self) -> str:
        """The name that requests are signed for, and IAM actions begin with."""
        return "ecr-public" if self.public else "ecr"

    @property
    def words(self) -> str:
        return "ECR Public" if self.public else f"account {self.account} in {self.region}"


def parse_ecr_host(text: str) -> RegistryHost:
    """The host typed, or InvalidRegistryHost with the form that is expected."""
    if not text.strip():
        raise InvalidRegistryHost(f"The registry's host is missing. {_EXPECTED}")
    host = RegistryHost.parse(text)
    if host.name == _GALLERY:
        return PUBLIC_HOST
    if host.port is not None:
        raise InvalidRegistryHost(f"Amazon ECR has no port of its own. Type {host.name}.")
    place_of(host)
    return host


def place_of(host: RegistryHost) -> EcrPlace:
    """Account, region and API of a registry. Raises InvalidRegistryHost where it is none of Amazon's."""
    if host.name in PUBLIC_NAMES:
        return EcrPlace(None, PUBLIC_REGION, f"api.ecr-public.{PUBLIC_REGION}.amazonaws.com")
    match = _PRIVATE.fullmatch(host.name)
    if match is None:
        raise InvalidRegistryHost(_advice(host.name))
    account, region, suffix = match["account"], match["region"], match["suffix"]
    standard, dual_stack = next(ends for prefix, *ends in _PARTITIONS if region.startswith(prefix))
    joined = match["joint"] == "-"
    expected = dual_stack if joined else standard
    if suffix != expected:
        right = f"{account}.dkr.ecr{match['fips'] or ''}.{region}.{standard}"
        raise InvalidRegistryHost(f"Registries in {region} do not end in {suffix}. Type {right}.")
    fips = "ecr-fips" if match["fips"] else None
    if joined:
        return EcrPlace(account, region, f"{fips or 'ecr'}.{region}.{_DUAL_STACK_API[suffix]}")
    return EcrPlace(account, region, f"{fips or 'api.ecr'}.{region}.{suffix}")


def _advice(name: str) -> str:
    if re.match(r"(?:api\.)?ecr(?:-fips|-public)?\.", name):
        return f"{name} is the API of Amazon ECR and no registry. {_EXPECTED}"
    like = _LIKE_PRIVATE.fullmatch(name)
    if like is None:
        return f"{name} is no registry of Amazon ECR. {_EXPECTED}"
    digits = like["account"].replace("-", "")
    if len(digits) != 12:
        return f"The number of an AWS account has 12 digits; {like['account']} has {len(digits)}. {_EXPECTED}"
    if digits != like["account"]:
        return f"The account stands without hyphens: {digits}.dkr.ecr.{like['rest']}."
    return f"{name} does not end as a registry of Amazon ECR does. {_EXPECTED}"
