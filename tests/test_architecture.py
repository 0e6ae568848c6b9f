"""The house keeps its shape: arrows one way, rooms of a size, no drawers."""

import ast
import subprocess
import sys
from pathlib import Path
from statistics import median

import pytest

ROOT = Path(__file__).parents[1]
SOURCES = [
    path for top in ("shared", "services") for path in (ROOT / top).rglob("*.py") if "migrations" not in path.parts
]
DRAWERS = {"utils", "util", "helpers", "common", "misc", "crud", "base"}
LONGEST_FILE, LONGEST_FUNCTION = 400, 60


def functions(path: Path) -> list[tuple[str, int]]:
    tree = ast.parse(path.read_text())
    found = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    return [(node.name, (node.end_lineno or node.lineno) - node.lineno + 1) for node in found]


def test_imports_run_one_way() -> None:
    result = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_file_is_too_long_and_no_function_either(path: Path) -> None:
    assert path.read_text().count("\n") <= LONGEST_FILE
    assert [name for name, length in functions(path) if length > LONGEST_FUNCTION] == []


def test_functions_are_short_as_a_rule() -> None:
    lengths = sorted(length for path in SOURCES for _, length in functions(path))
    assert median(lengths) <= 8
    assert lengths[int(len(lengths) * 0.9)] <= 30


def test_there_are_no_drawers() -> None:
    assert [path for path in SOURCES if path.stem in DRAWERS] == []


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_module_says_what_it_owns(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text()))


def test_only_the_settings_read_the_environment_and_only_the_clock_the_time() -> None:
    def uses(path: Path, text: str) -> bool:
        return text in path.read_text()

    readers = {str(path.relative_to(ROOT)) for path in SOURCES if uses(path, "os.environ") or uses(path, "os.getenv")}
    clocks = {str(path.relative_to(ROOT)) for path in SOURCES if uses(path, "datetime.now(") or uses(path, "utcnow(")}
    # services/local hands the environment on to the processes it starts.
    assert {name for name in readers if not name.startswith("services/local/")} == {"shared/settings.py"}
    assert clocks == {"shared/clock.py"}
