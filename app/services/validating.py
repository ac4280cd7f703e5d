"""Whether values fit a chart version's schemas. The work is done in a reader process, within its limits."""

import asyncio
from typing import Protocol

from app.chart_reader.answers import ValuesVerdict
from app.chart_reader.errors import ChartReadError
from app.domain.errors import Unreadable
from app.services.comparing import AT_ONCE, archive_of
from app.store.archives import Archives


class ValuesChecker(Protocol):
    """Checks values apart from this process. Raises ChartReadError."""

    async def check_values(self, archive: bytes, values_yaml: str) -> ValuesVerdict: ...


class Validating:
    """Says of values what an installation of a chart version would say of them."""

    def __init__(self, archives: Archives, checker: ValuesChecker) -> None:
        self._archives = archives
        self._checker = checker
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def validate(self, archive_digest: str, values_yaml: str) -> ValuesVerdict:
        """Raises Unreadable where the archive is gone, the chart cannot be read, or checking exceeds the limits."""
        async with self._turns:
            archive = await archive_of(self._archives, archive_digest)
            try:
                return await self._checker.check_values(archive, values_yaml)
            except ChartReadError as error:
                raise Unreadable(f"The values could not be checked: {error}.") from error
