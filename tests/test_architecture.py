"""The rules of the house, read from the code itself: each test looks at every module and lists the offenders."""

from __future__ import annotations

import ast
import inspect
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import combinations
from pathlib import Path

import pytest

import livecam

ROOT = Path(__file__).parents[1]
PACKAGES = ("livecam", "labeler", "training")
MODULES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
OURS = [*MODULES, *sorted((ROOT / "tests").rglob("*.py")), *sorted((ROOT / "assets").rglob("*.py"))]

# What each room may import of ours besides itself.
MAY_IMPORT = {
    "livecam.core": (),
    "livecam.store": ("livecam.core",),
    "livecam.drawing": ("livecam.core",),
    "livecam.settings": ("livecam.core", "livecam.store"),
    "livecam.perception": ("livecam.core", "livecam.drawing", "livecam.settings"),
    "livecam.live": ("livecam.core", "livecam.store", "livecam.drawing", "livecam.settings", "livecam.perception"),
    "livecam": ("livecam",),
    "labeler": ("livecam",),
    "training": ("livecam",),
}

HOMES = {
    "tensorflow": ("training/",),
    "keras": ("training/",),
    "sklearn": ("training/",),
    "mediapipe": ("livecam/perception/faces/mediapipe.py",),
    "dlib": ("livecam/perception/faces/dlib.py",),
    "ai_edge_litert": ("livecam/core/tflite.py",),
    "tflite_runtime": ("livecam/core/tflite.py",),
    "simplejpeg": ("livecam/core/image_files/jpeg.py",),
    "pyvirtualcam": ("livecam/live/sinks/virtual_camera.py",),
    "mss": ("livecam/live/sources/screen.py",),
    "pythonosc": ("livecam/live/sinks/tracking/osc.py",),
    "sqlalchemy": ("livecam/store/",),
    "alembic": ("livecam/store/",),
}

HEAVY = ("mediapipe", "tensorflow", "keras", "dlib", "av", "ai_edge_litert", "tflite_runtime", "pyvirtualcam", "cv2")


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def module(path: Path) -> str:
    return name(path).removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def inside(imported: str, package: str) -> bool:
    return imported == package or imported.startswith(f"{package}.")


