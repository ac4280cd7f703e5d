"""Settings: defaults that are safe, and refusals that say what is expected."""

from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from app.settings import ENVIRONMENT_PREFIX, Settings, as_markdown


def problems(**values: Any) -> list[tuple[Any, str]]:
    with pytest.raises(ValidationError) as caught:
        Settings(**values)
    return [(problem["loc"][0], problem["msg"]) for problem in caught.value.errors(include_input=False)]


def test_defaults_open_nothing() -> None:
    settings = Settings()
    assert settings.host == "127.0.0.1"
    assert settings.allowed_private_networks == ()
    assert settings.allowed_origins == ()
    assert settings.mask_errors
    assert settings.admin_token is None


def test_places_are_in_the_data_folder_unless_they_are_given(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    assert settings.database == f"sqlite+aiosqlite:///{tmp_path}/chartroom.sqlite"
    assert settings.archives == (tmp_path / "archives").as_uri()
    assert settings.key_path == tmp_path / "keys"
    given = Settings(data_dir=tmp_path, archives_url="s3://bucket/x", key_file=Path("/k"))
    assert (given.archives, given.key_path) == ("s3://bucket/x", Path("/k"))


@pytest.mark.parametrize(
    ("values", "address"),
    [
        ({}, "http://127.0.0.1:8000"),
        ({"host": "::1", "port": 9000}, "http://[::1]:9000"),
        ({"host": "0.0.0.0"}, None),
        ({"host": "::"}, None),
        ({"port": 0}, None),
        ({"host": "0.0.0.0", "public_url": "https://charts.acme.example/store"}, "https://charts.acme.example/store"),
    ],
)
def test_own_address_is_what_is_said_or_where_it_listens(values: dict[str, Any], address: str | None) -> None:
    assert Settings(**values).public_address == address


@pytest.mark.parametrize(
    "url", ["charts.acme.example", "ftp://charts.acme.example", "https://u:p@charts.acme.example", "https://a/?b=c"]
)
def test_public_url_is_an_address_without_query_and_credentials(url: str) -> None:
    ((name, told),) = problems(public_url=url)
    assert name == "public_url"
    assert "https://charts.example.com" in told


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+asyncpg"])
def test_database_url_gets_the_driver_that_is_used(scheme: str) -> None:
    assert Settings(database_url=f"{scheme}://u:p@h/d").database == "postgresql+asyncpg://u:p@h/d"


def test_lists_are_split_at_commas() -> None:
    settings = Settings(allowed_private_networks="10.0.0.0/8, ::1/128,", allowed_origins=" https://a ,https://b")
    assert settings.allowed_private_networks == (ip_network("10.0.0.0/8"), ip_network("::1/128"))
    assert settings.allowed_origins == ("https://a", "https://b")


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"database_url": "mysql://u:hunter2@h/d"}, "must start with postgresql+asyncpg:// or sqlite+aiosqlite:///"),
        ({"database_url": "postgresql+psycopg://u:hunter2@h/d"}, "must start with"),
        ({"admin_token": "hunter2"}, "at least 20 characters"),
        ({"log_level": "LOUD"}, "must be DEBUG, INFO, WARNING or ERROR"),
        ({"log_format": "xml"}, "'auto', 'json' or 'text'"),
        ({"port": "http"}, "valid integer"),
        ({"port": 65536}, "less than or equal to 65535"),
        ({"allowed_private_networks": "10.0.0.1/8"}, "network"),
        ({"lease_seconds": 0}, "greater than 0"),
        ({"metrics": "perhaps"}, "boolean"),
    ],
)
def test_wrong_value_is_refused_in_words_that_do_not_repeat_it(values: dict[str, Any], said: str) -> None:
    told = problems(**values)
    assert {name for name, _ in told} == set(values)
    assert said in told[0][1]
    assert "hunter2" not in repr(told)


def test_secrets_do_not_print_themselves() -> None:
    settings = Settings(admin_token="hunter2-hunter2-hunter2", keys="hunter2-key")
    assert "hunter2" not in repr(settings)


def test_every_setting_says_what_it_does_and_is_printed() -> None:
    printed = as_markdown()
    for name, field in Settings.model_fields.items():
        assert field.description, name
        assert f"| `{ENVIRONMENT_PREFIX}{name.upper()}` |" in printed
        assert "|" not in field.description, f"{name}: it would break the table"
