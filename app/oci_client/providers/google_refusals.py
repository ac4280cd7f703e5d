"""What Google means when it refuses, and what to do about it.

Sources: cloud.google.com/artifact-registry/docs/troubleshooting and .../access-control; google.rpc.ErrorInfo.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import httpx
import orjson

from app.oci_client.answers import Answer, Asked, Presented, Refusal
from app.oci_client.errors import (
    CredentialsRefused,
    PermissionDenied,
    RateLimited,
    RegistryError,
    RepositoryNotFound,
    UnexpectedAnswer,
)
from app.oci_client.registry_text import quotable

READER_ROLE: Final = "roles/artifactregistry.reader"
DOWNLOAD_PERMISSION: Final = "artifactregistry.repositories.downloadArtifacts"
_STS_HOST: Final = "sts.googleapis.com"
_DISABLED: Final = re.compile(r"has not been used in project|SERVICE_DISABLED|API .*\bdisabled\b", re.IGNORECASE)
_PERIMETER: Final = re.compile(r"vpcServiceControls|prohibited by organization", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ApiError:
    """The error of a Google API. `reason` is that of google.rpc.ErrorInfo, such as SERVICE_DISABLED; may be empty."""

    status: int
    reason: str
    text: str
    details: Mapping[str, Any]


def read_api_error(answer: Answer) -> ApiError:
    """Of both forms: `{"error": {...}}` of APIs, and `{"error": "...", "error_description": "..."}` of OAuth."""
    try:
        document = orjson.loads(answer.body)
    except ValueError:
        return ApiError(answer.status, "", quotable(answer.body.decode("utf-8", "replace")), {})
    error = document.get("error") if isinstance(document, dict) else None
    if isinstance(error, str):
        words = document.get("error_description")
        return ApiError(answer.status, error[:64], quotable(str(words)) if words else "", {})
    if not isinstance(error, dict):
        return ApiError(answer.status, "", "", {})
    details = error.get("details")
    listed = [entry for entry in details if isinstance(entry, dict)] if isinstance(details, list) else []
    info: Mapping[str, Any] = next((entry for entry in listed if "reason" in entry), {})
    metadata = info.get("metadata")
    reason = str(info.get("reason") or error.get("status") or "")[:64]
    text = quotable(str(error.get("message") or ""))
    return ApiError(answer.status, reason, text, metadata if isinstance(metadata, dict) else {})


def _quoted(text: str) -> str:
    return f" It says: “{text}”" if text else ""


def sign_in_refused(answer: Answer, account: str | None, host: str) -> RegistryError:
    """The error for the answer of a token service of Google. `account`: whose token was asked for."""
    error = read_api_error(answer)
    who = account or "the identity of Chartroom's process"
    url = httpx.URL(answer.url)
    if answer.status == 200:
        return UnexpectedAnswer(f"{url.host} answered without a token in it for {who}.", host=host, temporary=True)
    if url.scheme == "http":  # nothing else of Google's is asked in plain http
        advice = _metadata_advice(error, answer.status)
    elif url.path.endswith(":generateAccessToken"):
        advice = _impersonation_advice(error, who)
    elif url.host == _STS_HOST:
        advice = (
            "Google does not exchange the token of this workload: compare the audience in the federation file with "
            "the pool's provider, its issuer and its attribute condition."
        )
    else:
        advice = _key_advice(error, who)
    return CredentialsRefused(advice + _quoted(error.text), host=host)


def _key_advice(error: ApiError, who: str) -> str:
    text = error.text.lower()
    if "signature" in text or "no valid verifier" in text:
        return (
            f"Google does not know this key of {who} any more: it was deleted, disabled or has expired. Create a new "
            "key, or enable this one."
        )
    if "account not found" in text or "invalid issuer" in text:
        return f"The service account {who} does not exist any more, so none of its keys opens anything."
    if "disabled" in text:
        return f"The service account {who} is disabled. Enable it, or give a key of another one."
    if "timeframe" in text or "iat" in text:
        return "Google refuses the time in the signed claim: the clock of this machine is wrong by minutes."
    return f"Google refuses the key of {who}."


def _impersonation_advice(error: ApiError, who: str) -> str:
    if error.reason == "SERVICE_DISABLED" or _DISABLED.search(error.text):
        return (
            "The IAM Service Account Credentials API is disabled in the project. Enable it: "
            "gcloud services enable iamcredentials.googleapis.com."
        )
    if error.status == 403:
        return (
            f"The identity of Chartroom's process may not act as {who}, or there is no such service account. Grant it "
            "roles/iam.serviceAccountTokenCreator on that service account, which holds "
            "iam.serviceAccounts.getAccessToken; it takes a few minutes to hold."
        )
    if error.status == 404:
        return f"There is no service account {who}. Check its spelling."
    return f"Google gives no token of {who}."


def _metadata_advice(error: ApiError, status: int) -> str:
    if status == 404:
        return (
            "The machine or pod that Chartroom runs on has no service account. Attach one to the instance, or let the "
            "pod run on a node pool with workload identity."
        )
    if status == 403:
        return (
            "The metadata server gives this pod no token. Its Kubernetes service account must be allowed to act as the "
            "Google service account of its annotation: grant roles/iam.workloadIdentityUser on that account."
        )
    return f"The metadata server has no token for this machine: it answers {status}."


def explain_refusal(refusal: Refusal, place: str, binding: str) -> RegistryError | None:
    """The error for a refusal of the registry itself; None to have the standard's.

    `place`: where the host looks, such as "location us-central1". `binding`: how the role is granted on the repository.
    """
    if refusal.subject.asked is Asked.PROVIDER_API:
        return None
    if refusal.status == 401:
        return _unauthorized(refusal)
    if refusal.status == 403:
        return PermissionDenied(_denied(refusal, place, binding) + refusal.quoted, **refusal.facts())
    if refusal.status == 404 and refusal.subject.asked is Asked.TAGS:
        return RepositoryNotFound(
            f"There is no {refusal.what} in {place}. The location is part of the host: the same path at another "
            f"location is another repository. Check the host and the spelling.{refusal.quoted}",
            **refusal.facts(),
        )
    if refusal.status == 400 and "NAME_INVALID" in refusal.codes:
        return RepositoryNotFound(
            f"{refusal.what} is no path of Artifact Registry, which has PROJECT/REPOSITORY/IMAGE.{refusal.quoted}",
            **refusal.facts(),
        )
    if refusal.status == 429:
        return RateLimited(
            f"Google's quota of requests per minute is used up in {place}: 60,000 for a project, unless its owner set "
            f"less.{refusal.quoted}",
            **refusal.facts(),
        )
    return None


def _unauthorized(refusal: Refusal) -> RegistryError | None:
    if refusal.presented is Presented.TOKEN:
        return CredentialsRefused(
            f"{refusal.host} does not take the token that Google has just given out. The service account may have been "
            f"disabled or deleted a moment ago.{refusal.quoted}",
            **refusal.facts(),
        )
    if refusal.presented is Presented.ANONYMOUS_TOKEN:
        return PermissionDenied(_private(refusal) + refusal.quoted, **refusal.facts())
    return None


def _private(refusal: Refusal) -> str:
    return (
        f"{refusal.host} gives nobody without credentials access to {_named(refusal)}: it is private or does not "
        f"exist; Google does not tell which. Give credentials, or make the repository public by granting {READER_ROLE} "
        "to allUsers."
    )


def _denied(refusal: Refusal, place: str, binding: str) -> str:
    if _DISABLED.search(refusal.text):
        return f"The Artifact Registry API is disabled in the project of {refusal.what}. {ENABLE_ADVICE}"
    if _PERIMETER.search(refusal.text):
        return (
            f"A VPC Service Controls perimeter keeps Chartroom away from {refusal.what}. Its owner must let this "
            "network or identity in."
        )
    if "billing" in refusal.text.lower():
        return f"Google keeps {refusal.what} closed, as its project has no billing account."
    if refusal.presented in (Presented.NOTHING, Presented.ANONYMOUS_TOKEN):
        return _private(refusal)
    return (
        f"Google denies {_named(refusal)}: either the identity has no {DOWNLOAD_PERMISSION} there, or there is no such "
        f"repository in {place}; Google does not tell which. Check the path and the location in the host, or grant "
        f"{READER_ROLE} ({binding})."
    )


def _named(refusal: Refusal) -> str:
    """What it is about, be it that a token for it was refused."""
    return refusal.subject.repository or refusal.what


ENABLE_ADVICE: Final = "Enable it: gcloud services enable artifactregistry.googleapis.com."


def listing_refused(answer: Answer, *, host: str, parent: str, permission: str) -> RegistryError:
    """The error for a refusal of artifactregistry.googleapis.com to list what is in `parent`, projects/…"""
    error = read_api_error(answer)
    project = parent.split("/")[1]
    if error.status == 403 and (error.reason == "SERVICE_DISABLED" or _DISABLED.search(error.text)):
        return PermissionDenied(
            f"The Artifact Registry API is disabled in project {project}, so its repositories cannot be listed. "
            f"{ENABLE_ADVICE[:-1]} --project={project}.{_quoted(error.text)}",
            host=host,
        )
    if error.status == 403 and error.reason == "ACCESS_TOKEN_SCOPE_INSUFFICIENT":
        return PermissionDenied(
            "The access scopes of the virtual machine do not cover listing. Set its scope to cloud-platform, and let "
            f"IAM decide.{_quoted(error.text)}",
            host=host,
        )
    if error.status == 403 and _PERIMETER.search(error.text):
        return PermissionDenied(
            f"A VPC Service Controls perimeter keeps Chartroom from listing project {project}.{_quoted(error.text)}",
            host=host,
        )
    if error.status in (401, 403):
        return PermissionDenied(
            f"The identity may not list {parent}: it lacks {permission}. Grant it {READER_ROLE} on the project: "
            f"gcloud projects add-iam-policy-binding {project} --member=serviceAccount:EMAIL --role={READER_ROLE}. A "
            "role on a single repository does not let anyone list; its charts are named by hand then, as "
            f"PROJECT/REPOSITORY/IMAGE.{_quoted(error.text)}",
            host=host,
        )
    if error.status == 404:
        return RepositoryNotFound(f"There is no {parent}.{_quoted(error.text)}", host=host)
    failure = UnexpectedAnswer(f"Google answered {error.status} to listing {parent}.{_quoted(error.text)}", host=host)
    failure.status = error.status
    return failure
