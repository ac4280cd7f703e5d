"""What the caller can mend, as data in a mutation's payload."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import strawberry

from app.domain.errors import Refusal, Refusals
from app.graphql_api.enums import UserErrorCode

T = TypeVar("T")


@strawberry.type(description="What the caller can mend. Anything else is a GraphQL error.")
class UserError:
    code: UserErrorCode = strawberry.field(description="For machines.")
    message: str = strawberry.field(description="For people: what is wrong, and what to do.")
    field: list[str] = strawberry.field(
        description="Path into the arguments, e.g. [input, provider, ecr, registryUrl]."
    )


async def attempt(action: Callable[[], Awaitable[T]]) -> tuple[T | None, list[UserError]]:
    """What the action gives, or what of its input is to be mended."""
    try:
        return await action(), []
    except Refusal as refusal:
        return None, [user_error(refusal)]
    except Refusals as refusals:
        return None, [user_error(refusal) for refusal in refusals.refusals]


def user_error(refusal: Refusal) -> UserError:
    return UserError(code=UserErrorCode(refusal.code), message=refusal.message, field=list(refusal.field))
