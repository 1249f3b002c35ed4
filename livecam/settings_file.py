"""The settings as a file: defaults, overridden by a TOML file, overridden by flags; and written as one."""

from __future__ import annotations

import ast
import difflib
import inspect
import json
import os
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from livecam.core.errors import SettingsError
from livecam.core.files import decode_text
from livecam.core.paths import expand_path
from livecam.settings import Section, Settings

DEFAULT_FILE = Path("livecam.toml")
_PATHS = {
    ("source", "source"),
    ("pupils", "model"),
    ("output", "sinks"),
    ("output", "folder"),
    ("collect", "queue"),
}
# What a source or sink may be besides a path.
_NO_PATH = re.compile(r"auto|demo|window|virtualcam|pipewire|null|\d+|jsonl:-?|screen:.*|\w[\w+.-]*://.*", re.DOTALL)
_LINES = "jsonl:"  # which a path follows


def load(path: Path | None, flags: Mapping[str, Mapping[str, Any]]) -> Settings:
    """Defaults, overridden by the TOML file, overridden by `flags` (section to key to value; None means not given).

    Without a path, `livecam.toml` in the working folder is read when it is there. Paths may hold `~` and environment
    variables; relative ones are relative to the file they stand in, those of flags to the working folder.
    SettingsError for a file that cannot be read, an unknown key, which is answered with the known ones, or a value that
    cannot be right.
    """
    file = settings_file(path)
    written = _expanded(_read(file), file.parent) if file else {}
    for section, values in flags.items():
        given = {key: _path(section, key, value) for key, value in values.items() if value is not None}
        if given:
            base = written.get(section, {})
            written[section] = {**base, **given} if isinstance(base, dict) else base
    try:
        return Settings.model_validate(written)
    except ValidationError as error:
        raise SettingsError("; ".join(_plain(dict(problem)) for problem in error.errors())) from error


def settings_file(path: Path | None) -> Path | None:
    """The file that `load` reads: `path`, else `livecam.toml` of the working folder, else none."""
    return path or (DEFAULT_FILE if DEFAULT_FILE.is_file() else None)


def find_origins(path: Path | None, flags: Mapping[str, Mapping[str, Any]]) -> dict[tuple[str, str], str]:
    """Where the values come from that `load` gives for the same arguments, by section and key: `flag`, the name of
    the file, or `default` for every other key, which is not in the answer."""
    file = settings_file(path)
    found = {(section, key): str(file) for section, values in (_read(file) if file else {}).items() for key in values}
    given = {(section, key) for section, keys in flags.items() for key, value in keys.items() if value is not None}
    return found | dict.fromkeys(given, "flag")


def _read(path: Path) -> dict[str, Any]:
    try:
        # Editors of Windows write a mark before the first line, and its shells UTF-16 with one.
        return tomllib.loads(decode_text(path.read_bytes()))
    except OSError as error:
        raise SettingsError(
            f"cannot read the settings {path}: {error.strerror}; `livecam config --write` makes one"
        ) from error
    except UnicodeDecodeError as error:
        raise SettingsError(
            f"{path} is not a TOML file: byte {error.start} is no UTF-8; save it as UTF-8; `livecam config` shows one"
        ) from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path} is not a TOML file: {error}; `livecam config` shows how one looks") from error


def _expanded(written: dict[str, Any], folder: Path) -> dict[str, Any]:
    """The same with its paths below the folder of the file, where that is not the working folder."""
    below = None if folder.resolve() == Path.cwd() else folder
    return {
        section: {key: _path(section, key, value, below) for key, value in values.items()}
        if isinstance(values, dict)
        else values
        for section, values in written.items()
    }


def _path(section: str, key: str, value: Any, folder: Path | None = None) -> Any:
    """A value of the settings, expanded where it is a path, or a list of paths."""
    if (section, key) == ("effect", "style") and isinstance(value, str):
        return _effects(value, folder)
    if (section, key) not in _PATHS:
        return value
    if isinstance(value, list | tuple):
        return [_path(section, key, one, folder) for one in value]
    if isinstance(value, Path):
        return Path(expand_path(str(value), folder))
    if not isinstance(value, str) or not value or _NO_PATH.fullmatch(value.strip()):
        return value
    prefix = _LINES if key == "sinks" and value.startswith(_LINES) else ""
    path = expand_path(value.removeprefix(prefix), folder)
    return value if key == "source" and _may_be_camera(value) and not Path(path).exists() else prefix + path


