"""What the GraphQL door says when it says no.

GraphQLError
└── DoorError             meant for people; passes the mask, `extensions.code` in brackets
    ├── BadId               [BAD_ID]            no global id, or one of another type
    ├── BadCursor           [BAD_CURSOR]        no cursor of this connection
    ├── BadPageSize         [BAD_PAGE_SIZE]     `first` outside 1 to 100
    ├── BadArgument         [BAD_ARGUMENT]      any other argument that cannot be read
    ├── NotFound            [NOT_FOUND]         nothing has this id
    ├── Unauthenticated     [UNAUTHENTICATED]   no token, or one that is wrong, revoked or expired
    ├── Forbidden           [FORBIDDEN]         the token's role does not reach
    └── QueryTooComplex     [QUERY_TOO_COMPLEX] the document asks for more than the limits allow

Errors of the layers below that speak to people are translated here: `Refusal`s and `RegistryError`s with their
own code, `KeyMissing` as KEY_MISSING. Everything else is masked.
"""

import secrets
from typing import Any, ClassVar

import structlog
from graphql import GraphQLError

from app.domain.errors import KeyMissing, Refusal, Refusals
from app.oci_client.errors import RegistryError

INTERNAL_CODE = "INTERNAL"
KEY_MISSING_CODE = "KEY_MISSING"

_log = structlog.get_logger(__name__)


class DoorError(GraphQLError):
    """A refusal of the door itself."""

    code: ClassVar[str] = "BAD_REQUEST"

    def __init__(self, message: str, **facts: Any) -> None:
        super().__init__(message, extensions={"code": self.code, **facts})


class BadId(DoorError):
    """No global id, or one of another type."""

    code = "BAD_ID"


class BadCursor(DoorError):
    """No cursor of this connection: forged, of another one, or older than a change of its shape."""

    code = "BAD_CURSOR"


class BadPageSize(DoorError):
    """`first` outside what one page may hold."""

    code = "BAD_PAGE_SIZE"


class BadArgument(DoorError):
    """An argument that cannot be read."""

    code = "BAD_ARGUMENT"


class NotFound(DoorError):
    """Nothing has this id, or it was deleted."""

    code = "NOT_FOUND"


class Unauthenticated(DoorError):
    """Nobody knows who asks."""

    code = "UNAUTHENTICATED"

    def __init__(self) -> None:
        super().__init__(
            "A valid API token is needed: `Authorization: Bearer …`, or `authorization` in connection_init."
        )


class Forbidden(DoorError):
    """The token's role does not reach."""

    code = "FORBIDDEN"


class QueryTooComplex(DoorError):
    """The document asks for more than one operation may; names the measure, its limit and what was asked."""

    code = "QUERY_TOO_COMPLEX"

    def __init__(self, measure: str, limit: int, actual: int) -> None:
        # Fragments that double each other make numbers of hundreds of digits; GraphQL's Int ends here.
        shown = min(actual, 2**31 - 1)
        message = f"The operation is too complex: {measure} may be {limit} at most, here it is {shown}."
        super().__init__(message, measure=measure, limit=limit, actual=shown)


def shown_error(error: GraphQLError, masked: bool) -> GraphQLError:
    """What the client gets to see of an error; what is unexpected goes to the log, with an id on both sides.

    Errors of GraphQL itself (syntax, validation, variables) and of the door pass as they are.
    """
    cause = error.original_error
    while isinstance(cause, GraphQLError) and cause.original_error is not None:
        cause = cause.original_error
    if cause is None or isinstance(cause, GraphQLError):
        return error
    code = code_of(cause)
    if code is not None:
        return _with_message(error, str(cause), {"code": code})
    error_id = log_unexpected(cause, path=error.path)
    message = f"Something went wrong on our side. Our log has more under error id {error_id}."
    if not masked:
        message = f"{message} {type(cause).__name__}: {cause}"
    return _with_message(error, message, {"code": INTERNAL_CODE, "errorId": error_id})


def code_of(cause: Exception) -> str | None:
    """Of an error whose text is meant for people; None for all others."""
    match cause:
        case Refusal() | RegistryError():
            return cause.code
        case Refusals():
            return Refusal.code
        case KeyMissing():
            return KEY_MISSING_CODE
        case _:
            return None


def log_unexpected(cause: BaseException, **facts: Any) -> str:
    """Logs the whole trace, and neither document nor variables; returns the id it is found under."""
    # 40 bits: nobody guesses a neighbour's, and it can be read out on the telephone.
    error_id = secrets.token_hex(5)
    _log.error("graphql.unexpected_error", error_id=error_id, exc_info=cause, **facts)
    return error_id


def _with_message(error: GraphQLError, message: str, extensions: dict[str, Any]) -> GraphQLError:
    return GraphQLError(
        message,
        nodes=error.nodes,
        source=error.source,
        positions=error.positions,
        path=error.path,
        extensions=extensions,
    )
