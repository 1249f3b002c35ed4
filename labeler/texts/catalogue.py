"""The catalogue of texts by language: looked up by key, chosen by a switch or the system's locale."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from importlib.resources import files

_VALUE = re.compile(r"\{(\w+)\}")


class Language(StrEnum):
    """Languages that the catalogue has."""

    ENGLISH = "en"
    KOREAN = "ko"


def text(language: Language, key: str, **values: object) -> str:
    """The words of a key with `{name}` replaced by the value of that name; KeyError for an unknown key."""
    return _VALUE.sub(lambda found: str(values[found[1]]), catalogue(language)[key])


def has_text(key: str) -> bool:
    return key in catalogue(Language.ENGLISH)


@cache
def catalogue(language: Language) -> Mapping[str, str]:
    """All texts of a language, by their keys."""
    found: Mapping[str, str] = json.loads((files("labeler.texts") / f"{language.value}.json").read_text("utf-8"))
    return found


def as_javascript() -> bytes:
    """The catalogue as a module for the page."""
    texts = {language.value: catalogue(language) for language in Language}
    return f"export const CATALOGUE = {json.dumps(texts, ensure_ascii=False)};\n".encode()


def language_of(name: str) -> Language:
    """Of a language tag or a locale (ko, ko-KR, ko_KR.UTF-8): Korean, or English for all others."""
    return Language.KOREAN if re.match(r"ko($|[-_.@])", name, re.IGNORECASE) else Language.ENGLISH


def system_language(environment: Mapping[str, str] = os.environ) -> Language:
    """Of the first of LC_ALL, LC_MESSAGES and LANG that is set, as POSIX has it; elsewhere what the system tells."""
    import locale

    named = next((environment[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environment.get(name)), None)
    return language_of(named if named is not None else locale.getlocale()[0] or "")
