"""Login servers: what is taken, and what people are told to type instead."""

import pytest

from app.oci_client.errors import InvalidRegistryHost
from app.oci_client.providers.azure import AzureProvider
from app.oci_client.providers.azure_hosts import cloud_of, registry_name

PROVIDER = AzureProvider()


@pytest.mark.parametrize(
    ("typed", "host", "authority"),
    [
        ("myregistry.azurecr.io", "myregistry.azurecr.io", "login.microsoftonline.com"),
        (" MyRegistry.azurecr.io/ ", "myregistry.azurecr.io", "login.microsoftonline.com"),
        (
            "myregistry-a1b2c3d4e5f6a7b8.azurecr.io",
            "myregistry-a1b2c3d4e5f6a7b8.azurecr.io",
            "login.microsoftonline.com",
        ),
        ("agency.azurecr.us", "agency.azurecr.us", "login.microsoftonline.us"),
        ("gongsi.azurecr.cn", "gongsi.azurecr.cn", "login.chinacloudapi.cn"),
    ],
)
def test_login_server_is_taken_with_the_cloud_of_its_end(typed: str, host: str, authority: str) -> None:
    parsed = PROVIDER.parse_host(typed)
    assert str(parsed) == host
    assert cloud_of(parsed).authority == authority
    assert {audience.rpartition("/")[0] for audience in cloud_of(parsed).audiences[:1]} == {
        "https://containerregistry.azure.net"
    }


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("myregistry", "Type myregistry.azurecr.io."),
        ("https://myregistry.azurecr.io", "without https://"),
        ("myregistry.azurecr.io/charts", "without a path"),
        ("myregistry.azurecr.io:443", "without a port"),
        ("myregistry.westeurope.geo.azurecr.io", "Type myregistry.azurecr.io instead."),
        ("myregistry.westeurope.data.azurecr.io", "Type myregistry.azurecr.io instead."),
        ("myregistry-a1b2.westeurope.data.azurecr.us", "Type myregistry-a1b2.azurecr.us instead."),
        ("myregistry.privatelink.azurecr.io", "Type myregistry.azurecr.io instead."),
        ("myregistry.azurecr.de", "closed in 2021"),
        ("mcr.microsoft.com", "“Other”"),
        ("myregistry.azurecr.io.example.com", "no login server"),
        ("evil.example.com.azurecr.io", "no login server"),
        ("xmyregistryazurecr.io", "no login server"),
        ("four.azurecr.io", "no login server"),
        (f"{'a' * 51}.azurecr.io", "no login server"),
        ("my_registry.azurecr.io", "host"),
        ("-ab.azurecr.io", "host"),
    ],
)
def test_host_is_refused_with_what_to_type_when_it_is_no_login_server(typed: str, told: str) -> None:
    with pytest.raises(InvalidRegistryHost) as refused:
        PROVIDER.parse_host(typed)
    assert told in str(refused.value)


def test_repository_loses_the_login_server_when_it_was_copied_along() -> None:
    assert PROVIDER.parse_repository("myregistry.azurecr.io/charts/app") == "charts/app"
    assert PROVIDER.parse_repository("charts/app") == "charts/app"


def test_registry_name_has_no_hash_of_a_domain_label() -> None:
    assert registry_name("myregistry-a1b2c3.azurecr.io") == "myregistry"
