"""Which hosts are Amazon's, and where the API of each is."""

import aioboto3
import pytest
from aiobotocore.config import AioConfig

from app.oci_client.errors import InvalidRegistryHost, InvalidRepositoryName
from app.oci_client.providers.ecr import EcrProvider
from app.oci_client.providers.ecr_hosts import PUBLIC_HOST, place_of
from app.oci_client.reference import RegistryHost

# Host, and whether the SDK is to be asked for its FIPS and its dual-stack endpoint.
HOSTS = [
    ("123456789012.dkr.ecr.us-west-2.amazonaws.com", False, False),
    ("123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com", True, False),
    ("123456789012.dkr-ecr.us-west-2.on.aws", False, True),
    ("123456789012.dkr-ecr-fips.us-west-2.on.aws", True, True),
    ("123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn", False, False),
    ("123456789012.dkr-ecr.cn-north-1.on.amazonwebservices.com.cn", False, True),
    ("123456789012.dkr.ecr.eusc-de-east-1.amazonaws.eu", False, False),
    ("123456789012.dkr.ecr.us-iso-east-1.c2s.ic.gov", False, False),
    ("123456789012.dkr.ecr.us-isob-east-1.sc2s.sgov.gov", False, False),
    ("123456789012.dkr.ecr.eu-isoe-west-1.cloud.adc-e.uk", False, False),
    ("123456789012.dkr.ecr.us-isof-south-1.csp.hci.ic.gov", False, False),
]


@pytest.mark.parametrize(("host", "fips", "dual_stack"), HOSTS)
async def test_api_is_where_the_sdk_has_it(host: str, fips: bool, dual_stack: bool) -> None:
    place = place_of(EcrProvider().parse_host(host))
    config = AioConfig(use_fips_endpoint=fips, use_dualstack_endpoint=dual_stack)
    session = aioboto3.Session(aws_access_key_id="AKIA", aws_secret_access_key="none")
    async with session.client("ecr", region_name=place.region, config=config) as client:
        assert client.meta.endpoint_url == f"https://{place.api_host}"
    assert (place.account, place.service) == ("123456789012", "ecr")


@pytest.mark.parametrize("host", ["public.ecr.aws", "ecr-public.aws.com"])
async def test_public_registry_has_one_api_wherever_it_is_read(host: str) -> None:
    place = place_of(EcrProvider().parse_host(host))
    session = aioboto3.Session(aws_access_key_id="AKIA", aws_secret_access_key="none")
    async with session.client("ecr-public", region_name="us-east-1") as client:
        assert client.meta.endpoint_url == f"https://{place.api_host}"
    assert (place.region, place.service, place.public) == ("us-east-1", "ecr-public", True)


@pytest.mark.parametrize(
    "typed",
    [
        " 123456789012.DKR.ecr.us-west-2.amazonaws.com/ ",
        "123456789012.dkr.ecr.us-west-2.amazonaws.com",
    ],
)
def test_host_is_taken_as_people_paste_it(typed: str) -> None:
    assert EcrProvider().parse_host(typed) == RegistryHost("123456789012.dkr.ecr.us-west-2.amazonaws.com")


def test_gallery_stands_for_the_public_registry() -> None:
    assert EcrProvider().parse_host("gallery.ecr.aws") == PUBLIC_HOST


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("", "host is missing"),
        ("123456789012.dkr.ecr.us-west-2.amazonaws.com.fake.example.com", "does not end as"),
        ("123456789012.dkr.ecr.us-west-2.amazonaws.com\n.evil.com", "host"),
        ("x123456789012.dkr.ecr.us-west-2.amazonaws.com", "no registry of Amazon ECR"),
        ("123456789012xdkr.ecr.us-west-2.amazonaws.com", "no registry of Amazon ECR"),
        ("123456789012.dkr.ecr.us-west-2.amazonawsxcom", "does not end as"),
        ("١٢٣٤٥٦٧٨٩٠١٢.dkr.ecr.us-west-2.amazonaws.com", ""),
        ("12345678901.dkr.ecr.us-west-2.amazonaws.com", "has 12 digits; 12345678901 has 11"),
        ("1234-5678-9012.dkr.ecr.us-west-2.amazonaws.com", "without hyphens: 123456789012.dkr"),
        ("123456789012.dkr.ecr.us-west-2.amazonaws.com:443", "no port"),
        ("123456789012.dkr.ecr.us-west-2.on.aws", "Type 123456789012.dkr.ecr.us-west-2.amazonaws.com"),
        ("123456789012.dkr-ecr.us-west-2.amazonaws.com", "Type 123456789012.dkr.ecr.us-west-2.amazonaws.com"),
        ("123456789012.dkr.ecr.cn-north-1.amazonaws.com", "cn-north-1.amazonaws.com.cn"),
        ("123456789012.dkr.ecr.eu-west-1.amazonaws.eu", "eu-west-1.amazonaws.com"),
        ("api.ecr.us-west-2.amazonaws.com", "is the API of Amazon ECR"),
        ("ecr.us-west-2.amazonaws.com", "is the API of Amazon ECR"),
        ("public.ecr.aws.example.com", "no registry of Amazon ECR"),
        ("docker.io", "no registry of Amazon ECR"),
    ],
)
def test_host_is_refused_with_what_to_type(typed: str, told: str) -> None:
    with pytest.raises(InvalidRegistryHost) as caught:
        EcrProvider().parse_host(typed)
    assert told in str(caught.value)


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("charts/app", "charts/app"),
        ("123456789012.dkr.ecr.us-west-2.amazonaws.com/charts/app", "charts/app"),
        ("oci://public.ecr.aws/acme/charts/app/", "acme/charts/app"),
    ],
)
def test_repository_is_taken_from_its_uri(typed: str, name: str) -> None:
    assert EcrProvider().parse_repository(typed) == name


def test_public_repository_is_refused_without_its_alias() -> None:
    assert EcrProvider().parse_repository("app", RegistryHost("123456789012.dkr.ecr.us-west-2.amazonaws.com")) == "app"
    with pytest.raises(InvalidRepositoryName, match="alias/app"):
        EcrProvider().parse_repository("app", PUBLIC_HOST)
