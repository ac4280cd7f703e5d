"""When is tried again, and who waits."""

import asyncio
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from aiohttp import web

from app.oci_client.credentials import Anonymous
from app.oci_client.errors import RateLimited, RegistryError, UnexpectedAnswer
from app.oci_client.limits import ClientLimits
from app.oci_client.reference import RegistryHost
from app.oci_client.retrying import HostLimiter, HostLimiters, parse_retry_after, utc_now
from tests.oci_client.lab import Bench, LabServer, fixed, in_turn

TAGS = "/v2/acme/payments/tags/list"
REPOSITORY = "acme/payments"
GOOD = fixed('{"tags":["1"]}')
NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


async def tags(made: Bench, lab: LabServer, limiter: HostLimiter | None = None) -> list[str]:
    client = made.client(lab, Anonymous(), limiter=limiter)
    return [listed.tag async for page in client.list_tags(REPOSITORY) for listed in page]


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504, 599])
async def test_is_tried_again_when_status_is_temporary(lab: LabServer, at: Bench, status: int) -> None:
    lab.on(TAGS, in_turn(fixed("", status), fixed("", status), GOOD))
    assert await tags(at, lab) == ["1"]
    assert len(lab.seen) == 4


@pytest.mark.parametrize("status", [400, 404, 405, 416])
async def test_is_not_tried_again_when_status_is_final(lab: LabServer, at: Bench, status: int) -> None:
    lab.on(TAGS, in_turn(fixed("", status), GOOD))
    with pytest.raises(RegistryError) as caught:
        await tags(at, lab)
    assert not caught.value.temporary
    assert len(lab.seen) == 2


async def test_is_given_up_after_five_tries_with_growing_jittered_waits(lab: LabServer, at: Bench) -> None:
    lab.on(TAGS, fixed("<html>Bad gateway</html>", 502, Content_Type="text/html"))
    with pytest.raises(UnexpectedAnswer) as caught:
        await tags(at, lab)
    assert caught.value.temporary and caught.value.status == 502
    assert lab.paths().count(TAGS) == 5
    assert at.clock.slept == [0.25, 0.5, 1.0, 2.0]  # half of 0.5, 1, 2, 4: the bench's chance is one half


async def test_lost_connection_is_tried_again(lab: LabServer, at: Bench) -> None:
    async def hang_up(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.close()
        return web.Response()

    lab.on(TAGS, in_turn(hang_up, hang_up, GOOD))
    assert await tags(at, lab) == ["1"]


@pytest.mark.parametrize("status", [429, 503])
async def test_retry_after_is_never_undercut(lab: LabServer, at: Bench, status: int) -> None:
    lab.on(TAGS, in_turn(fixed("", status, Retry_After="7"), GOOD))
    began_at = at.clock.seconds
    assert await tags(at, lab) == ["1"]
    assert at.clock.seconds - began_at >= 7


async def test_retry_after_as_date_is_obeyed(lab: LabServer, at: Bench) -> None:
    later = format_datetime(utc_now() + timedelta(seconds=25), usegmt=True)
    lab.on(TAGS, in_turn(fixed("", 429, Retry_After=later), GOOD))
    began_at = at.clock.seconds
    assert await tags(at, lab) == ["1"]
    assert 20 <= at.clock.seconds - began_at <= 25


async def test_wait_is_parked_with_its_end_when_retry_after_is_too_long(lab: LabServer, at: Bench) -> None:
    lab.on(TAGS, fixed("", 429, Retry_After="3600"))
    limiter = HostLimiter(clock=at.clock, sleep=at.clock.sleep)
    with pytest.raises(RateLimited) as caught:
        await tags(at, lab, limiter)
    assert caught.value.until is not None and caught.value.repository == REPOSITORY
    assert timedelta(minutes=59) < caught.value.until - utc_now() <= timedelta(hours=1)
    asked = len(lab.seen)
    with pytest.raises(RateLimited):  # everybody else is told at once, and the host is left in peace
        await tags(at, lab, limiter)
    assert len(lab.seen) == asked
    assert at.clock.slept == []


async def test_all_who_share_the_host_wait_when_one_was_told_to(lab: LabServer, at: Bench) -> None:
    limiter = HostLimiter(clock=at.clock, sleep=at.clock.sleep)
    limiter.hold(20)
    began_at = at.clock.seconds
    lab.on(TAGS, GOOD)
    await tags(at, lab, limiter)
    assert at.clock.seconds - began_at == 20


async def test_rate_limit_of_token_endpoint_is_obeyed_too(lab: LabServer, at: Bench) -> None:
    realm = f'Bearer realm="https://127.0.0.1:{lab.port}/token"'
    lab.on("/v2/", fixed("", 401, WWW_Authenticate=realm))
    lab.on(TAGS, GOOD)
    lab.on("/token", in_turn(fixed("", 429, Retry_After="9"), fixed('{"token":"t"}')))
    began_at = at.clock.seconds
    assert await tags(at, lab) == ["1"]
    assert at.clock.seconds - began_at >= 9


async def test_no_more_than_the_bound_speak_to_one_host_at_once(lab: LabServer, at: Bench) -> None:
    busy = most = 0

    async def slow(request: web.Request) -> web.StreamResponse:
        nonlocal busy, most
        busy += 1
        most = max(most, busy)
        await asyncio.sleep(0.01)
        busy -= 1
        return web.Response(text='{"tags":["1"]}')

    lab.on(TAGS, slow)
    limiter = HostLimiter(3, clock=at.clock, sleep=at.clock.sleep)
    await asyncio.gather(*(tags(at, lab, limiter) for _ in range(12)))
    assert most == 3


def test_limiter_is_shared_by_host() -> None:
    limiters = HostLimiters()
    host = RegistryHost("ghcr.io")
    assert limiters.for_host(host) is limiters.for_host(RegistryHost("ghcr.io"))
    assert limiters.for_host(host) is not limiters.for_host(RegistryHost("ghcr.io", 5000))


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120.0),
        (" 0 ", 0.0),
        ("Fri, 02 Jan 2026 03:05:05 GMT", 60.0),
        ("Fri, 02 Jan 2026 03:00:00 GMT", 0.0),
        ("1767323045", 86400.0),
        ("9" * 400, 86400.0),
        ("soon", None),
        ("-5", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after_is_read_in_both_forms(header: str | None, seconds: float | None) -> None:
    assert parse_retry_after(header, NOW) == seconds


@pytest.mark.parametrize("how", ["answered", "unanswered", "redirected", "cancelled"])
async def test_place_is_given_back_whatever_comes_of_a_request(lab: LabServer, at: Bench, how: str) -> None:
    async def never(request: web.Request) -> web.StreamResponse:
        return await asyncio.Future()

    async def hang_up(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    location = fixed("", 307, Location="http://127.0.0.1/")
    lab.on("/v2/", {"answered": fixed("{}"), "unanswered": hang_up, "redirected": location, "cancelled": never}[how])
    limiter = HostLimiter(1, clock=at.clock, sleep=at.clock.sleep)
    client = at.client(lab, Anonymous(), limiter=limiter, limits=ClientLimits(tries_max=2))
    for _ in range(3):
        asking = asyncio.create_task(client.ping())
        while how == "cancelled" and not lab.seen:
            await asyncio.sleep(0.001)
        if how == "cancelled":
            asking.cancel()
        await asyncio.wait([asking], timeout=30)
        assert (how == "answered") is (not asking.cancelled() and asking.exception() is None)
        lab.seen.clear()
    assert limiter.take_at_once() is not None