def imports(path: Path) -> Iterator[str]:
    """Every module named by an import statement that runs, also one inside a function."""
    for node in _running(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            assert node.module, f"{name(path)}:{node.lineno} imports relatively"
            # `from livecam import core` names livecam.core.
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _running(node: ast.AST) -> Iterator[ast.AST]:
    yield node
    for child in ast.iter_child_nodes(node):
        if not (isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING"):
            yield from _running(child)


def room(path: Path) -> str:
    """The most special key of MAY_IMPORT that the module lies in."""
    return max((key for key in MAY_IMPORT if inside(module(path), key)), key=len)


def ours(imported: str) -> bool:
    return any(inside(imported, package) for package in PACKAGES)


def listed(offenders: Iterable[str]) -> str:
    return "\n".join(("these do not keep to the rule:", *sorted(offenders)))


def test_imports_point_one_way() -> None:
    astray = [
        f"{name(path)} imports {imported}"
        for path in MODULES
        for imported in imports(path)
        if ours(imported) and not any(inside(imported, to) for to in (room(path), *MAY_IMPORT[room(path)]))
    ]

    assert not astray, listed(astray)


def test_no_two_rooms_of_a_floor_import_each_other() -> None:
    """Also not by way of a third: what stands side by side can be read one after the other."""
    circles = [f"{one} and {other}" for floor in _floors().values() for one, other in _circles(floor)]

    assert not circles, listed(circles)


def _floors() -> Mapping[str, Mapping[str, set[str]]]:
    """Of each package, what its children (modules and packages) import of each other."""
    known = {module(path) for path in MODULES}
    floors: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for path in MODULES:
        for imported in imports(path):
            target = imported if imported in known else imported.rpartition(".")[0]
            if target not in known:
                continue
            here, there = module(path).split("."), target.split(".")
            shared = next((i for i, (a, b) in enumerate(zip(here, there, strict=False)) if a != b), 0)
            if shared:
                floors[".".join(here[:shared])][".".join(here[: shared + 1])].add(".".join(there[: shared + 1]))
    return floors


def _circles(floor: Mapping[str, set[str]]) -> Iterator[tuple[str, str]]:
    reached = {room: _reached(room, floor) for room in floor}
    yield from ((a, b) for a, b in combinations(floor, 2) if b in reached[a] and a in reached[b])


def _reached(start: str, floor: Mapping[str, set[str]]) -> set[str]:
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        for there in floor.get(waiting.pop(), ()):
            if there not in seen:
                seen.add(there)
                waiting.append(there)
    return seen


def test_a_heavy_library_is_imported_only_at_home() -> None:
    astray = [
        f"{name(path)} imports {imported}"
        for path in MODULES
        for imported in imports(path)
        for library, homes in HOMES.items()
        if inside(imported, library) and not name(path).startswith(homes)
    ]

    assert not astray, listed(astray)


def test_only_the_command_lines_print_and_exit() -> None:
    loud = [
        f"{name(path)}:{node.lineno} calls {ast.unparse(node.func)}"
        for path in MODULES
        if not (path.name in {"cli.py", "__main__.py"} or path.parent.name == "cli")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and _is_loud(node.func)
    ]

    assert not loud, listed(loud)


def _is_loud(function: ast.expr) -> bool:
    return ast.unparse(function) in {"print", "exit", "quit", "sys.exit", "os._exit", "os.abort", "typer.echo"}


def test_no_frame_wakes_the_threads_of_linear_algebra() -> None:
    """They spin for milliseconds after each inverse or solution, of two rows even: a whole core, frame after frame."""
    waking = [
        f"{name(path)}:{node.lineno} calls {ast.unparse(node.func)}"
        for path in MODULES
        if room(path).startswith("livecam")
        for function in ast.walk(tree(path))
        if isinstance(function, ast.FunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Call) and "linalg" in ast.unparse(node.func)
        if ast.unparse(node.func) != "np.linalg.norm"
    ]

    assert not waking, listed(waking)


def test_a_module_says_what_is_in_it() -> None:
    silent = [
        name(path)
        for path in OURS
        if path.read_text(encoding="utf-8").strip() and not (ast.get_docstring(tree(path)) or "").strip()
    ]

    assert not silent, listed(silent)


def test_no_two_public_classes_share_a_name() -> None:
    homes: dict[str, list[str]] = defaultdict(list)
    for path in MODULES:
        for node in tree(path).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                homes[node.name].append(name(path))

    shared = [f"{word}: {', '.join(places)}" for word, places in homes.items() if len(places) > 1]

    assert not shared, listed(shared)


def test_every_public_name_has_a_docstring() -> None:
    """What `import livecam` offers; functions and classes of our own say what, and in the long form how."""
    bare = [
        word
        for word in livecam.__all__
        if callable(value := getattr(livecam, word))
        and getattr(value, "__module__", "").startswith("livecam")
        and not inspect.getdoc(value)
    ]

    assert not bare, listed(bare)


def test_functions_of_the_front_door_have_arguments_errors_and_an_example() -> None:
    public = [value for word in livecam.__all__ if inspect.isfunction(value := getattr(livecam, word))]
    lacking = [
        f"{value.__module__}.{value.__qualname__} says no {part}"
        for value in [*public, livecam.effects.create]
        for part in ("Args", "Raises", "Example")
        if f"{part}:" not in (inspect.getdoc(value) or "")
    ]

    assert not lacking, listed(lacking)


def test_nothing_is_left_for_later_and_no_file_is_endless() -> None:
    left = [
        f"{name(path)}: {found}"
        for path in OURS
        for found in re.findall(r"#.*\b(?:TO" + r"DO|FIX" + r"ME|XX" + r"X)\b.*", path.read_text(encoding="utf-8"))
    ]
    long = [name(path) for path in OURS if len(path.read_text(encoding="utf-8").splitlines()) > 350]

    assert not left + long, listed(left + long)


def test_no_file_has_a_name_that_says_nothing() -> None:
    vague = {"utils.py", "helpers.py", "common.py", "manager.py", "misc.py"}
    found = [name(path) for path in MODULES if path.name in vague]

    assert not found, listed(found)


@pytest.mark.parametrize("start", ["livecam", "livecam.cli.main", "labeler.cli", "training.cli.main"])
def test_what_is_asked_for_first_starts_light(start: str) -> None:
    """Help, shell completion and `import livecam` must not wait seconds for libraries that they do not use."""
    heavy = HEAVY if start == "livecam" else HEAVY[:-1]
    asked = f"import sys, {start}; print(*sorted(set({heavy!r}) & set(sys.modules)))"

    loaded = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True, cwd=ROOT)

    assert loaded.stdout.split() == []


def test_the_effect_starts_without_what_it_does_not_use() -> None:
    """Half of the time to the first frame is loading; recordings, addresses, tables, stores, targets come later."""
    unused = ("av", "rich", "sqlalchemy", "filelock", "http.client", "asyncio", "livecam.perception.targets.detector")
    asked = (
        "import sys, livecam.benchmark.cli, livecam.__main__\n"
        "sys.argv = 'livecam run --source demo --sink null --frames 1'.split()\n"
        "try:\n    livecam.__main__.main()\nfinally:\n"
        f"    print('loaded', *sorted(set({unused!r}) & set(sys.modules)))"
    )

    loaded = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True, cwd=ROOT)

    assert loaded.stdout.split() == ["loaded"]
