"""Service-account keys as they are pasted. No text of a key is ever in a message."""

import base64
import json

import pytest

from app.oci_client.credentials import Anonymous, GcpServiceAccount, GcpWorkloadIdentity, Secret
from app.oci_client.errors import InvalidCredential
from app.oci_client.providers.google_keys import account_name, parse_account_email, parse_key, project_of
from tests.lab.google import EMAIL, PROJECT, key_file

KEY = key_file()
PEM = json.loads(KEY)["private_key"]


def compact(text: str) -> str:
    return json.dumps(json.loads(text), separators=(",", ":"))


PASTED = {
    "as it is": KEY,
    "on one line": compact(KEY),
    "with white space around": f"\r\n\t {KEY} \n\n",
    "with a byte order mark": f"\ufeff{KEY}",
    "in single quotes": f"'{KEY}'",
    "in single quotes, compact": f"'{compact(KEY)}'",
    "in typographic quotes": f"‘{KEY}’",
    "as a JSON text": json.dumps(compact(KEY)),
    "in base64": base64.b64encode(KEY.encode()).decode(),
    "in base64 with line ends": base64.encodebytes(KEY.encode()).decode(),
    "in base64 for URLs without padding": base64.urlsafe_b64encode(KEY.encode()).decode().rstrip("="),
    "in base64 of quotes": base64.b64encode(f"'{KEY}'".encode()).decode(),
    "without any white space": "".join(compact(KEY).split()),
    "with real line ends in the key": KEY.replace("\\n", "\n"),
    "with line ends escaped twice": KEY.replace("\\n", "\\\\n"),
    "with CR LF in the key": key_file(private_key=PEM.replace("\n", "\r\n")),
    "with an address in capitals": key_file(client_email=f" {EMAIL.upper()} "),
}


@pytest.mark.parametrize("text", PASTED.values(), ids=PASTED.keys())
def test_key_is_read_however_it_is_pasted(text: str) -> None:
    key = parse_key(Secret(text))
    assert (key.client_email, key.project_id) == (EMAIL, PROJECT)
    assert key.private_key.reveal().splitlines() == PEM.splitlines()


REFUSED = {
    "nothing": ("", "missing"),
    "quotes around nothing": ("''", "missing"),
    "a word": ("hello, world!", "neither JSON nor base64"),
    "a file's name": ("C:\\keys\\charts.json", "name of a file"),
    "the private key alone": (PEM, "only the private key"),
    "half a file": (KEY[: len(KEY) // 2], "is no JSON"),
    "a list": ("[1]", "neither JSON nor base64"),
    "a list in base64": (base64.b64encode(b"[1, 2]").decode(), "is no JSON"),
    "nested without end": ("{" + '"a":{' * 9000, "is no JSON"),
    "a whole disk": ("{" + " " * 70_000 + "}", "too long"),
    "a person's login": (json.dumps({"type": "authorized_user", "refresh_token": "1//canary"}), "login of a person"),
    "a federation file": (json.dumps({"type": "external_account"}), "GOOGLE_APPLICATION_CREDENTIALS"),
    "a person's impersonation": (json.dumps({"type": "impersonated_service_account"}), "impersonate service account"),
    "an OAuth client": (json.dumps({"installed": {"client_id": "x"}}), "OAuth client"),
    "another type": (json.dumps({"type": "canary"}), "is “service_account”"),
    "no type": ("{}", "is “service_account”"),
    "no address": (key_file(client_email=None), "client_email"),
    "an address elsewhere": (key_file(client_email="x@evil.example"), "client_email"),
    "an address that leads away": (key_file(client_email="a@b/c?.gserviceaccount.com"), "client_email"),
    "no private key": (key_file(private_key=None), "no private_key"),
    "a key that is cut off": (key_file(private_key=PEM[:400]), "cut off"),
    "a key with a hole": (key_file(private_key=PEM[:300] + PEM[400:]), "damaged"),
    "a sovereign cloud": (key_file(universe_domain="s3nsapis.fr"), "sovereign cloud s3nsapis.fr"),
}


@pytest.mark.parametrize(("text", "words"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_no_key_is_refused_by_what_it_is(text: str, words: str) -> None:
    with pytest.raises(InvalidCredential) as caught:
        parse_key(Secret(text))
    message = str(caught.value)
    assert words in message
    assert "canary" not in message
    assert not any(line in message for line in PEM.splitlines()[1:-1])


def test_address_that_a_key_file_names_is_not_taken_over() -> None:
    key = parse_key(Secret(key_file(token_uri="https://evil.example/token")))
    assert key.info("https://oauth2.googleapis.com/token")["token_uri"] == "https://oauth2.googleapis.com/token"
    assert "evil" not in str(key.info("x"))


def test_key_does_not_print_itself() -> None:
    assert PEM.splitlines()[1] not in repr(parse_key(Secret(KEY)))


def test_name_for_people_is_the_account_of_the_key_or_the_one_acted_as() -> None:
    assert account_name(GcpServiceAccount(Secret(KEY))) == EMAIL
    assert account_name(GcpWorkloadIdentity(EMAIL)) == EMAIL
    assert account_name(GcpWorkloadIdentity()) is None
    assert account_name(Anonymous()) is None


@pytest.mark.parametrize(
    ("email", "project"),
    [
        (EMAIL, PROJECT),
        ("ci@build.example.com.iam.gserviceaccount.com", "example.com:build"),
        ("42-compute@developer.gserviceaccount.com", None),
        ("acme@appspot.gserviceaccount.com", None),
    ],
)
def test_project_is_read_from_the_address_where_it_stands_in_it(email: str, project: str | None) -> None:
    assert project_of(parse_account_email(email)) == project


@pytest.mark.parametrize(
    "text", ["", "ada@example.com", "x@y.iam.gserviceaccount.com/../../v1", "x y@z.gserviceaccount.com"]
)
def test_account_to_act_as_is_refused_when_it_is_no_service_account(text: str) -> None:
    with pytest.raises(InvalidCredential, match="gserviceaccount"):
        parse_account_email(text)
