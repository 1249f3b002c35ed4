"""The rooms and doors of the design, read from the code itself."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("livecam", "labeler", "training")
MODULES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
OURS = [*MODULES, *sorted((ROOT / "tests").rglob("*.py"))]

# Who may import whom; a package may always import itself.
MAY_IMPORT = {
    "livecam.core": (),
    "livecam": (),
    "labeler": ("livecam.core",),
    "training": ("livecam",),
}

HOMES = {
    "tensorflow": ("training/",),
    "keras": ("training/",),
    "mediapipe": ("livecam/faces/mediapipe.py",),
    "dlib": ("livecam/faces/dlib.py",),
    "ai_edge_litert": ("livecam/interpreter.py",),
    "tflite_runtime": ("livecam/interpreter.py",),
    "pyvirtualcam": ("livecam/sinks.py", "livecam/sinks/"),
    "sqlalchemy": ("livecam/core/",),
    "alembic": ("livecam/core/store/",),
}

HEAVY = ("mediapipe", "tensorflow", "keras", "dlib", "av", "ai_edge_litert", "tflite_runtime", "pyvirtualcam")


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imports(path: Path) -> Iterator[str]:
    """Every module named by an import statement, also one inside a function."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name(path)}:{node.lineno} imports relatively"
            assert node.module
            # `from livecam import core` names livecam.core.
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def inside(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")


def room(path: Path) -> str:
    return "livecam.core" if name(path).startswith("livecam/core/") else name(path).split("/", maxsplit=1)[0]


def ours(module: str) -> bool:
    return any(inside(module, package) for package in PACKAGES)


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_imports_point_one_way(path: Path) -> None:
    allowed = (room(path), *MAY_IMPORT[room(path)])

    astray = [module for module in imports(path) if ours(module) and not any(inside(module, a) for a in allowed)]

    assert not astray, f"{name(path)} may import only {allowed} of ours"


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_a_heavy_library_is_imported_only_at_home(path: Path) -> None:
    astray = [
        module
        for module in imports(path)
        for library, homes in HOMES.items()
        if inside(module, library) and not name(path).startswith(homes)
    ]

    assert not astray, f"{name(path)} is not the home of {astray}"


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_only_the_command_lines_print_and_exit(path: Path) -> None:
    calls = [node for node in ast.walk(tree(path)) if isinstance(node, ast.Call)]
    loud = [ast.unparse(call.func) for call in calls if _is_loud(call.func)]

    assert not loud or path.name in {"cli.py", "__main__.py"}, f"{name(path)} calls {loud}"


@pytest.mark.parametrize("path", [path for path in MODULES if room(path).startswith("livecam")], ids=name)
def test_no_frame_wakes_the_threads_of_linear_algebra(path: Path) -> None:
    """They spin for milliseconds after each inverse or solution, of two rows even: a whole core, frame after frame."""
    functions = [node for node in ast.walk(tree(path)) if isinstance(node, ast.FunctionDef)]
    calls = [node for function in functions for node in ast.walk(function) if isinstance(node, ast.Call)]

    waking = [ast.unparse(call.func) for call in calls if "linalg" in ast.unparse(call.func)]

    assert set(waking) <= {"np.linalg.norm"}, f"{name(path)} calls {waking}"


def _is_loud(function: ast.expr) -> bool:
    return ast.unparse(function) in {"print", "exit", "quit", "sys.exit", "os._exit", "os.abort", "typer.echo"}


@pytest.mark.parametrize("path", [path for path in OURS if path.name == "__init__.py"], ids=name)
def test_an_init_holds_at_most_a_docstring(path: Path) -> None:
    rest = [
        node for node in tree(path).body if not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
    ]

    assert not rest


@pytest.mark.parametrize("path", [path for path in OURS if path.read_text(encoding="utf-8").strip()], ids=name)
def test_a_module_says_why_it_exists(path: Path) -> None:
    assert ast.get_docstring(tree(path))


@pytest.mark.parametrize("path", OURS, ids=name)
def test_a_module_stays_short(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 300


def test_the_median_module_is_short() -> None:
    lengths = sorted(len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES)

    assert lengths[len(lengths) // 2] < 120


@pytest.mark.parametrize("path", OURS, ids=name)
def test_nothing_is_left_for_later(path: Path) -> None:
    left = re.findall(r"#.*\b(?:TO" + r"DO|FIX" + r"ME|XX" + r"X)\b.*", path.read_text(encoding="utf-8"))

    assert not left


def test_no_file_has_a_name_that_says_nothing() -> None:
    vague = {"utils.py", "helpers.py", "common.py", "manager.py", "base.py", "misc.py"}

    assert not [name(path) for path in MODULES if path.name in vague]


@pytest.mark.parametrize("package", PACKAGES)
def test_the_command_line_starts_light(package: str) -> None:
    """Help, shell completion and `--version` must not wait seconds for libraries that they do not use."""
    if not (ROOT / package / "cli.py").exists():
        pytest.skip(f"{package} has no command line")
    asked = f"import sys, {package}.cli; print(*sorted(set({HEAVY!r}) & set(sys.modules)))"

    loaded = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True, cwd=ROOT)

    assert loaded.stdout.split() == []
