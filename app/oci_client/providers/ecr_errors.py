"""What Amazon means by its refusals: of the AWS API, of STS and of the registries themselves.

Sources: AWS documentation, Common errors of each API and Troubleshooting access denied messages; issues that quote
live answers, see the tests.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import orjson

from app.oci_client.answers import Asked, Presented, Refusal
from app.oci_client.credentials import Credential, EcrAccessKey, EcrIamRole
from app.oci_client.errors import (
    CredentialsRefused,
    PermissionDenied,
    RateLimited,
    RegistryError,
    RepositoryNotFound,
    UnexpectedAnswer,
)
from app.oci_client.providers.ecr_hosts import EcrPlace
from app.oci_client.registry_text import quotable

THROTTLED: Final = frozenset(
    {"ThrottlingException", "Throttling", "TooManyRequestsException", "RequestLimitExceeded", "LimitExceededException"}
)
ENDED: Final = frozenset({"ExpiredTokenException", "ExpiredToken", "RequestExpired"})
UNKNOWN_KEY: Final = frozenset({"UnrecognizedClientException", "InvalidClientTokenId", "InvalidAccessKeyId"})
WRONG_SIGNATURE: Final = frozenset(
    {"InvalidSignatureException", "SignatureDoesNotMatch", "IncompleteSignature", "IncompleteSignatureException"}
)
DENIED: Final = frozenset({"AccessDeniedException", "AccessDenied", "UnauthorizedOperation"})
_NOT_AUTHORIZED: Final = re.compile(
    r"(?:User: (?P<who>\S+) is )?not authorized to perform: (?P<action>[a-z0-9-]+:[A-Za-z]+)"
    r"(?: on resource: (?P<resource>\S+))?(?P<why>.*)",
    re.IGNORECASE | re.DOTALL,
)
# What a request at the registry stands for among the IAM actions.
_REGISTRY_ACTIONS: Final = {
    Asked.TAGS: "ListImages",
    Asked.CATALOG: "DescribeRepositories",
    Asked.MANIFEST: "BatchGetImage",
    Asked.BLOB: "GetDownloadUrlForLayer",
}


@dataclass(frozen=True, slots=True)
class ApiRefusal:
    """An AWS API's refusal. `operation` as in IAM, `ecr:DescribeImages`; `message` is AWS' own."""

    operation: str
    code: str
    message: str


def read_api_refusal(operation: str, body: bytes) -> ApiRefusal:
    """The refusal in the body of an answer of AWS JSON 1.1; code and message empty where it holds none."""
    try:
        document: Any = orjson.loads(body)
    except ValueError:
        document = None
    if not isinstance(document, dict):
        return ApiRefusal(operation, "", "")
    code = str(document.get("__type") or document.get("code") or "").rpartition("#")[2]
    message = document.get("message") or document.get("Message") or ""
    return ApiRefusal(operation, code[:100], str(message))


class ApiErrors:
    """Makes errors of the API of one registry, with one credential."""

    def __init__(self, host: str, place: EcrPlace, credential: Credential) -> None:
        self._host = host
        self._place = place
        self._credential = credential

    def error(self, refusal: ApiRefusal, repository: str | None = None, secrets: Iterable[str] = ()) -> RegistryError:
        """What a person is told. `secrets` are masked where AWS repeats them."""
        facts: dict[str, Any] = {"host": self._host, "repository": repository}
        code = refusal.code
        says = _says(quotable(refusal.message, secrets))
        if code in DENIED:
            return PermissionDenied(self._denied(refusal, says), **facts)
        if code in UNKNOWN_KEY:
            return CredentialsRefused(self._unknown_key(), **facts)
        if code in ENDED or code in WRONG_SIGNATURE:
            return CredentialsRefused(self._wrong_key(refusal), **facts)
        if code in THROTTLED:
            return RateLimited(f"AWS throttles {refusal.operation} in {self._place.region}.{says}", **facts)
        if code == "RepositoryNotFoundException":
            return RepositoryNotFound(missing_repository(repository or "", self._place), **facts)
        if code == "InvalidIdentityToken":
            return CredentialsRefused(
                "AWS does not take the pod's web identity token: the cluster's OIDC provider is not registered in IAM "
                f"of the role's account, or its audience is not sts.amazonaws.com.{says}",
                **facts,
            )
        if code in ("OptInRequired", "SubscriptionRequiredException"):
            return CredentialsRefused(
                f"The AWS account is not signed up for {refusal.operation} in {self._place.region}.{says}", **facts
            )
        error = UnexpectedAnswer(f"AWS refused {refusal.operation}: {code or 'no reason given'}.{says}", **facts)
        error.status = 400
        return error

    def _denied(self, refusal: ApiRefusal, says: str) -> str:
        credential = self._credential
        role = credential.assume_role_arn if isinstance(credential, EcrIamRole) else None
        if refusal.operation == "sts:AssumeRole" and isinstance(credential, EcrIamRole) and role:
            given = " other than the one given" if credential.external_id else ", and none was given"
            return (
                f"AWS does not let Chartroom assume {role}. One of three is missing, and "
                "AWS does not tell which: sts:AssumeRole on it in the policy of Chartroom's own role; that role as "
                f"Principal in its trust policy; or its trust policy wants an external id{given}.{says}"
            )
        if refusal.operation == "sts:AssumeRoleWithWebIdentity":
            return (
                "AWS does not give the pod its role: the role's trust policy must name the cluster's OIDC provider "
                "and, as its sub, system:serviceaccount:<namespace>:<service account> of this pod. "
                f"Check AWS_ROLE_ARN too.{says}"
            )
        return permission_advice(refusal.message, refusal.operation) or (
            f"AWS denies {refusal.operation}. Grant it to {self._who}.{says}"
        )

    @property
    def _who(self) -> str:
        if isinstance(self._credential, EcrAccessKey):
            return f"the user of the access key {quotable(self._credential.access_key_id)}"
        role = self._credential.assume_role_arn if isinstance(self._credential, EcrIamRole) else None
        return role or "the role of the machine Chartroom runs on"

    def _unknown_key(self) -> str:
        region = f"the region {self._place.region} is not enabled for its account"
        if not isinstance(self._credential, EcrAccessKey):
            return f"AWS does not know the credentials that {self._who} got, or {region}."
        key = quotable(self._credential.access_key_id)
        if key.startswith("ASIA"):
            return (
                f"{key} is a temporary access key, which works with a session token and for hours only. Create a key "
                "of an IAM user, which begins with AKIA, or use an IAM role."
            )
        return (
            f"AWS does not know the access key {key}: it was deleted or made inactive, it belongs to another partition "
            f"(China, GovCloud, a sovereign or isolated cloud), or {region}."
        )

    def _wrong_key(self, refusal: ApiRefusal) -> str:
        lowered = refusal.message.lower()
        if "signature expired" in lowered or "not yet current" in lowered or refusal.code == "RequestExpired":
            return "AWS refuses the time in our request: the clock of the machine Chartroom runs on is wrong."
        if refusal.code in ENDED:
            return f"The temporary credentials of {self._who} have ended and no new ones could be had."
        return f"The secret access key does not belong to {self._key}. Copy it again, whole, or create a new key."

    @property
    def _key(self) -> str:
        return (
            f"the access key {quotable(self._credential.access_key_id)}"
            if isinstance(self._credential, EcrAccessKey)
            else "its access key"
        )


def permission_advice(message: str, operation: str | None = None) -> str | None:
    """Which IAM action is missing, whose, and where it is to be granted; None where AWS did not say."""
    match = _NOT_AUTHORIZED.search(message)
    if match is None:
        return None
    who = quotable(match["who"] or "The identity Chartroom signs in with")
    resource = f" on {quotable(match['resource'])}" if match["resource"] else ""
    action, why = quotable(match["action"]), " ".join(match["why"].lower().split())
    return f"{who} may not perform {action}{resource}. {_where_to_grant(action, why)}"


def _where_to_grant(action: str, why: str) -> str:
    if "explicit deny" in why:
        kind = re.search(r"explicit deny in (an? (?:[a-z -]*?policy|permissions boundary))", why)
        place = kind[1] if kind else "a policy"
        return f"It is denied explicitly by {place}: that denial has to go, granting does not help."
    for name, place in (
        ("service control policy", "the organization's service control policy must allow it too"),
        ("resource control policy", "the organization's resource control policy must allow it too"),
        ("vpc endpoint policy", "the policy of the VPC endpoint must allow it"),
        ("permissions boundary", "the permissions boundary must allow it too"),
        ("session policy", "the session policy must allow it too"),
        ("resource-based policy", "the repository's policy must allow it to that account"),
    ):
        if f"no {name}" in why:
            return f"{place[0].upper()}{place[1:]}."
    return f"Grant {action} in its IAM policy; for a repository of another account, in the repository's policy too."


def missing_repository(repository: str, place: EcrPlace) -> str:
    """Account and region are part of a private repository's name, so they are named."""
    if place.public:
        return f"ECR Public has no repository {repository}. Its names are alias/repository; check both."
    return (
        f"There is no repository {repository} in {place.words}. Check its spelling, and that account and region in "
        "the registry's host are the ones it was created in."
    )


