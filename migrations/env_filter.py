"""Which tables the migrations answer for."""

from typing import Any

from sqlalchemy.sql.schema import SchemaItem


def include(_item: SchemaItem, name: str | None, kind: str, _reflected: bool, _compared: Any) -> bool:
    """Leaves out what others own: the search tables, written by hand, and the job queue's."""
    return not (kind == "table" and name is not None and name.startswith(("chart_search", "pgqueuer")))
