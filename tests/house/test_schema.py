"""schema.graphql is what clients read; it is printed by `make schema` and must be fresh."""

from pathlib import Path

from app.graphql_api.schema import build_schema

SCHEMA_FILE = Path(__file__).resolve().parents[2] / "schema.graphql"


def test_schema_file_is_what_the_code_prints() -> None:
    assert SCHEMA_FILE.read_text(encoding="utf-8") == build_schema().as_str().rstrip("\n") + "\n", "make schema"
