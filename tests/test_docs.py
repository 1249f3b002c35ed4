"""The pages: links lead somewhere, commands exist with their options, and what is said of the code is in the code."""

from __future__ import annotations

import ast
import re
import shlex
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
import typer
from pydantic import BaseModel

from labeler.cli import app as label_app
from labeler.formats.elements.record import to_record
from livecam.benchmark.cli import bench
from livecam.cli.main import app as live_app
from livecam.core.model_card import CardSection
from livecam.live.telemetry import Telemetry
from livecam.perception.pupils.network.model_card import PupilModelCard
from livecam.perception.targets.model_card import TargetModelCard
from livecam.store.samples import LabelAction, LabelEvent
from tests.fakes import make_sample
from training.cli.main import app as train_app

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = [*ROOT.glob("*.md"), *sorted(DOCS.rglob("*.md")), ROOT / "assets/overlays/README.md"]
BENCH = typer.Typer()
BENCH.command(name="bench")(bench)
APPS: dict[str, Any] = {
    "livecam": typer.main.get_command(live_app),
    "livecam-label": typer.main.get_command(label_app),
    "livecam-train": typer.main.get_command(train_app),
}
# The command line does not know the benchmark: `livecam/__main__.py` joins them.
APPS["livecam"].commands["bench"] = typer.main.get_command(BENCH)
PACKAGES = ("livecam", "labeler", "training")
FOLDERS = (*PACKAGES, "assets", "tests", "docs")
# Places of the user's.
ELSEWHERE = ("livecam/queue", "livecam/queue/", "livecam/effects", "livecam/window.json")


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def blocks(page: Path) -> tuple[tuple[str, str], ...]:
    """The fenced blocks of a page: language and text."""
    return tuple(re.findall(r"^```(\w*)\n(.*?)^```$", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL))


@cache
def prose(page: Path) -> str:
    """What is outside the fenced blocks."""
    return re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)


def spans(page: Path) -> list[str]:
    """Code within a line, as it may be broken over two."""
    return [" ".join(span.split()) for span in re.findall(r"`([^`]+)`", prose(page))]


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.replace("`", "").lower()).strip().replace(" ", "-") for heading in headings}


def test_every_link_within_the_project_leads_somewhere() -> None:
    broken = []
    for page in PAGES:
        for link in re.findall(r"\]\(([^)\s]+)\)", prose(page)):
            if re.match(r"[a-z]+:", link):
                continue
            place, _, anchor = link.partition("#")
            target = (page.parent / place).resolve() if place else page
            if not target.exists() or (anchor and anchor not in anchors(target)):
                broken.append(f"{name(page)}: {link}")
    assert not broken


def test_every_path_that_a_page_names_is_there() -> None:
    wanted = re.compile(rf"(?:{'|'.join(FOLDERS)})/[\w./-]+")
    missing = [
        f"{name(page)}: {span}"
        for page in PAGES
        for span in spans(page)
        if wanted.fullmatch(span) and not (ROOT / span).exists() and span not in ELSEWHERE
    ]
    assert not missing


def shell_commands(page: Path) -> Iterator[list[str]]:
    """The words of every command in a `console` block, split at pipes and `&&`."""
    for language, text in blocks(page):
        lines = [line[2:] for line in text.splitlines() if line.startswith("$ ")] if language == "console" else []
        for line in lines:
            words = shlex.split(line, comments=True)
            while words:
                ends = [place for place, word in enumerate(words) if word in {"&&", "|", ">"}]
                end = ends[0] if ends else len(words)
                yield words[:end]
                words = words[end + 1 :]


def program_of(words: list[str]) -> tuple[str, list[str]] | None:
    """Which of our programs a command runs, also by `python -m`, and with what."""
    if "-m" in words and words[0] == "python":
        place = max(index for index, word in enumerate(words) if word == "-m" and words[index + 1] != "cProfile")
        words = words[place + 1 :]
    program = words[0].rpartition("/")[2] if words else ""
    return (program, words[1:]) if program in APPS else None


