"""The table of roles in docs/graphql.md is what the schema enforces."""

import re
from collections import defaultdict
from pathlib import Path

from strawberry.types.base import StrawberryObjectDefinition

from app.graphql_api.permissions import RoleRule
from app.graphql_api.schema import build_schema

PAGE = Path(__file__).parents[2] / "docs" / "graphql.md"
ROW = re.compile(r"^\| (READER|MANAGER|ADMIN) \| (.+) \|$", re.MULTILINE)


def enforced() -> dict[str, set[str]]:
    """Root fields by the least role that reaches them."""
    schema = build_schema()
    fields: dict[str, set[str]] = defaultdict(set)
    for root in ("Query", "Mutation", "Subscription"):
        definition = schema.get_type_by_name(root)
        assert isinstance(definition, StrawberryObjectDefinition)
        for field in definition.fields:
            (rule,) = (extension for extension in field.extensions if isinstance(extension, RoleRule))
            fields[rule.role.value].add(schema.config.name_converter.get_graphql_name(field))
    return dict(fields)


def test_table_of_roles_lists_every_root_field_under_its_role() -> None:
    documented = {role: set(re.findall(r"`(\w+)`", names)) for role, names in ROW.findall(PAGE.read_text())}
    assert documented == enforced()
