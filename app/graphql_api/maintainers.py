"""Who maintains charts."""

from typing import Any

import strawberry

from app.graphql_api.nodes import parts_of


@strawberry.type(description="Who maintains a chart.")
class Maintainer:
    name: str = strawberry.field(description="Name; e-mail address or URL where there is none.")
    email: str | None = strawberry.field(description="E-mail address.")
    url: str | None = strawberry.field(description="Home page.")


def maintainers_of(stored: list[dict[str, Any]]) -> list[Maintainer]:
    return [Maintainer(**parts_of(Maintainer, one)) for one in stored]
