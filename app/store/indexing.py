"""Charts into the index: what they are searched, filtered and counted by, all of it of their latest version."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, column, delete, func, table, text, update
from sqlmodel import Session, SQLModel, col, select

from app.domain.host_names import DOCKER_HUB
from app.domain.image_name import ImageName
from app.domain.search_words import TYPO_MIN_CHARS, distinct_words, name_key, name_words, with_one_letter_less
from app.domain.semver import InvalidVersion, Version
from app.domain.semver_constraint import CONSTRAINT_MAX_CHARS
from app.store.chart_index import ChartDependencyName, ChartImage, ChartKeyword, KubeConstraint, NameTypo, NameWord
from app.store.columns import Identity
from app.store.entities import Chart, ChartContent, ChartVersion
from app.store.session import Store, execute_now, insert_for

BODY_MAX_CHARACTERS = 200_000
"""PostgreSQL refuses a tsvector over 1 MiB; so many characters are at most four times as many bytes."""
KEYWORDS_MAX, IMAGES_MAX, DEPENDENCIES_MAX = 100, 200, 200
"""Of one chart: more than any real one has, so that no chart fills the index alone."""
INDEXED_AT_ONCE = 100

_VALUES_KEY = re.compile(r"^[ ]*-?[ ]*([A-Za-z_][\w.-]*):", re.MULTILINE)
_SHARED_WORDS_LOCK = 0x6368_6172_7473


def index_charts(session: Session, contents: Mapping[int, ChartContent]) -> None:
    """Puts what charts are found by, by their id, in place of what they were found by before.

    A constant number of statements, however many charts there are.
    """
    if not contents:
        return
    _forget_rows(session, contents.keys())
    for entity, values_of in _VALUES_OF.items():
        rows = [{"chart_id": number, **row} for number, content in contents.items() for row in values_of(content)]
        _insert_missing(session, entity, rows)
    _add_documents(session, contents)
    _add_name_words(session, {word for content in contents.values() for word in name_words(content.name)})
    constraints = _kube_constraint_ids(session, {_kube_constraint_of(content) for content in contents.values()})
    told = [
        {
            "indexed_id": number,
            "name_key": name_key(content.name),
            "prerelease": _is_prerelease(content.version),
            "kube_constraint_id": constraints.get(_kube_constraint_of(content)),
        }
        for number, content in contents.items()
    ]
    released_at = select(func.coalesce(ChartVersion.created_at, ChartVersion.stored_at)).where(
        col(ChartVersion.id) == col(Chart.latest_version_id)
    )
    names = ("name_key", "prerelease", "kube_constraint_id")
    statement = (
        update(Chart.__table__)  # type: ignore[attr-defined] # every table has one
        .where(col(Chart.id) == bindparam("indexed_id"))
        .values({name: bindparam(name) for name in names} | {"released_at": released_at.scalar_subquery()})
    )
    execute_now(session, statement, told)


def forget_charts(session: Session, chart_ids: Collection[int]) -> None:
    """Charts without a version to show are found by nothing."""
    if chart_ids:
        _forget_rows(session, chart_ids)
        emptied = update(Chart).where(col(Chart.id).in_(chart_ids)).values(name_key="", kube_constraint_id=None)
        session.exec(emptied.execution_options(synchronize_session=False))


async def index_missing(store: Store) -> int:
    """Indexes the charts that are not, e.g. after a migration; how many they were. May be cut off and run again."""
    indexed = 0
    while some := await store.write(_index_some):
        indexed += some
    return indexed


def _index_some(session: Session) -> int:
    missing = (
        select(Chart.id, ChartContent)
        .join(ChartVersion, col(ChartVersion.id) == col(Chart.latest_version_id))
        .join(ChartContent, col(ChartContent.archive_digest) == col(ChartVersion.archive_digest))
        .where(Chart.name_key == "")
        .order_by(col(Chart.id))
        .limit(INDEXED_AT_ONCE)
    )
    contents = dict(session.exec(missing).all())
    index_charts(session, contents)
    return len(contents)


def _is_sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"


def _forget_rows(session: Session, chart_ids: Collection[int]) -> None:
    for entity in _VALUES_OF:
        execute_now(session, delete(entity).where(entity.chart_id.in_(chart_ids)))
    documents = table("chart_search", column("rowid" if _is_sqlite(session) else "chart_id", Identity))
    (key,) = documents.c
    execute_now(session, delete(documents).where(key.in_(chart_ids)))


def _insert_missing(session: Session, entity: type[SQLModel], rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        execute_now(session, insert_for(session, entity).on_conflict_do_nothing(), rows)


def _keywords_of(content: ChartContent) -> list[dict[str, str]]:
    folded = (" ".join(str(keyword).split()).lower()[:100].replace("\0", "") for keyword in content.keywords)
    return [{"keyword": keyword} for keyword in _distinct(folded, KEYWORDS_MAX)]


def _dependencies_of(content: ChartContent) -> list[dict[str, str]]:
    names = (str(needed.get("name") or "")[:300].replace("\0", "") for needed in content.dependencies)
    return [{"name": name} for name in _distinct(names, DEPENDENCIES_MAX)]


def _images_of(content: ChartContent) -> list[dict[str, str]]:
    names = [ImageName.parse(reference) for reference in content.images[:IMAGES_MAX]]
    return [
        {"repository": name.repository, "host": name.host or DOCKER_HUB, "tag": name.tag or ""}
        for name in names
        if name
    ]


_VALUES_OF: dict[type[Any], Callable[[ChartContent], list[dict[str, str]]]] = {
    ChartKeyword: _keywords_of,
    ChartDependencyName: _dependencies_of,
    ChartImage: _images_of,
}


def _distinct(texts: Iterable[str], at_most: int) -> list[str]:
    return [text for text in dict.fromkeys(texts) if text][:at_most]


def _is_prerelease(version: str) -> bool:
    try:
        return Version.parse(version).is_prerelease
    except InvalidVersion:
        return False


_FTS5 = ("names", "keywords", "description", "body")
_TSVECTORS = ("names", "topics", "summaries", "everything")


def _add_documents(session: Session, contents: Mapping[int, ChartContent]) -> None:
    if _is_sqlite(session):
        statement = "INSERT INTO chart_search (rowid, {}) VALUES (:id, {})".format(  # noqa: S608 - names of ours
            ", ".join(_FTS5), ", ".join(f":{name}" for name in _FTS5)
        )
        rows: list[dict[str, Any]] = [
            {"id": number} | {name: " ".join(words) for name, words in zip(_FTS5, _words_of(content), strict=True)}
            for number, content in contents.items()
        ]
    else:
        # Each document holds the words of those before it: no weights, which PostgreSQL would have to read the
        # documents again for, and no parser with an idea of its own what a word is.
        statement = "INSERT INTO chart_search (chart_id, {}) VALUES (:id, {})".format(  # noqa: S608 - names of ours
            ", ".join(_TSVECTORS), ", ".join(f"array_to_tsvector(CAST(:{name} AS text[]))" for name in _TSVECTORS)
        )
        rows = [{"id": number, **_nested_words(content)} for number, content in contents.items()]
    execute_now(session, text(statement), rows)


def _words_of(content: ChartContent) -> list[list[str]]:
    """Distinct words of name, keywords, description and all the rest."""
    people = (f"{person.get('name') or ''} {person.get('email') or ''}" for person in content.maintainers)
    values_keys = dict.fromkeys(_VALUES_KEY.findall((content.values_yaml or "")[:BODY_MAX_CHARACTERS]))
    rest = " ".join((*content.images, *people, *values_keys, content.readme_markdown or ""))
    texts = (" ".join(map(str, content.keywords)), content.description or "", rest)
    return [name_words(content.name), *(distinct_words(text[:BODY_MAX_CHARACTERS]) for text in texts)]


def _nested_words(content: ChartContent) -> dict[str, list[str]]:
    fields = _words_of(content)
    nested = (sorted({word for words in fields[:until] for word in words}) for until in range(1, len(fields) + 1))
    return dict(zip(_TSVECTORS, nested, strict=True))


def _add_name_words(session: Session, words: Collection[str]) -> None:
    """What typos in names are recognised by; mostly known already."""
    wanted = {word for word in words if len(word) >= TYPO_MIN_CHARS}
    # Held until this unit of work ends, so that nobody forgets them meanwhile (name_words.py).
    held = select(NameWord.word).where(col(NameWord.word).in_(wanted)).with_for_update(read=True, key_share=True)
    known = set(session.exec(held).all())
    new = sorted(wanted - known)
    if not new:
        return
    _lock_shared_words(session)
    _insert_missing(session, NameWord, [{"word": word} for word in new])
    variants = [{"variant": variant, "word": word} for word in new for variant in sorted(with_one_letter_less(word))]
    _insert_missing(session, NameTypo, variants)


def _kube_constraint_of(content: ChartContent) -> str:
    """Empty where it runs anywhere."""
    constraint = (content.kube_version or "").strip()
    # To Helm, one that is too long is none, and a chart with what is none runs nowhere.
    return constraint if len(constraint) <= CONSTRAINT_MAX_CHARS else "too long"


def _kube_constraint_ids(session: Session, constraints: Collection[str]) -> dict[str, int]:
    wanted = sorted(constraint for constraint in constraints if constraint)
    if not wanted:
        return {}
    query = select(KubeConstraint.text, KubeConstraint.id).where(col(KubeConstraint.text).in_(wanted))
    found = dict(session.exec(query).all())
    if len(found) < len(wanted):
        _lock_shared_words(session)
        _insert_missing(session, KubeConstraint, [{"text": text} for text in wanted if text not in found])
        found = dict(session.exec(query).all())
    return found


def _lock_shared_words(session: Session) -> None:
    """Two syncs that write the same words in different order would wait for each other: one after the other, then."""
    if not _is_sqlite(session):
        execute_now(session, text(f"SELECT pg_advisory_xact_lock({_SHARED_WORDS_LOCK})"))
