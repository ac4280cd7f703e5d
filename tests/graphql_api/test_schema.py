"""The schema as a whole: who may ask for what, and that everything says what it is."""

from collections.abc import Iterator
from typing import Any

import pytest
from graphql import GraphQLEnumType, GraphQLInputObjectType, GraphQLInterfaceType, GraphQLObjectType, GraphQLSchema
from strawberry.types.base import StrawberryObjectDefinition

from app.domain.roles import Role
from app.graphql_api.door_schema import DoorSchema
from app.graphql_api.permissions import RoleRule
from app.graphql_api.provider_forms import FORMS
from app.graphql_api.registry_inputs import ProviderInput

MANAGED = {
    "discoverRepositories",
    "registerRegistry",
    "updateRegistry",
    "deleteRegistry",
    "testRegistry",
    "testStoredRegistry",
    "addRepositories",
    "removeRepositories",
    "setRepositoryEnabled",
    "renewWebhookUrl",
    "startSync",
    "cancelSync",
}
ADMINISTERED = {"apiTokens", "auditLog", "createApiToken", "revokeApiToken"}


def undescribed(schema: GraphQLSchema) -> Iterator[str]:
    for name, kind in schema.type_map.items():
        if name.startswith("__") or name in ("Int", "String", "Boolean", "ID", "Float"):
            continue
        if not kind.description:
            yield name
        if isinstance(kind, GraphQLEnumType):
            yield from (f"{name}.{value}" for value, told in kind.values.items() if not told.description)
        if isinstance(kind, GraphQLInputObjectType):
            yield from (f"{name}.{field}" for field, told in kind.fields.items() if not told.description)
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
            for field, told in kind.fields.items():
                if not told.description:
                    yield f"{name}.{field}"
                yield from (f"{name}.{field}({arg})" for arg, given in told.args.items() if not given.description)


def test_everything_has_a_description(schema: DoorSchema) -> None:
    assert list(undescribed(schema._schema)) == []


@pytest.mark.parametrize("root", ["Query", "Mutation", "Subscription"])
def test_every_root_field_asks_for_the_role_it_should(schema: DoorSchema, root: str) -> None:
    definition = schema.get_type_by_name(root)
    assert isinstance(definition, StrawberryObjectDefinition)
    for field in definition.fields:
        name = schema.config.name_converter.get_graphql_name(field)
        (rule,) = [one for one in field.extensions if isinstance(one, RoleRule)]
        expected = Role.ADMIN if name in ADMINISTERED else Role.MANAGER if name in MANAGED else Role.READER
        assert rule.role is expected, name


def test_mutations_are_never_for_readers(schema: DoorSchema) -> None:
    mutation: Any = schema._schema.mutation_type
    assert set(mutation.fields) <= MANAGED | ADMINISTERED


def test_no_output_field_could_hold_a_secret_but_the_one_of_a_new_token(schema: DoorSchema) -> None:
    words = ("secret", "password", "token", "key")
    found = {
        f"{name}.{field}"
        for name, kind in schema._schema.type_map.items()
        if isinstance(kind, GraphQLObjectType) and not name.startswith("__") and name not in ("Query", "Mutation")
        for field in kind.fields
        if any(word in field.lower() for word in words)
    }
    assert found == {
        "CreateApiTokenPayload.apiToken",
        "CreateApiTokenPayload.secret",
        "RevokeApiTokenPayload.revokedApiTokenId",
        "Viewer.canManageTokens",
        "Chart.keywords",
        "ChartFacets.keywords",
        "CredentialField.secret",
    }


def test_every_member_of_provider_input_has_a_form_whose_fields_are_its_own(schema: DoorSchema) -> None:
    members: Any = schema._schema.type_map["ProviderInput"]
    assert set(members.fields) == {form.input_name for form in FORMS}
    assert ProviderInput.__name__ == members.name
    for form in FORMS:
        member: Any = members.fields[form.input_name].type
        if form.host_field is not None:
            assert form.host_field.name in member.fields
        assert ("connectionSecurity" in member.fields) == (len(form.connection_securities) > 1)
        for authentication in form.authentications:
            target = member
            for step in authentication.input_path:
                target = target.fields[step].type
            assert {field.name for field in authentication.fields} <= set(target.fields)
