"""Google Artifact Registry, and gcr.io, which it has become.

Sources: cloud.google.com/artifact-registry/docs/docker/names, .../docs/transition/setup-gcr-repo and
.../docs/helm/authentication; go-containerregistry pkg/v1/google.
"""

import re
from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING, ClassVar, Final

from app.oci_client.answers import Refusal
from app.oci_client.credentials import (
    Anonymous,
    Credential,
    GcpServiceAccount,
    GcpWorkloadIdentity,
    Login,
)
from app.oci_client.errors import (
    InvalidCredential,
    InvalidRegistryHost,
    InvalidRepositoryName,
    PermissionDenied,
    RegistryError,
    RepositoryNotFound,
)
from app.oci_client.provider import ListedRepository, ListedTag, Namespaces, Provider
from app.oci_client.providers.artifact_registry_api import ArtifactRegistryApi
from app.oci_client.providers.artifact_registry_tags import digest_pages
from app.oci_client.providers.google_keys import parse_account_email, parse_key, project_of
from app.oci_client.providers.google_refusals import READER_ROLE, explain_refusal
from app.oci_client.providers.google_sign_in import GoogleSignIn
from app.oci_client.reference import RegistryHost, parse_repository

if TYPE_CHECKING:
    from app.oci_client.calling import Caller

EXAMPLE_HOST: Final = "us-central1-docker.pkg.dev"
# Locations are us, europe or asia, or like us-central1, northamerica-northeast1, me-central2.
_REGION: Final = r"[a-z]+-[a-z]+[0-9]+"
_HOST: Final = re.compile(
    rf"(?P<near>us|europe|asia|{_REGION})-docker\.pkg\.dev"
    rf"|docker\.(?P<regional>{_REGION})\.rep\.pkg\.dev"
    r"|(?P<old>(?:(?:us|eu|asia|marketplace)\.)?gcr\.io)"
)
_OTHER_FORMAT: Final = re.compile(r"(.+)-(apt|generic|go|googet|kfp|maven|npm|python|ruby|yum)\.pkg\.dev")
# Where the repository behind a gcr.io host lies; its id is the host itself.
_OLD_LOCATIONS: Final = {"gcr.io": "us", "us.gcr.io": "us", "eu.gcr.io": "europe", "asia.gcr.io": "asia"}
# What is typed stands in addresses; a project of a domain is example.com:name.
_PROJECT: Final = re.compile(r"(?:[a-z0-9][a-z0-9.-]*:)?[a-z0-9][a-z0-9-]*")
# The user under which Google's registries take an access token as a password.
TOKEN_USER: Final = "oauth2accesstoken"  # noqa: S105 - a user name


