"""What Amazon's credentials look like, and the password that AWS gives for them."""

import base64
import re
import time
from collections.abc import Mapping
from typing import Any, Final

from app.oci_client.credentials import Credential, EcrAccessKey, EcrIamRole, Login, Secret
from app.oci_client.errors import InvalidCredential, UnexpectedAnswer
from app.oci_client.providers.ecr_hosts import EcrPlace

# What AWS gives; used where the answer does not say, or says what cannot be.
PASSWORD_LIFETIME_SECONDS: Final = 12 * 3600.0
_ACCESS_KEY_ID: Final = re.compile(r"[A-Z0-9]{16,128}")
_ROLE_ARN: Final = re.compile(r"arn:aws[a-z-]*:iam::[0-9]{12}:role/[\w+=,.@/-]{1,576}", re.ASCII)
_EXTERNAL_ID: Final = re.compile(r"[\w+=,.@:/-]{2,1224}", re.ASCII)


def check_aws_credential(credential: Credential) -> None:
    """Raises InvalidCredential for what can be told wrong without asking AWS."""
    match credential:
        case EcrAccessKey(access_key_id, secret):
            _check_access_key(access_key_id.strip(), secret.reveal().strip())
        case EcrIamRole(role_arn, external_id):
            if role_arn is not None and not _ROLE_ARN.fullmatch(role_arn):
                raise InvalidCredential(
                    "The role to assume is an ARN such as arn:aws:iam::123456789012:role/chartroom-reader."
                )
            if external_id and role_arn is None:
                raise InvalidCredential("An external id goes with a role to assume. Give that role's ARN too.")
            if external_id is not None and not _EXTERNAL_ID.fullmatch(external_id):
                raise InvalidCredential("An external id has 2 to 1,224 letters, digits and characters of +=,.@:/-.")


def _check_access_key(access_key_id: str, secret: str) -> None:
    if access_key_id.startswith("ASIA"):
        raise InvalidCredential(
            "An access key that begins with ASIA is temporary and works for hours only. Create one for an IAM user, "
            "which begins with AKIA, or use the IAM role."
        )
    if not _ACCESS_KEY_ID.fullmatch(access_key_id):
        raise InvalidCredential(
            "An access key id has capital letters and digits only and begins with AKIA, such as AKIAIOSFODNN7EXAMPLE."
        )
    if not secret or not secret.isascii() or any(character.isspace() for character in secret):
        raise InvalidCredential("A secret access key is one word of 40 characters, without spaces.")


def login_of(answer: Mapping[str, Any], place: EcrPlace) -> Login:
    """The login in an answer to GetAuthorizationToken; private registries answer with a list, ECR Public with one
    object. Raises UnexpectedAnswer.
    """
    data = answer.get("authorizationData")
    entry = data[0] if isinstance(data, list) and data else data
    try:
        pair = base64.b64decode(entry["authorizationToken"], validate=True).decode()  # type: ignore[index,call-overload]
        ends_at = entry.get("expiresAt")  # type: ignore[union-attr]
    except (TypeError, KeyError, ValueError, AttributeError):
        raise UnexpectedAnswer(f"{place.api_host} answered GetAuthorizationToken without a password.") from None
    user, _, password = pair.partition(":")
    seconds = ends_at - time.time() if isinstance(ends_at, int | float) else PASSWORD_LIFETIME_SECONDS
    if not 0 < seconds <= PASSWORD_LIFETIME_SECONDS:  # one of the clocks is wrong
        seconds = PASSWORD_LIFETIME_SECONDS
    return Login(user, Secret(password), seconds)
