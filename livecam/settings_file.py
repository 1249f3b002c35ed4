"""Reads and writes the settings as a TOML file, and says clearly what in it cannot be right."""

from __future__ import annotations

import difflib
import json
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from livecam.core.errors import SettingsError
from livecam.settings import Section, Settings

DEFAULT_FILE = Path("livecam.toml")


def load(path: Path | None, flags: Mapping[str, Mapping[str, Any]]) -> Settings:
    """Defaults, overridden by the TOML file, overridden by `flags` (section to key to value; None means not given).

    Without a path, `livecam.toml` in the working folder is read when it is there. SettingsError for a file that
    cannot be read, an unknown key, which is answered with the known ones, or a value that cannot be right.
    """
    written = _read(path) if path or DEFAULT_FILE.is_file() else {}
    for section, values in flags.items():
        given = {key: value for key, value in values.items() if value is not None}
        if given:
            base = written.get(section, {})
            written[section] = {**base, **given} if isinstance(base, dict) else base
    try:
        return Settings.model_validate(written)
    except ValidationError as error:
        raise SettingsError("; ".join(_plain(dict(problem)) for problem in error.errors())) from error


def _read(path: Path | None) -> dict[str, Any]:
    path = path or DEFAULT_FILE
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(
            f"cannot read the settings {path}: {error.strerror}; `livecam config --write` makes one"
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} is not a TOML file: {error}; `livecam config` shows how one looks") from error


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


def as_toml(settings: Settings) -> str:
    """The settings as a commented TOML file; a key that is unset stands there as a comment."""
    lines = ["# Settings of livecam. Flags on the command line override what stands here."]
    for name in Settings.model_fields:
        section: Section = getattr(settings, name)
        lines += ["", f"[{name}]"]
        for key, field in type(section).model_fields.items():
            value = section.model_dump(mode="json")[key]
            lines += [f"# {field.description}"]
            unset = value is None or value == []
            lines += [f"# {key} =" if unset else f"{key} = {json.dumps(value, ensure_ascii=False)}"]
    return "\n".join(lines) + "\n"