def registry_error(refusal: Refusal, place: EcrPlace) -> RegistryError | None:
    """The error for a refusal of the registry itself; None for the standard's own."""
    facts, status = refusal.facts(), refusal.status
    if status == 429:
        raise_limit = " 1 pull a second is allowed without credentials, 10 with them." if place.public else ""
        return RateLimited(f"{refusal.host} allows no more requests now.{raise_limit}{refusal.quoted}", **facts)
    if login_ended(refusal):
        return CredentialsRefused(
            f"{refusal.host} says that the password AWS gave has ended, also a fresh one. Compare the clocks.", **facts
        )
    if status in (400, 403):
        return _forbidden(refusal, place)
    if status == 401 and not place.public:
        return _unauthorized(refusal, place)
    if status == 404 and refusal.subject.repository and _names_repository(refusal, place):
        return RepositoryNotFound(missing_repository(refusal.subject.repository, place), **facts)
    return None


def login_ended(refusal: Refusal) -> bool:
    """ECR does not always say it with 401. Sources: AWS docs, Troubleshooting; awslabs/eksdemo#68."""
    return "token has expired" in refusal.text.lower()


def _unauthorized(refusal: Refusal, place: EcrPlace) -> RegistryError:
    if refusal.presented in (Presented.NOTHING, Presented.ANONYMOUS_TOKEN):
        return CredentialsRefused(
            f"A private registry of Amazon ECR ({place.words}) shows nothing without credentials. Give an access key "
            "or use an IAM role; only public.ecr.aws is open to everybody.",
            **refusal.facts(),
        )
    return CredentialsRefused(
        f"{refusal.host} refused the password that AWS gave for it. Account {place.account} or its registry may be "
        f"closed.{refusal.quoted}",
        **refusal.facts(),
    )


