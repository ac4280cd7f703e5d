"""From what goes wrong in the layers below to the faults that people see. Every error there has its row here."""

from app.chart_reader.errors import ChartReadError
from app.domain.errors import ChartroomError
from app.domain.faults import Fault, FaultCode
from app.oci_client.errors import InvalidInput, RegistryError


def fault_of(
    error: Exception, repository: str | None = None, tag: str | None = None, digest: str | None = None
) -> Fault:
    """What is not known is INTERNAL, and says nothing of the inside but the kind of error."""
    if isinstance(error, RegistryError):
        return Fault(FaultCode(error.code), str(error), error.temporary, repository, tag, digest)
    if isinstance(error, ChartReadError):
        return Fault(FaultCode(error.code), str(error), error.temporary, repository, tag, digest)
    if isinstance(error, ChartroomError | InvalidInput):
        return Fault(FaultCode.INTERNAL, str(error), False, repository, tag, digest)
    return Fault(
        FaultCode.INTERNAL,
        f"Something unexpected happened ({type(error).__name__}). It is in the log; the next sync tries again.",
        True,
        repository,
        tag,
        digest,
    )
