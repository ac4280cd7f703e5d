"""Faults as GraphQL shows them."""

from typing import Any

import strawberry

from app.domain.faults import Fault, FaultCode
from app.graphql_api.connections import BY_ID, Connection, CursorKind
from app.graphql_api.scalars import Digest
from app.store import entities


@strawberry.type(description="Something that failed, and why.")
class SyncFault:
    code: FaultCode = strawberry.field(description="For machines.")
    message: str = strawberry.field(description="For people.")
    repository: str | None = strawberry.field(description="The repository it is about.")
    tag: str | None = strawberry.field(description="The tag it is about.")
    digest: Digest | None = strawberry.field(description="The manifest or archive it is about.")
    temporary: bool = strawberry.field(description="Whether the next sync may do better without anyone acting.")


FAULT_CURSOR = CursorKind("faults", BY_ID)


@strawberry.type(description="A page of faults.")
class SyncFaultConnection(Connection[SyncFault]):
    pass


def fault_of(fault: Fault | entities.SyncFault) -> SyncFault:
    return SyncFault(
        code=fault.code,
        message=fault.message,
        repository=fault.repository,
        tag=fault.tag,
        digest=Digest(fault.digest) if fault.digest else None,
        temporary=fault.temporary,
    )


def fault_in(stored: dict[str, Any] | None) -> SyncFault | None:
    """From the form in which rows hold one."""
    if stored is None:
        return None
    return fault_of(Fault(**{**stored, "code": FaultCode(stored["code"])}))