def _forbidden(refusal: Refusal, place: EcrPlace) -> RegistryError | None:
    facts = refusal.facts()
    advice = permission_advice(refusal.text)
    if advice is not None:
        return PermissionDenied(advice, **facts)
    action = _REGISTRY_ACTIONS.get(refusal.subject.asked)
    if refusal.subject.asked is Asked.BLOB and "AccessDenied" in refusal.text:
        return PermissionDenied(
            f"Amazon S3, where ECR keeps {refusal.what}, denies it. Chartroom's network has a gateway endpoint to S3 "
            f"whose policy must allow s3:GetObject on arn:aws:s3:::prod-{place.region}-starport-layer-bucket/*.",
            **facts,
        )
    if refusal.status != 403 or action is None:
        return None
    if place.public:
        return PermissionDenied(f"{refusal.host} denies {refusal.what}.{refusal.quoted}", **facts)
    return PermissionDenied(
        f"{refusal.host} denies {refusal.what}. Grant ecr:{action}; for a repository of another account, in the "
        f"repository's policy too.{refusal.quoted}",
        **facts,
    )


def _names_repository(refusal: Refusal, place: EcrPlace) -> bool:
    """Listing 404 means the repository; public.ecr.aws says NOT_FOUND for it, also where a manifest was asked for."""
    if refusal.subject.asked is Asked.TAGS or "NAME_UNKNOWN" in refusal.codes:
        return True
    return place.public and "repository" in refusal.text.lower()


def _says(text: str) -> str:
    return f" It says: “{text}”" if text else ""
