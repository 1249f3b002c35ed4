"""Trust in the Python of effect packs: it may do all that its user may, so somebody must have said yes to it.

Why: docs/decisions/effect-packs.md
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from livecam.core.errors import PackError, SettingsError
from livecam.core.files import write_file
from livecam.live.effects.library.locations import PackOrigin, PackPlace, installed_folder
from livecam.live.effects.packs.python_code import CODE, PackCode

_FILE = "trusted.json"
WHY = "it may do all that you may: read and send your files, not only draw"


def is_trusted(place: PackPlace, code: PackCode) -> bool:
    """Whether the effect.py may be run: it ships, is a Python package's, or somebody has said yes to it.

    Of an installed pack the yes is for that very text; of a folder for whatever is written there, for its author.
    """
    if place.origin in (PackOrigin.SHIPPED, PackOrigin.PACKAGE):
        return True
    answer = _answers().get(_key(place.folder))
    return answer == "any" if place.origin is PackOrigin.FOLDER else answer in ("any", code.sha256)


def check_trusted(place: PackPlace, code: PackCode) -> None:
    """PackError when the effect.py may not be run."""
    if not is_trusted(place, code):
        raise PackError(f"{place.folder.name}/{CODE} is Python: {WHY}; say yes to it once with: "
                        f"livecam effects check {place.folder} --allow-python")  # fmt: skip


def remember_trust(folder: Path, code: PackCode | None = None) -> None:
    """From now on the effect.py of this folder may be run; with `code` only as long as it is that text."""
    answers = {**_answers(), _key(folder): code.sha256 if code else "any"}
    _write(answers)


def forget_trust(folder: Path) -> None:
    """Takes back what was said of a folder."""
    answers = dict(_answers())
    if answers.pop(_key(folder), None) is not None:
        _write(answers)


def _key(folder: Path) -> str:
    return str(folder.resolve())


def _answers() -> Mapping[str, str]:
    path = installed_folder().parent / _FILE
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise SettingsError(f"{path} cannot be read; delete it, packs with Python then ask again") from error
    return found if isinstance(found, dict) else {}


def _write(answers: Mapping[str, str]) -> None:
    folder = installed_folder().parent
    folder.mkdir(parents=True, exist_ok=True)
    write_file(folder / _FILE, json.dumps(answers, indent=1, sort_keys=True).encode())
