"""What the documentation shows is what the schema takes."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from graphql import GraphQLSchema, build_schema, parse, validate

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
FENCED = re.compile(r"^```(?P<info>[^\n]*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
HEREDOC = re.compile(r"<<'GRAPHQL'[^\n]*\n(?P<document>.*?)^GRAPHQL$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?P<target>[^)\s#]+)(?:#[^)]*)?\)")


def documents() -> Iterator[tuple[str, str]]:
    """Where each GraphQL document stands, and its text: files, fenced blocks, heredocs of the walk."""
    for file in sorted((ROOT / "docs" / "examples").glob("*.graphql")):
        yield file.name, file.read_text()
    for page in PAGES:
        text = page.read_text()
        found = [block["body"] for block in FENCED.finditer(text) if block["info"].split()[:1] == ["graphql"]]
        found += [match["document"] for match in HEREDOC.finditer(text)]
        for place, document in enumerate(found, 1):
            yield f"{page.name}:{place}", document


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    return build_schema((ROOT / "schema.graphql").read_text())


@pytest.mark.parametrize("document", [pytest.param(text, id=name) for name, text in documents()])
def test_document_is_valid_against_the_schema(schema: GraphQLSchema, document: str) -> None:
    assert validate(schema, parse(document)) == []


def test_validation_refuses_a_field_that_is_not_there(schema: GraphQLSchema) -> None:
    assert validate(schema, parse("{ charts { nodes { nonsense } } }"))


def test_documents_are_found_in_files_pages_and_the_walk() -> None:
    names = [name.split(":")[0] for name, _ in documents()]
    assert {"sync-events.graphql", "graphql.md", "README.md"} <= set(names)


def test_python_examples_are_python() -> None:
    examples = sorted((ROOT / "docs" / "examples").glob("*.py"))
    assert examples
    for example in examples:
        ast.parse(example.read_text(), str(example))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    targets = [match["target"] for match in LINK.finditer(page.read_text())]
    broken = [target for target in targets if "://" not in target and not (page.parent / target).exists()]
    assert broken == []
