"""Only answers that depend on rows alone are kept; each field of what they are made of was thought about."""

import pytest
from graphql import GraphQLInterfaceType, GraphQLObjectType

from app.graphql_api.door_schema import DoorSchema
from app.graphql_api.kept_fields import FIELDS, NEVER, KeptDocuments


@pytest.fixture
def documents(schema: DoorSchema) -> KeptDocuments:
    return KeptDocuments(schema._schema, tokens_max=1_000)


@pytest.mark.parametrize("kind", sorted(FIELDS))
def test_every_field_is_either_kept_or_never(schema: DoorSchema, kind: str) -> None:
    found = schema._schema.type_map[kind]
    assert isinstance(found, GraphQLObjectType | GraphQLInterfaceType)
    kept, never = set(FIELDS[kind].split()), set(NEVER.get(kind, "").split())
    assert kept & never == set()
    assert set(found.fields) - never == kept


def test_only_types_with_kept_fields_have_others() -> None:
    assert NEVER.keys() <= FIELDS.keys()


@pytest.mark.parametrize(
    "query",
    [
        "{ charts { nodes { name latestVersion { version readme { html } } registry { name } } totalCount } }",
        "query A { charts { __typename } } query B($id: ID!) { chart(id: $id) { id } }",
        "{ charts { ...C } } fragment C on ChartConnection { edges { highlight node { ... on Chart { name } } } }",
        "{ a: chartVersion(id: \"x\") { files { path } } charts { facets { registries { registry { host } } } } }",
        "{ chartVersionDiff(from: \"x\", to: \"y\") { breaking from { version } files { unifiedDiff } } }",
        "{ __typename }",
    ],
)  # fmt: skip
def test_document_of_kept_fields_is_kept(documents: KeptDocuments, query: str) -> None:
    assert documents.may_keep(query)


@pytest.mark.parametrize(
    "query",
    [
        "{ viewer { name } }",
        "{ charts { nodes { name } } viewer { name } }",
        "{ charts { nodes { registry { nextSyncAt } } } }",
        "{ charts { nodes { registry { lastSync { state } } } } }",
        "{ charts { nodes { repository { state } } } }",
        "{ chartVersion(id: \"x\") { file(path: \"README.md\") } }",
        "{ charts { nodes { ...C } } } fragment C on Chart { registry { syncs { totalCount } } }",
        "query A { charts { totalCount } } query B { syncs { totalCount } }",
        "{ node(id: \"x\") { ... on Chart { name } } }",
        "{ nodes(ids: [\"x\"]) { id } }",
        "{ __schema { types { name } } }",
        "mutation { startSync(registryId: \"x\") { userErrors { code } } }",
        "subscription { syncEvents(syncId: \"x\") { sequence } }",
        "{ charts { nothingLikeThat } }",
        "{ charts { nodes { ... on Nothing { name } } } }",
        "{ charts {",
        "",
        "fragment C on Chart { name }",
        "{ charts " + "{ nodes " * 3000 + "}" * 3000 + "}",
    ],
)  # fmt: skip
def test_other_documents_are_not(documents: KeptDocuments, query: str) -> None:
    assert not documents.may_keep(query)
