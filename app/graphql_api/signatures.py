"""Who signed a chart version, as GraphQL shows it."""

import strawberry

from app.domain.signatures import Verification
from app.store import entities


@strawberry.type(description="Who signed a version, as far as this store can tell.")
class SignatureReport:
    has_provenance: bool = strawberry.field(description="Helm provenance (.prov) stands beside the chart.")
    has_signature: bool = strawberry.field(description="A cosign or notation signature refers to the manifest.")
    verification: Verification = strawberry.field(description="What became of checking them.")
    signed_by: str | None = strawberry.field(description="Who signed, where it was verified.")
    message: str | None = strawberry.field(description="Why it is what it is, for people.")


def report_of(row: entities.ChartVersion) -> SignatureReport:
    return SignatureReport(
        has_provenance=row.has_provenance,
        has_signature=row.has_signature,
        verification=row.verification,
        signed_by=row.signed_by,
        message=row.verification_message,
    )