def complaint(command: Any, words: list[str]) -> str:
    """Why this cannot be run: no such command, option or value; empty when it can be. Nothing is run.

    Typer brings a click of its own in some versions, so nothing is asked of the commands but what every click has.
    """
    if hasattr(command, "commands"):
        if words and words[0] == "--version":
            return ""
        found = command.commands.get(words[0]) if words else None
        return complaint(found, words[1:]) if found else f"there is no command {' '.join(words[:1]) or '(none)'}"
    try:
        command.make_context(command.name, list(words))
    except Exception as error:
        if not hasattr(error, "format_message"):
            raise
        return str(error.format_message())
    return ""


def test_every_command_in_a_block_can_be_run_as_it_stands() -> None:
    wrong = []
    for page in PAGES:
        for words in shell_commands(page):
            if (ours := program_of(words)) and (fault := complaint(APPS[ours[0]], ours[1])):
                wrong.append(f"{name(page)}: {' '.join(words)}: {fault}")
    assert not wrong


def test_a_command_that_does_not_exist_would_be_noticed() -> None:
    run = APPS["livecam"]
    bad = (
        ["walk"],
        ["run", "--sauce", "demo"],
        ["run", "--face", "nose"],
        ["queue", "burn"],
        ["find"],
        ["run", "--fps"],
    )
    assert not complaint(run, ["run", "--source", "demo", "--face", "dlib", "--frames", "3"])
    assert all(complaint(run, words) for words in bad)


def test_every_command_named_in_a_line_exists() -> None:
    """In prose values may be left out, and commands that go together are written `stats|list`."""
    wrong = []
    for page in PAGES:
        for span in spans(page):
            program, _, rest = span.partition(" ")
            if program in APPS and rest:
                wrong += [f"{name(page)}: {span}: {fault}" for fault in unknown_words(APPS[program], rest.split())]
    assert not wrong


def unknown_words(command: Any, words: list[str]) -> Iterator[str]:
    if hasattr(command, "commands") and words and not words[0].startswith("-"):
        for choice in words[0].split("|"):
            if choice in command.commands:
                yield from unknown_words(command.commands[choice], words[1:])
            else:
                yield f"there is no command {choice}"
        return
    known = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
    known |= {"--help", "--version"}
    yield from (f"there is no {word}" for word in words if word.startswith("--") and word.split("=")[0] not in known)


def test_every_make_target_exists_and_its_paths_too() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    wrong = []
    for page in PAGES:
        inline = [span.split() for span in spans(page) if span.startswith("make ")]
        for words in [*shell_commands(page), *inline]:
            if words[0] != "make":
                continue
            named = [word for word in words[1:2] if re.fullmatch("[a-z-]+", word) and word not in targets]
            paths = re.findall(r"\btests/[\w./-]+", " ".join(words))
            wrong += [f"{name(page)}: make {each}" for each in named]
            wrong += [f"{name(page)}: {path}" for path in paths if not (ROOT / path).exists()]
    assert not wrong


def test_every_extra_that_is_to_be_installed_exists() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    named = {
        (name(page), extra)
        for page in PAGES
        for group in re.findall(r"'\.\[([\w,-]+)\]'", page.read_text(encoding="utf-8"))
        for extra in group.split(",")
    }
    assert not {(page, extra) for page, extra in named if extra not in extras}