class ArtifactRegistryProvider(Provider):
    """Signed in to with an OAuth access token, which goes to `/v2/` as it is."""

    name: ClassVar[str] = "artifactRegistry"
    title: ClassVar[str] = "Artifact Registry"
    credential_kinds: ClassVar[tuple[type[Credential], ...]] = (Anonymous, GcpServiceAccount, GcpWorkloadIdentity)

    def __init__(self, sign_in: GoogleSignIn | None = None) -> None:
        self._google = sign_in or GoogleSignIn()

    def parse_host(self, text: str) -> RegistryHost:
        """Only Google's own hosts, by their whole name."""
        host = RegistryHost.parse(text)
        if host.port == 443:
            host = RegistryHost(host.name)
        if host.port is None and _HOST.fullmatch(host.name):
            return host
        raise InvalidRegistryHost(_host_advice(host))

    def parse_repository(self, text: str, host: RegistryHost | None = None) -> str:
        """PROJECT/REPOSITORY/IMAGE, or PROJECT/IMAGE on gcr.io; the host in front of it is taken away.

        Without `host` the shorter one passes too.
        """
        named, path = _without_host(text)
        if named and host and named != host.name:
            raise InvalidRepositoryName(f"This lies at {named}, and not at {host}. Register that host for it.")
        host = host or (RegistryHost(named) if named else None)
        # A project of a domain, example.com:name, is example.com/name in paths.
        parts = parse_repository(re.sub(r"^([a-z0-9.-]+\.[a-z]+):", r"\1/", path)).split("/")
        missing = _missing_parts(parts, host)
        if missing:
            raise InvalidRepositoryName(missing)
        return "/".join(parts)

    def check_credential(self, credential: Credential) -> None:
        """Raises InvalidCredential for what can be told without asking Google."""
        match credential:
            case GcpServiceAccount(key_json):
                parse_key(key_json)
            case GcpWorkloadIdentity(str(email)):
                parse_account_email(email)

    async def sign_in(self, credential: Credential, caller: "Caller") -> Login | None:
        match credential:
            case Anonymous():
                return None
            case GcpServiceAccount(key_json):
                token = await self._google.by_key(parse_key(key_json), caller)
            case GcpWorkloadIdentity(email):
                account = parse_account_email(email) if email else None
                token = await self._google.by_workload(account, caller)
            case _:
                raise InvalidCredential(f"{self.title} does not sign in with {type(credential).__name__}.")
        return Login(TOKEN_USER, token.token, token.lifetime_seconds, as_bearer=True)

    async def list_tags(self, caller: "Caller", repository: str) -> AsyncIterator[tuple[ListedTag, ...]]:
        async for page in digest_pages(caller, repository):
            yield page

    async def discover_repositories(self, caller: "Caller") -> AsyncIterator[tuple[ListedRepository, ...]]:
        async for page in self.discover_within(caller, Namespaces()):
            yield page

    async def discover_within(
        self, caller: "Caller", namespaces: Namespaces
    ) -> AsyncIterator[tuple[ListedRepository, ...]]:
        """Of the projects that were asked for, else of the identity's own and those in use.

        Raises PermissionDenied when none of them may be listed, RepositoryNotFound when none has a repository here.
        """
        if isinstance(caller.credential, Anonymous):
            raise PermissionDenied(
                "Google lists repositories for those who sign in only. Give credentials, or name the charts by hand, "
                "as PROJECT/REPOSITORY/IMAGE.",
                host=str(caller.host),
            )
        own = await self._own_project(caller)
        projects = [name for name in namespaces.or_own([own] if own else []) if _PROJECT.fullmatch(name)]
        if not projects:
            raise PermissionDenied(
                "Google lists by project, and the credentials name none. Name the charts by hand, as "
                "PROJECT/REPOSITORY/IMAGE.",
                host=str(caller.host),
            )
        failure: RegistryError | None = None
        listed = False
        for project in projects:
            try:
                async for page in _discovered(ArtifactRegistryApi(caller), caller.host, project):
                    listed = True
                    yield page
            except (PermissionDenied, RepositoryNotFound) as error:
                failure = failure or error
        if failure is not None and not listed:
            raise failure

    async def _own_project(self, caller: "Caller") -> str | None:
        match caller.credential:
            case GcpServiceAccount(key_json):
                key = parse_key(key_json)
                return key.project_id or project_of(key.client_email)
            case GcpWorkloadIdentity(str(email)):
                return project_of(parse_account_email(email))
            case GcpWorkloadIdentity():
                return await self._google.workload_project(caller)
            case _:
                return None

    def explain(self, refusal: Refusal) -> RegistryError | None:
        host = RegistryHost.parse(refusal.host)
        location = location_of(host)
        place = f"location {location}" if location else str(host)
        return explain_refusal(refusal, place, _binding(refusal.subject.repository or "", location, host))


def location_of(host: RegistryHost) -> str | None:
    """Where the repositories of a host lie, such as us-central1; None of marketplace.gcr.io, which is Google's own."""
    found = _HOST.fullmatch(host.name)
    if found is None:
        return None
    return found["near"] or found["regional"] or _OLD_LOCATIONS.get(host.name)


