"""The documentation of the settings is what the settings say of themselves."""

import re
from pathlib import Path

from app.settings import Settings, as_markdown

ROOT = Path(__file__).resolve().parents[2]
NO_SETTINGS = {
    "CHARTROOM_REQUIRE_REAL",
    "CHARTROOM_ALL_FAILPOINTS",
    "CHARTROOM_TEST_POSTGRES_URL",
    "CHARTROOM_SCREENSHOTS",
    "CHARTROOM_URL",
}
"""What only the tests know, those of the pages among them."""


def test_documentation_is_what_the_command_prints() -> None:
    assert (ROOT / "docs" / "settings.md").read_text() == as_markdown(), (
        "printed anew by: chartroom settings > docs/settings.md"
    )


def test_every_setting_that_is_mentioned_exists() -> None:
    files = [
        ROOT / "README.md",
        ROOT / "Makefile",
        ROOT / "Dockerfile",
        *ROOT.glob("docs/**/*.md"),
        *ROOT.glob("app/**/*.py"),
    ]
    known = {f"CHARTROOM_{name.upper()}" for name in Settings.model_fields} | NO_SETTINGS
    mentioned = {
        name: file.relative_to(ROOT).as_posix()
        for file in files
        for name in re.findall(r"\bCHARTROOM_[A-Z][A-Z_]*[A-Z]\b", file.read_text())
    }
    assert {name: file for name, file in mentioned.items() if name not in known} == {}
