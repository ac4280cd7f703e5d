"""The next page of a listing."""

from typing import Any

import pytest

from app.oci_client.pages import RefusedLink, next_page
from tests.oci_client.vector_files import cases

HERE = "https://r.example/v2/acme/payments/tags/list?n=2"


@pytest.mark.parametrize("case", cases("link-header-oras"), ids=lambda case: case["name"])
def test_link_is_followed_or_refused_as_oras_does(case: dict[str, Any]) -> None:
    if case["reject"]:
        with pytest.raises(RefusedLink):
            next_page(case["request_url"], [case["link_header"]])
    else:
        assert next_page(case["request_url"], [case["link_header"]]) == case["expected"]


@pytest.mark.parametrize(
    ("header", "query"),
    [
        ('</v2/acme/payments/tags/list?last=b&n=2>; rel="next"', "last=b&n=2"),
        ('</repository/docker/v2/acme/payments/tags/list?last=b>; rel="next"', "last=b"),
        ("<?last=b>; rel=next", "last=b"),
        ('</x?before=c>; rel="previous", </x?last=d>; rel="next"', "last=d"),
        ('<https://r.example:443/v2/x?next_page=gAAA&n=50>; rel="next"', "next_page=gAAA&n=50"),
        ('</acr/v1/_catalog?last=a&n=1&orderby=>; rel="next"', "last=a&n=1&orderby="),
        ('</x?last=a,b>; title="a, b"; rel="next"', "last=a,b"),
        ('</x?last=a>; REL="prev next"', "last=a"),
    ],
)
def test_only_query_is_taken_when_link_is_of_same_origin(header: str, query: str) -> None:
    assert next_page(HERE, [header]) == f"https://r.example/v2/acme/payments/tags/list?{query}"


@pytest.mark.parametrize("headers", [[], ['</x?last=a>; rel="prev"'], [""]])
def test_page_is_the_last_when_no_link_says_next(headers: list[str]) -> None:
    assert next_page(HERE, headers) is None


@pytest.mark.parametrize(
    "header",
    [
        '<//evil.example/v2/x?last=a>; rel="next"',
        '<https://r.example@evil.example/x?last=a>; rel="next"',
        '<https://r.example:0/x?last=a>; rel="next"',
        '<https://[::1/x?last=a>; rel="next"',
        '</v2/acme/payments/tags/list>; rel="next"',
        '<javascript:alert(1)?a>; rel="next"',
    ],
)
def test_link_is_refused_when_it_leads_elsewhere_or_nowhere(header: str) -> None:
    with pytest.raises(RefusedLink):
        next_page(HERE, [header])
