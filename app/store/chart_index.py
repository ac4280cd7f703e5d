"""What charts are found by besides their own columns. All of it is of the latest version, and can be made anew.

chart 1─* chart_keyword, chart_image, chart_dependency; chart *─0..1 kube_constraint

The search documents are tables of each database's own kind: see migration 0003 and app.store.search.
"""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import Index
from sqlmodel import Field

from app.store.columns import ByteOrdered, Identity, belongs_to, identity, instant
from app.store.row import Row


class IndexedChart(Row):
    """Columns of the chart's own row that are for the index."""

    prerelease: bool = False
    """There is no release of it: its latest version is a pre-release."""
    released_at: datetime | None = instant(default=None)
    """When its latest version was made by the publisher, else first stored."""
    name_key: str = Field(default="", sa_type=ByteOrdered)
    """For comparison; empty as long as the chart is not indexed. Source: app.domain.search_words."""
    kube_constraint_id: int | None = Field(default=None, sa_type=Identity, index=True)


def ranked_by_name() -> Index:
    """Of table chart: names, with all that hits are judged by, so that ranking a thousand reads no row."""
    return Index("ix_chart_name_key", "name_key", "id", "latest_version_id", "prerelease", "deprecated", "released_at")


class ChartKeyword(Row, table=True):
    """A keyword in lower case."""

    __tablename__: ClassVar[Any] = "chart_keyword"
    __table_args__ = (Index("ix_chart_keyword_keyword", "keyword", "chart_id"),)

    chart_id: int = belongs_to("chart", primary_key=True)
    keyword: str = Field(primary_key=True, max_length=100)


class ChartImage(Row, table=True):
    """An image that the chart names; `tag` is empty where it has none."""

    __tablename__: ClassVar[Any] = "chart_image"
    __table_args__ = (Index("ix_chart_image_repository", "repository", "chart_id"),)

    chart_id: int = belongs_to("chart", primary_key=True)
    repository: str = Field(primary_key=True, max_length=512)
    host: str = Field(primary_key=True, max_length=512)
    tag: str = Field(primary_key=True, max_length=512)


class ChartDependencyName(Row, table=True):
    """The name of a chart that the chart depends on."""

    __tablename__: ClassVar[Any] = "chart_dependency"
    __table_args__ = (Index("ix_chart_dependency_name", "name", "chart_id"),)

    chart_id: int = belongs_to("chart", primary_key=True)
    name: str = Field(primary_key=True, max_length=300)


class KubeConstraint(Row, table=True):
    """A kubeVersion of some chart, once: few differ, so that each is checked once for all charts that have it."""

    __tablename__: ClassVar[Any] = "kube_constraint"

    id: int = identity()
    text: str = Field(max_length=1024, unique=True)


class NameWord(Row, table=True):
    """A word of some chart's name, once. It goes with the last chart that has it: see name_words.py."""

    __tablename__: ClassVar[Any] = "name_word"

    word: str = Field(primary_key=True, sa_type=ByteOrdered)


class NameTypo(Row, table=True):
    """What is left of a word of a name without one of its letters: what typos are recognised by."""

    __tablename__: ClassVar[Any] = "name_typo"

    variant: str = Field(primary_key=True, sa_type=ByteOrdered)
    word: str = Field(primary_key=True, sa_type=ByteOrdered)