def _may_be_camera(value: str) -> bool:
    """Whether a source may be the name of a camera; a file has an ending or a folder before it."""
    return not Path(value).suffix and not {"/", os.sep, "*", "?"} & set(value)


def _effects(text: str, folder: Path | None) -> str:
    """A list of effects, whose folders are expanded; names stay. A folder may have a comma in its name."""
    parts = [text] if "," in text and Path(expand_path(text, folder)).is_dir() else text.split(",")
    parts = [part.strip() for part in parts]
    return ",".join(expand_path(part, folder) if "/" in part or part.startswith((".", "~")) else part for part in parts)


def _plain(problem: Mapping[str, Any]) -> str:
    where = [str(part) for part in problem["loc"]]
    name = ".".join(where)
    if problem["type"] != "extra_forbidden":
        return f"{name} cannot be {problem['input']!r}: {problem['msg'][:1].lower()}{problem['msg'][1:]}"
    known = list(_known(where[:-1]))
    close = difflib.get_close_matches(where[-1], known, n=1)
    hint = f"did you mean '{close[0]}'? " if close else ""
    return f"unknown key '{name}'; {hint}known: {', '.join(known)}"


def _known(sections: list[str]) -> Iterator[str]:
    model: type[BaseModel] = Settings
    for section in sections:
        annotation = model.model_fields[section].annotation
        assert isinstance(annotation, type)
        assert issubclass(annotation, BaseModel)
        model = annotation
    yield from model.model_fields


def as_toml(settings: Settings, origins: Mapping[tuple[str, str], str] | None = None) -> str:
    """The settings as a commented TOML file; a key that is unset stands there as a comment.

    With `origins`, the answer of `find_origins`, each line says in a comment where its value is from.
    """

    def line(section: str, key: str, text: str | None) -> str:
        written = f"# {key} =" if text is None else f"{key} = {text}"
        return written if origins is None else f"{written}  # {origins.get((section, key), 'default')}"

    return _render(settings, line)


def as_changes(settings: Settings) -> str:
    """The settings as a TOML file that sets what differs from the defaults; the rest stands there as comments."""
    ordinary = Settings()

    def line(section: str, key: str, text: str | None) -> str:
        same = getattr(getattr(settings, section), key) == getattr(getattr(ordinary, section), key)
        return f"{'# ' if same else ''}{key} = {text or ''}".rstrip()

    return _render(settings, line)


def _render(settings: Settings, line: Callable[[str, str, str | None], str]) -> str:
    lines = ["# Settings of livecam. Flags on the command line override what stands here."]
    for name in Settings.model_fields:
        section: Section = getattr(settings, name)
        values, told = section.model_dump(mode="json"), _meanings(type(section))
        lines += ["", f"[{name}]"]
        for key, value in values.items():
            unset = value is None or value in ([], {})
            lines += [f"# {told[key]}", line(name, key, None if unset else _toml(value))]
    return "\n".join(lines) + "\n"


def _meanings(section: type[Section]) -> dict[str, str]:
    """The sentence that stands in the source below each key. Reading it here costs no start of a run anything."""
    (declared,) = ast.parse(inspect.getsource(section)).body
    assert isinstance(declared, ast.ClassDef)
    return {
        key.target.id: inspect.cleandoc(below.value.value)
        for key, below in pairwise(declared.body)
        if isinstance(key, ast.AnnAssign) and isinstance(key.target, ast.Name)
        and isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant) and isinstance(below.value.value, str)
    }  # fmt: skip


def _toml(value: Any) -> str:
    """A value as TOML, which writes tables of one line with `=`."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{json.dumps(key)} = {_toml(one)}" for key, one in value.items()) + " }"
    return json.dumps(value, ensure_ascii=False)
