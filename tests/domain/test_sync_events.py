"""How a sync that came to its end is called."""

import pytest

from app.domain.sync_events import Progress, SyncState, final_state


@pytest.mark.parametrize(
    ("repositories", "failed", "counts", "expected"),
    [
        (2, 0, {"versions_added": 3}, SyncState.SUCCEEDED),
        (2, 0, {}, SyncState.SUCCEEDED),
        (0, 0, {}, SyncState.SUCCEEDED),
        (2, 0, {"versions_added": 3, "versions_failed": 1}, SyncState.PARTIAL),
        (2, 1, {"versions_added": 3}, SyncState.PARTIAL),
        (2, 1, {}, SyncState.PARTIAL),
        (2, 2, {}, SyncState.FAILED),
        (2, 2, {"versions_failed": 5}, SyncState.FAILED),
        (1, 1, {"versions_added": 500}, SyncState.PARTIAL),
        (1, 1, {"versions_changed": 1}, SyncState.PARTIAL),
        (1, 1, {"versions_removed": 1}, SyncState.PARTIAL),
        (1, 1, {"versions_unchanged": 1}, SyncState.PARTIAL),
    ],
)
def test_sync_is_partial_when_it_did_something_beside_failures_and_failed_when_nothing(
    repositories: int, failed: int, counts: dict[str, int], expected: SyncState
) -> None:
    assert final_state(Progress(repositories_total=repositories, **counts), failed, False) is expected


@pytest.mark.parametrize("failed", [0, 1])
def test_sync_is_cancelled_whatever_failed_when_somebody_cancelled_it(failed: int) -> None:
    assert final_state(Progress(repositories_total=1, versions_failed=1), failed, True) is SyncState.CANCELLED


def test_only_queued_and_running_syncs_are_unfinished() -> None:
    assert {state for state in SyncState if not state.finished} == {SyncState.QUEUED, SyncState.RUNNING}
