"""How often one registry may tell us something."""

import time
from collections import OrderedDict
from collections.abc import Callable
from math import ceil
from typing import Final

BURST_SECONDS: Final = 10
"""A release of many charts comes at once: what is allowed in ten seconds may come in one."""
REGISTRIES_KEPT: Final = 10_000


class Rate:
    """A bucket of `per_second` times BURST_SECONDS drops for each registry, which fills up with time."""

    def __init__(self, per_second: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_second = per_second
        self._most = per_second * BURST_SECONDS
        self._clock = clock
        self._buckets: OrderedDict[int, tuple[float, float]] = OrderedDict()

    def wait_seconds(self, registry_id: int) -> int:
        """0 where the registry may go on; otherwise whole seconds until it may."""
        now = self._clock()
        drops, filled_at = self._buckets.pop(registry_id, (self._most, now))
        drops = min(self._most, drops + (now - filled_at) * self._per_second)
        allowed = drops >= 1
        self._buckets[registry_id] = (drops - allowed, now)
        if len(self._buckets) > REGISTRIES_KEPT:
            self._buckets.popitem(last=False)
        return 0 if allowed else max(1, ceil((1 - drops) / self._per_second))
