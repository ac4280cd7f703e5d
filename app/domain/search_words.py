"""What people type into a search box, and what texts are made of: words, folded alike on both sides.

A word is a run of letters and digits, in lower case and without accents, whatever joins it to the next one:
`web-shop`, `web_shop` and `Web Shop` are the same two words.
"""

import html
import re
import unicodedata
from collections.abc import Collection, Sequence
from typing import Final

WORD_MAX_CHARS: Final = 64
"""Longer ones are cut, in texts and in questions alike. PostgreSQL takes 2,046 bytes for one: 64 * 4 at most here."""
WORDS_MAX: Final = 12
"""Of a question. More narrow nothing down any further, and each costs a look into the index."""
TYPO_MIN_CHARS: Final = 4
"""In three letters a typo makes another word."""
BEFORE_MATCH_CHARS: Final = 60
HIGHLIGHT_CHARS: Final = 180

_WORD: Final = re.compile(r"[^\W_]+")
_ASCII_BETWEEN: Final = {code: " " for code in range(128) if not chr(code).isalnum()}
_MARKS: Final = re.compile("[\u0300-\u036f]+")  # combining accents, which NFKD sets apart
_UNSHOWABLE: Final = re.compile(r"[\x00-\x1f\x7f\s]+")


def fold(text: str) -> str:
    """Lower case, without accents; ß stays what it is."""
    if text.isascii():
        return text.lower()
    return _MARKS.sub("", unicodedata.normalize("NFKD", text).lower())


def all_words(text: str) -> list[str]:
    """In their order, repeated ones too."""
    return [word[:WORD_MAX_CHARS] for word in _uncut_words(text)]


def distinct_words(text: str) -> list[str]:
    """Each once, in the order of their first appearance."""
    return list(dict.fromkeys([word[:WORD_MAX_CHARS] for word in dict.fromkeys(_uncut_words(text))]))


def _uncut_words(text: str) -> list[str]:
    folded = fold(text)
    # A README takes a quarter as long without the pattern, and most are ASCII.
    return folded.translate(_ASCII_BETWEEN).split() if folded.isascii() else _WORD.findall(folded)


def words_of(query: str) -> list[str]:
    """The words of a question; quotes, operators and other signs are none and do no harm."""
    return all_words(query[: 100 * WORD_MAX_CHARS])[:WORDS_MAX]


def name_key(name: str) -> str:
    """A name for comparison: its words, joined by hyphens. Never empty, never over 300 characters."""
    return ("-".join(all_words(name)) or "-")[:300]


def name_words(name: str) -> list[str]:
    """The words of a name, and all of them as one: cert-manager is found as certmanager too."""
    words = all_words(name)
    joined = "".join(words)[:WORD_MAX_CHARS]
    return list(dict.fromkeys([*words, joined])) if joined else []


def with_one_letter_less(word: str) -> set[str]:
    """The word and each that is left of it without one letter: two words with a typo between them share one."""
    return {word, *(word[:place] + word[place + 1 :] for place in range(len(word)))}


def is_one_typo_apart(typed: str, word: str) -> bool:
    """One letter too many, missing, wrong, or two neighbours swapped."""
    return abs(len(typed) - len(word)) <= 1 and any(rest == wanted for rest, wanted in _mended(typed, word))


def begins_with_one_typo(typed: str, word: str) -> bool:
    """The same of somebody who has not finished typing the word."""
    return len(typed) <= len(word) + 1 and any(wanted.startswith(rest) for rest, wanted in _mended(typed, word))


def _mended(typed: str, word: str) -> list[tuple[str, str]]:
    """What is left on both sides behind the first letter that differs, for each kind of typo."""
    same = 0
    while same < len(typed) and same < len(word) and typed[same] == word[same]:
        same += 1
    left, wanted = typed[same:], word[same:]
    found = [(left[1:], wanted[1:]), (left, wanted[1:]), (left[1:], wanted)]
    if len(left) > 1 and left[:2] == wanted[:2][::-1]:
        found.append((left[2:], wanted[2:]))
    return found


def highlight(texts: Sequence[str], words: Collection[str]) -> str | None:
    """The first place in the first text where one of the folded words begins: safe HTML with <mark> around words.

    None where none of the texts has one.
    """
    pattern = re.compile(rf"(?<![^\W_])(?:{'|'.join(map(re.escape, words))})[^\W_]*")
    for text in texts:
        folded = _fold_in_place(text)
        match = pattern.search(folded)
        if match is not None:
            return _marked(text, folded, pattern, match.start())
    return None


def _marked(text: str, folded: str, pattern: re.Pattern[str], first: int) -> str:
    begin = max(0, first - BEFORE_MATCH_CHARS)
    if begin:
        begin = next((place + 1 for place in range(begin, first) if text[place].isspace()), first)
    end = min(len(text), begin + HIGHLIGHT_CHARS)
    parts, place = ["…"] if begin else [], begin
    for match in pattern.finditer(folded, begin, end):
        parts += [_shown(text[place : match.start()]), f"<mark>{_shown(text[match.start() : match.end()])}</mark>"]
        place = match.end()
    parts.append(_shown(text[place:end]))
    return "".join(parts).strip() + ("…" if end < len(text) else "")


def _shown(text: str) -> str:
    return html.escape(_UNSHOWABLE.sub(" ", text), quote=True)


def _fold_in_place(text: str) -> str:
    """Folded letter by letter, so that places in it are those in the text."""
    if text.isascii():
        return text.lower()
    return "".join(letter if letter.isascii() else (fold(letter) or letter)[0] for letter in text).lower()[: len(text)]
