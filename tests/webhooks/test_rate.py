"""Notifications of one registry are bounded, and no registry pays for another."""

from app.webhooks.rate import BURST_SECONDS, REGISTRIES_KEPT, Rate


class Hands:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


def test_burst_passes_and_what_is_more_waits() -> None:
    hands = Hands()
    rate = Rate(2, hands)
    assert [rate.wait_seconds(1) for _ in range(2 * BURST_SECONDS + 1)] == [0] * 2 * BURST_SECONDS + [1]
    assert rate.wait_seconds(2) == 0
    hands.seconds += 0.5
    assert [rate.wait_seconds(1), rate.wait_seconds(1)] == [0, 1]


def test_wait_is_as_long_as_the_next_drop_takes() -> None:
    hands = Hands()
    rate = Rate(0.1, hands)
    assert [rate.wait_seconds(1), rate.wait_seconds(1)] == [0, 10]
    hands.seconds += 7
    assert rate.wait_seconds(1) == 3
    hands.seconds += 3
    assert rate.wait_seconds(1) == 0


def test_a_long_silence_allows_no_more_than_one_burst() -> None:
    hands = Hands()
    rate = Rate(1, hands)
    rate.wait_seconds(1)
    hands.seconds += 1_000_000
    assert [rate.wait_seconds(1) for _ in range(BURST_SECONDS + 1)] == [0] * BURST_SECONDS + [1]


def test_registries_are_forgotten_when_there_are_too_many() -> None:
    rate = Rate(0.1, Hands())
    for registry_id in range(REGISTRIES_KEPT + 1):
        rate.wait_seconds(registry_id)
    assert rate.wait_seconds(REGISTRIES_KEPT) > 0
    assert rate.wait_seconds(0) == 0