async def _discovered(
    api: ArtifactRegistryApi, host: RegistryHost, project: str
) -> AsyncIterator[tuple[ListedRepository, ...]]:
    """Pages of what a project has at this host. Raises RepositoryNotFound when it has no repository there."""
    location = location_of(host)
    if location is None:
        raise PermissionDenied(f"{host} does not list what it has.", host=str(host))
    ids = await api.docker_repositories(project, location)
    old = host.name in _OLD_LOCATIONS
    if old:
        ids = [host.name] if host.name in ids else []
    if not ids:
        raise RepositoryNotFound(
            f"Project {project} has no Docker repository in location {location}, which is what {host} serves. Charts "
            "of other projects are named by hand, and other locations have hosts of their own.",
            host=str(host),
        )
    start = _path_of(project)
    for repository in ids:
        kinds = await api.kinds(project, location, repository)
        begin = start if old else f"{start}/{repository}"
        async for paths in api.packages(project, location, repository):
            page = tuple(ListedRepository(f"{begin}/{path}", kinds.get(path)) for path in paths if path)
            if page:
                yield page


def _path_of(project: str) -> str:
    """example.com:name is example.com/name in paths."""
    return project.replace(":", "/")


def _binding(repository: str, location: str | None, host: RegistryHost) -> str:
    """The command that lets somebody read a repository."""
    parts = repository.split("/")
    project, rest = (":".join(parts[:2]), parts[2:]) if "." in parts[0] else (parts[0], parts[1:])
    name = host.name if host.name in _OLD_LOCATIONS else "".join(rest[:1])
    return (
        f"gcloud artifacts repositories add-iam-policy-binding {name or 'REPOSITORY'} --project={project or 'PROJECT'} "
        f"--location={location or 'LOCATION'} --member=serviceAccount:EMAIL --role={READER_ROLE}"
    )


def _host_advice(host: RegistryHost) -> str:
    other = _OTHER_FORMAT.fullmatch(host.name)
    if host.port is not None:
        return f"Artifact Registry's hosts have no port. Type {host.url_name}."
    if other:
        return f"{host} is for {other[2]} packages. Charts are in Docker repositories: type {other[1]}-docker.pkg.dev."
    if host.name in ("docker.pkg.dev", "pkg.dev"):
        return f"The location is missing in front of {host}. Type it like {EXAMPLE_HOST}."
    if re.fullmatch(rf"us|europe|asia|{_REGION}", host.name):
        return f"This is the location only. Type {host}-docker.pkg.dev."
    if re.fullmatch(_REGION + "-[a-z]", host.name.removesuffix("-docker.pkg.dev")):
        region = host.name.removesuffix("-docker.pkg.dev").rpartition("-")[0]
        return f"{host} names a zone; repositories lie in regions. Type {region}-docker.pkg.dev."
    return (
        f"{host} is no host of Artifact Registry. Type it like {EXAMPLE_HOST}, us-docker.pkg.dev or gcr.io. For a "
        "registry of another company, choose that or “Other” as provider."
    )


def _without_host(text: str) -> tuple[str | None, str]:
    """The host that was pasted along, and the path behind it."""
    bare = re.sub(r"^(oci|https|docker)://", "", text.strip().strip("/"), flags=re.IGNORECASE)
    first, _, rest = bare.partition("/")
    return (first.lower(), rest) if _HOST.fullmatch(first.lower()) else (None, text.strip())


def _missing_parts(parts: Sequence[str], host: RegistryHost | None) -> str | None:
    """What to say of a path with too few parts."""
    given = "/".join(parts)
    # A project with a dot in it belongs to a domain, and is two parts.
    project_parts = 2 if "." in parts[0] else 1
    project, rest = "/".join(parts[:project_parts]), parts[project_parts:]
    short = host is None or host.name.endswith("gcr.io")
    if len(rest) >= (1 if short else 2):
        return None
    if host is not None and short:
        return f"{given} names the project only. A path on {host} has PROJECT/IMAGE: type {project}/IMAGE."
    if not rest:
        return (
            f"{given} names the project only. A path of Artifact Registry has PROJECT/REPOSITORY/IMAGE, for example "
            f"{project}/charts/payments."
        )
    return (
        f"{given} names a project and its repository; what is missing is the chart in it. A path of Artifact Registry "
        f"has PROJECT/REPOSITORY/IMAGE, for example {given}/payments."
    )
