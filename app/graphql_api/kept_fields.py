"""Which answers may be given again: those that hold nothing but fields listed here.

Each of them depends on rows of the store alone, so that at the same revision it is the same for everyone who may ask.
Left out is what depends on who asks (`viewer`), on the clock or on a sync under way, what is read beside the
rows (`file`: an archive may be back without a commit), and what only managers and admins ask for.
"""

from functools import lru_cache
from typing import Final

from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    parse,
    visit,
)

from app.graphql_api.limits import DOCUMENTS_KEPT

FIELDS: Final = {
    "Query": "charts chart chartByRepository chartVersion chartVersionDiff",
    "ChartConnection": "edges pageInfo nodes totalCount facets",
    "ChartEdge": "cursor node highlight",
    "PageInfo": "hasNextPage hasPreviousPage startCursor endCursor",
    "ChartFacets": "registries keywords types deprecated",
    "FacetValue": "value count",
    "RegistryFacet": "registry count",
    "Chart": "id name description icon home sources keywords deprecated versionCount updatedAt repository registry "
    "maintainers latestVersion latestPrerelease versions version",
    "Registry": "id name provider host visibility",
    "ChartRepository": "id name registry chart",
    "Maintainer": "name email url",
    "ChartVersionConnection": "edges pageInfo nodes totalCount",
    "ChartVersionEdge": "cursor node",
    "ChartVersion": "id version appVersion tag digest archiveDigest archiveBytes apiVersion type kubeVersion "
    "description deprecated prerelease annotations createdAt storedAt removedAt chart dependencies maintainers "
    "chartYaml readme values valuesSchema notes files images changes signature install digestHistory",
    "Readme": "markdown html",
    "ChartFile": "path bytes",
    "ChartChange": "kind description",
    "ChartDependency": "name version repository alias condition resolvesTo",
    "SignatureReport": "hasProvenance hasSignature verification signedBy message",
    "InstallSnippets": "helm argoCd flux",
    "DigestSighting": "digest firstSeenAt",
    "ChartVersionDiff": "from to breaking leftOut values chartYaml schema files",
    "ValueChange": "path kind before after",
    "FileChange": "path kind unifiedDiff",
}
"""By type, in the order of the schema."""
NEVER: Final = {
    "Query": "node nodes viewer apiTokens auditLog providers registry registryByName registries discoverRepositories "
    "validateValues sync syncs",
    "Registry": "authentication username connectionSecurity useAsChartRepository syncIntervalSeconds "
    "versionConstraint versionsKept nextSyncAt createdAt updatedAt caCertificate repositories charts syncs lastSync "
    "webhookUrl",
    "ChartRepository": "enabled state lastError lastSyncedAt versionCount skippedTags",
    "ChartVersion": "file",
}
"""The other fields of these types. A test wants each field in one of the two, so that a new one is thought about."""

_KEPT: Final = {(kind, name) for kind, names in FIELDS.items() for name in names.split()}


class KeptDocuments:
    """Tells whether answers to a document may be kept; what it found is remembered as the door's documents are."""

    def __init__(self, schema: GraphQLSchema, tokens_max: int) -> None:
        self._schema = schema
        self._tokens_max = tokens_max
        self.may_keep = lru_cache(maxsize=DOCUMENTS_KEPT)(self._may_keep)

    def _may_keep(self, query: str) -> bool:
        """No for whatever has wrong syntax, or names what is not there: the door says so each time."""
        try:
            document = parse(query, max_tokens=self._tokens_max)
        except (GraphQLError, RecursionError):
            return False
        operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
        return (
            bool(operations)
            and all(operation.operation is OperationType.QUERY for operation in operations)
            and self._holds_only_kept_fields(document)
        )

    def _holds_only_kept_fields(self, document: DocumentNode) -> bool:
        types = TypeInfo(self._schema)
        looking = _Looking(types)
        # Each fragment once, by itself, whatever spreads it.
        visit(document, TypeInfoVisitor(types, looking))
        return looking.only_kept


class _Looking(Visitor):
    """Looks at every field of a document."""

    def __init__(self, types: TypeInfo) -> None:
        super().__init__()
        self._types = types
        self.only_kept = True

    def enter_field(self, node: FieldNode, *_: object) -> None:
        parent = self._types.get_parent_type()
        name = node.name.value
        if name != "__typename" and (parent is None or (parent.name, name) not in _KEPT):
            self.only_kept = False
