"""Names say what is inside, files stay small enough to be read, and settings come in at one place."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted((ROOT / "app").rglob("*.py"))
DRAWERS = {"util", "utils", "helper", "helpers", "common", "misc", "base", "core", "shared", "manager", "lib"}
LINES_MAX = 400
LONGER_ALLOWED: set[str] = set()
"""Files that may have more lines than LINES_MAX: none."""
SETTINGS_READERS = {"cli", "serving", "working", "web", "wiring", "opening", "settings"}


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imported(path: Path) -> set[str]:
    """Dotted names of what a module imports, those within functions too."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
    return found


def words_of(name: str) -> set[str]:
    return set(re.findall(r"[a-z]+", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()))


def test_there_is_something_to_look_at() -> None:
    assert len(MODULES) > 80
    assert words_of("ConnectionManager") == {"connection", "manager"}


def test_no_file_or_folder_is_a_drawer() -> None:
    drawers = [name for path in MODULES if words_of(name := name_of(path).removesuffix(".py")) & DRAWERS]
    assert drawers == []


def test_no_class_is_a_manager_or_a_helper() -> None:
    drawers = [
        f"{name_of(path)}: {node.name}"
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ClassDef) and words_of(node.name) & {"manager", "helper", "util", "utils", "misc"}
    ]
    assert drawers == []


def test_no_file_is_too_long_to_be_read() -> None:
    lengths = {name_of(path): len(path.read_text().splitlines()) for path in MODULES}
    longer = {name: length for name, length in lengths.items() if length > LINES_MAX}
    assert longer.keys() - LONGER_ALLOWED == set(), longer
    assert LONGER_ALLOWED - longer.keys() == set()


def test_settings_are_read_where_the_system_is_put_together_alone() -> None:
    readers = {name_of(path) for path in MODULES if "app.settings" in imported(path)}
    assert {Path(name).stem for name in readers} <= SETTINGS_READERS, readers
    assert all(len(Path(name).parts) == 2 for name in readers)


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_module_says_what_it_is_for(path: Path) -> None:
    tree = ast.parse(path.read_text())
    assert ast.get_docstring(tree), f"{name_of(path)} has no docstring"
    if path.name == "__init__.py":
        assert len(tree.body) == 1, f"{name_of(path)} holds more than a docstring"


def test_nothing_is_left_to_be_done() -> None:
    unfinished = re.compile(r"\b(?:TODO|FIXME|XXX|HACK)\b")
    assert [name_of(path) for path in MODULES if unfinished.search(path.read_text())] == []
