"""Values checked against a chart version, as GraphQL shows it."""

from typing import Annotated

import strawberry

from app.graphql_api.comparing import known_version
from app.graphql_api.context import Info
from app.graphql_api.nodes import shown_as
from app.graphql_api.permissions import read_field


@strawberry.type(description="Something about the values that the chart would refuse.")
class ValuesProblem:
    pointer: str = strawberry.field(description="JSON pointer, e.g. /image/tag; empty for all of them.")
    message: str = strawberry.field(description="What is wrong there, for people.")


@strawberry.type(description="Whether values fit a chart version.")
class ValuesValidation:
    valid: bool = strawberry.field(description="Whether there is no problem.")
    has_schema: bool = strawberry.field(
        description="Whether the chart, or one inside it, has a schema; without one only the YAML is checked."
    )
    problems: list[ValuesProblem] = strawberry.field(description="The first hundred.")


@strawberry.type
class ValidatingQueries:
    """Fields of Query."""

    @read_field(
        description="Checks values (YAML) against the version's values.schema.json and those of the charts inside "
        "it, merged with the defaults as an installation would. Remote $ref is never fetched."
    )
    async def validate_values(
        self,
        info: Info,
        chart_version_id: Annotated[strawberry.ID, strawberry.argument(description="Of which version.")],
        values: Annotated[str, strawberry.argument(description="What helm install --values would be given.")],
    ) -> ValuesValidation:
        version = await known_version(info.context, chart_version_id)
        verdict = await info.context.services.validating.validate(version.archive_digest, values)
        problems = [shown_as(ValuesProblem, problem) for problem in verdict.problems]
        return ValuesValidation(valid=not problems, has_schema=verdict.has_schema, problems=problems)
