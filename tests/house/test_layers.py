"""The arrows go down, and the directory that is in no layer does not come to be."""

import tomllib
from pathlib import Path

import pytest
from importlinter import api
from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

ROOT = Path(__file__).resolve().parents[2]
PYPROJECT = ROOT / "pyproject.toml"
CONTRACTS = tomllib.loads(PYPROJECT.read_text())["tool"]["importlinter"]["contracts"]


def test_every_contract_is_kept(capsys: pytest.CaptureFixture[str]) -> None:
    status = lint_imports(config_filename=str(PYPROJECT), no_cache=True)
    assert status == EXIT_STATUS_SUCCESS, capsys.readouterr().out


def test_layers_are_exhaustive_and_name_everything_there_is() -> None:
    assert api.read_configuration(str(PYPROJECT))["session_options"]["root_packages"] == ["app"]
    (layers,) = [contract for contract in CONTRACTS if contract["type"] == "layers"]
    assert layers["exhaustive"] is True
    assert layers["containers"] == ["app"]
    named = {name.strip() for layer in layers["layers"] for name in layer.split("|")}
    there = {path.stem for path in (ROOT / "app").iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
    assert named == there - {"__init__"}


def test_client_of_registries_knows_nothing_else_of_the_house() -> None:
    (client,) = [contract for contract in CONTRACTS if contract.get("source_modules") == ["app.oci_client"]]
    assert {"app.domain", "app.settings"} <= set(client["forbidden_modules"])