def test_contributing_lists_every_marker_of_the_tests() -> None:
    options = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["pytest"]["ini_options"]
    rows = re.findall(r"^\| `(\w+)` \|", (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert set(rows) == {marker.partition(":")[0] for marker in options["markers"]}


@cache
def definitions() -> dict[str, set[str]]:
    """Every class and top-level function of ours: the names of its fields, attributes and methods."""
    found: dict[str, set[str]] = {}
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.parse(path.read_text(encoding="utf-8")).body:
                if isinstance(node, ast.ClassDef):
                    found.setdefault(node.name, set()).update(members(node))
                elif isinstance(node, ast.FunctionDef):
                    found.setdefault(node.name, set())
    return found


def members(node: ast.ClassDef) -> Iterator[str]:
    for part in node.body:
        if isinstance(part, ast.FunctionDef):
            yield part.name
        if isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Name):
            yield part.target.id


def test_every_name_in_the_glossary_is_in_the_code() -> None:
    rows = [line for line in prose(DOCS / "glossary.md").splitlines() if line.startswith("| ") and "`" in line]
    carriers = [re.findall(r"`([\w.]+)`", row.rstrip("| ").rpartition("|")[2]) for row in rows]
    assert len(carriers) >= 40
    assert all(carriers)
    for carrier in chain.from_iterable(carriers):
        owner, _, member = carrier.partition(".")
        assert owner in definitions(), carrier
        assert not member or member in definitions()[owner], carrier


def test_python_in_the_pages_imports_what_there_is() -> None:
    missing = []
    for page in PAGES:
        for text in (text for language, text in blocks(page) if language == "python"):
            for node in ast.walk(ast.parse(text)):
                if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(
                    tuple(f"{p}." for p in PACKAGES)
                ):
                    path = ROOT / f"{(node.module or '').replace('.', '/')}.py"
                    source = path.read_text(encoding="utf-8") if path.exists() else ""
                    missing += [
                        f"{name(page)}: {node.module}.{alias.name}"
                        for alias in node.names
                        if not re.search(rf"^(class |def )?{alias.name}\b", source, re.MULTILINE)
                    ]
    assert not missing


def keys_of(card: type[BaseModel]) -> Iterator[str]:
    """The keys of a card in its file, and of its parts."""
    for key, field in card.model_fields.items():
        yield field.alias or key
        if isinstance(field.annotation, type) and issubclass(field.annotation, CardSection):
            yield from keys_of(field.annotation)


def test_the_formats_page_names_every_key() -> None:
    sample, _ = make_sample()
    event = LabelEvent(sample.id, LabelAction.ACCEPT, "ada")
    record = to_record(sample, [event])
    keys = {*keys_of(PupilModelCard), *keys_of(TargetModelCard), *record, *Telemetry().report()}
    keys |= {key for part in (*record["guesses"], *record["events"]) for key in part}
    named = set(re.findall(r"`(\w+)`", prose(DOCS / "formats.md")))
    assert not keys - named


def test_every_decision_is_listed_and_linked_from_the_code_it_binds() -> None:
    index = (DOCS / "decisions/README.md").read_text(encoding="utf-8")
    rows = {
        link: re.findall(r"`([\w/.]+\.py)`", binds)
        for link, binds in re.findall(r"\]\(([\w-]+\.md)\) \| (.*) \|", index)
    }
    assert set(rows) == {path.name for path in (DOCS / "decisions").glob("*.md")} - {"README.md"}
    for link, paths in rows.items():
        assert paths, link
        for path in paths:
            assert f"docs/decisions/{link}" in (ROOT / path).read_text(encoding="utf-8"), f"{path} does not link {link}"


def test_the_code_links_only_to_pages_that_exist() -> None:
    linked = {
        (name(path), page)
        for folder in (*PACKAGES, "tests")
        for path in (ROOT / folder).rglob("*.py")
        for page in re.findall(r"\bdocs/[\w/-]+\.md", path.read_text(encoding="utf-8"))
        if path != Path(__file__)
    }
    assert not {(path, page) for path, page in linked if not (ROOT / page).exists()}


@pytest.mark.parametrize("card", sorted((ROOT / "assets/models").glob("*.json")), ids=lambda card: card.stem)
def test_the_commits_that_model_cards_name_are_in_the_history(card: Path) -> None:
    if not (ROOT / ".git").exists() or shutil.which("git") is None:
        pytest.skip("this is not a checkout")

    def told(*command: str) -> str:
        return subprocess.run(("git", *command), cwd=ROOT, capture_output=True, text=True, check=True).stdout

    if told("rev-parse", "--is-shallow-repository").strip() == "true":
        pytest.skip("this checkout does not have the whole history")
    named = set(re.findall(r"\b[0-9a-f]{40}\b", card.read_text(encoding="utf-8")))
    assert named <= set(told("rev-list", "HEAD").split())
