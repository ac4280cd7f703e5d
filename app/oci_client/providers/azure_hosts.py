"""Login servers of Azure Container Registry, and the cloud that each belongs to.

Sources: azure-identity AzureAuthorityHosts; learn.microsoft.com/azure/container-registry, "Domain name label" and
"Dedicated data endpoints"; azure-cli, which asks for the registry's own audience in every cloud.
"""

import re
from dataclasses import dataclass
from typing import Final

from app.oci_client.errors import InvalidRegistryHost
from app.oci_client.reference import RegistryHost

ACR_AUDIENCE: Final = "https://containerregistry.azure.net/.default"


@dataclass(frozen=True, slots=True)
class Cloud:
    """`audiences` in the order in which they are tried: the registry's own, then Azure Resource Manager's, which
    a registry may refuse, for directories that do not know the registry's own.
    """

    title: str
    authority: str
    audiences: tuple[str, str]

    @property
    def authority_url(self) -> str:
        return f"https://{self.authority}"


CLOUDS: Final = {
    "io": Cloud("Azure", "login.microsoftonline.com", (ACR_AUDIENCE, "https://management.azure.com/.default")),
    "us": Cloud(
        "Azure Government",
        "login.microsoftonline.us",
        (ACR_AUDIENCE, "https://management.usgovcloudapi.net/.default"),
    ),
    "cn": Cloud(
        "Azure China",
        "login.chinacloudapi.cn",
        (ACR_AUDIENCE, "https://management.chinacloudapi.cn/.default"),
    ),
}

_FORM: Final = "Type the login server as the portal shows it, like myregistry.azurecr.io (.azurecr.us, .azurecr.cn)."
# A registry's name is 5 to 50 letters and digits; a domain name label adds a hyphen and a hash to it.
_LOGIN_SERVER: Final = re.compile(r"(?P<name>[a-z0-9]{5,50})(?P<hash>-[a-z0-9]{1,32})?\.azurecr\.(?P<cloud>io|us|cn)")
_INNER: Final = re.compile(
    r"(?P<label>[a-z0-9-]+)(?:\.[a-z0-9-]+)*\.(?P<kind>geo|data|privatelink)\.azurecr\.(?P<cloud>[a-z]+)"
)
_INNER_KINDS: Final = {
    "geo": "the endpoint of one region, which signs nobody in",
    "data": "the endpoint that layers are downloaded from, no registry",
    "privatelink": "the DNS zone of private endpoints, whose names have no certificate",
}
_LONE_NAME: Final = re.compile(r"[a-z0-9]{5,50}(?:-[a-z0-9]{1,32})?")


def parse_login_server(text: str) -> RegistryHost:
    """The login server in `text`, lower case. Raises InvalidRegistryHost, saying what to type instead."""
    host = RegistryHost.parse(text)
    name = host.name
    inner = _INNER.fullmatch(name)
    if inner:
        raise InvalidRegistryHost(
            f"{name} is {_INNER_KINDS[inner['kind']]}. Type {inner['label']}.azurecr.{inner['cloud']} instead."
        )
    if name.endswith(".azurecr.de"):
        raise InvalidRegistryHost("Azure Germany, and with it azurecr.de, was closed in 2021. " + _FORM)
    if name == "mcr.microsoft.com":
        raise InvalidRegistryHost(
            "mcr.microsoft.com is Microsoft's own public registry. Choose “Other” as provider for it."
        )
    if not _LOGIN_SERVER.fullmatch(name):
        if _LONE_NAME.fullmatch(name):
            raise InvalidRegistryHost(f"{name} is the registry's name only. Type {name}.azurecr.io.")
        raise InvalidRegistryHost(f"{name} is no login server of Azure Container Registry. {_FORM}")
    if host.port is not None:
        raise InvalidRegistryHost(f"A login server of Azure stands without a port. Type {name}.")
    return host


def cloud_of(host: RegistryHost) -> Cloud:
    """By the end of the name: azurecr.io, .us or .cn."""
    return CLOUDS[host.name.rpartition(".")[2]]


def registry_name(host: str) -> str:
    """The name that `az acr --name` takes: the login server's first label, without the hash of a domain label."""
    return host.partition(".")[0].partition("-")[0]
