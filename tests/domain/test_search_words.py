"""Words are the same on both sides, a typo is one typo, and what is highlighted is safe."""

import pytest

from app.domain.search_words import (
    all_words,
    begins_with_one_typo,
    distinct_words,
    highlight,
    is_one_typo_apart,
    name_key,
    name_words,
    with_one_letter_less,
    words_of,
)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Web-Shop_x", ["web", "shop", "x"]),
        ("CAFÉ Größe", ["cafe", "große"]),
        ("a.b/c:d", ["a", "b", "c", "d"]),
        ("x" * 100, ["x" * 64]),
        ("a " * 50, ["a"] * 12),
        ("_ % \" ' \x00 🚢", []),
    ],
)
def test_words_are_folded_and_bounded(text: str, words: list[str]) -> None:
    assert words_of(text) == words


def test_name_is_found_run_together_and_has_a_key() -> None:
    assert (name_words("cert-manager"), name_key("Cert_Manager")) == (
        ["cert", "manager", "certmanager"],
        "cert-manager",
    )
    assert (name_words("redis"), name_words("___"), name_key("___")) == (["redis"], [], "-")


@pytest.mark.parametrize("typed", ["ngnix", "nginxx", "ngin", "nginz", "ginx", "nginx", "nnginx"])
def test_one_typo_is_forgiven_and_shares_a_variant(typed: str) -> None:
    assert is_one_typo_apart(typed, "nginx")
    assert with_one_letter_less(typed) & with_one_letter_less("nginx")


@pytest.mark.parametrize("typed", ["ngxin", "gnnix", "nginxyz", "ng", "apache"])
def test_two_typos_are_not_forgiven(typed: str) -> None:
    assert not is_one_typo_apart(typed, "nginx")


def test_typo_is_forgiven_while_the_word_is_not_finished() -> None:
    assert [
        typed for typed in ("promeht", "prmeth", "proometh", "prom") if not begins_with_one_typo(typed, "prometheus")
    ] == []
    assert not begins_with_one_typo("pormeht", "prometheus")


def test_highlight_is_of_the_first_text_that_has_a_word() -> None:
    texts = ["nothing", "a <b>Größenwahn</b> & größe " + "x " * 300, "größe"]
    marked = highlight(texts, ["große"])
    assert marked is not None
    assert marked.startswith("a &lt;b&gt;<mark>Größenwahn</mark>&lt;/b&gt; &amp; <mark>größe</mark> x")
    assert marked.endswith("…")
    assert highlight(["unfinished"], ["finished"]) is None


def test_highlight_begins_at_a_word_when_the_match_stands_far_down() -> None:
    assert highlight(["before " * 40 + "needle"], ["needle"]) == "…" + "before " * 8 + "<mark>needle</mark>"


def test_words_are_the_same_whether_the_text_is_ascii_or_not() -> None:
    text = "".join(map(chr, range(128))) + " Web_shop\tweb-SHOP 1.2 web\x1cshop " + "x" * 70
    assert [*all_words(text), "e"] == all_words(text + " é")


def test_distinct_words_are_all_words_without_their_repetition() -> None:
    text = "redis " + "x" * 70 + " Redis " + "x" * 80 + " cluster redis"
    assert distinct_words(text) == list(dict.fromkeys(all_words(text))) == ["redis", "x" * 64, "cluster"]
