"""The manifest of an effect pack: what an effect.toml may say, and what is told when it says something else."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator, model_validator

from livecam.core.errors import PackError
from livecam.live.effects.packs.expressions import Expression
from livecam.live.effects.packs.toml_lines import line_of
from livecam.settings import Trigger, TriggerMode

FORMAT = 1
MANIFEST = "effect.toml"
MOST_LAYERS, MOST_VALUES = 100, 100
MOST_DRAWN = 200  # layers by their repetitions
_LARGEST = 1 << 18  # bytes

Formula = Annotated[Expression, BeforeValidator(Expression.parse)]
PackName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
Word = Annotated[str, Field(max_length=200)]
_ZERO, _ONE = Expression.parse(0), Expression.parse(1)


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class LandmarkAnchor(_Table):
    """A point that has no name: a weighted mean of the 68 landmarks."""

    landmarks: tuple[Annotated[int, Field(ge=0, le=67)], ...] = Field(min_length=1, max_length=12)
    weights: tuple[Annotated[float, Field(ge=-100, le=100)], ...] = ()
    side: Literal["left", "right", "middle"] = "middle"

    @model_validator(mode="after")
    def _a_weight_each(self) -> LandmarkAnchor:
        if self.weights and (len(self.weights) != len(self.landmarks) or not 0.01 < abs(sum(self.weights)) < 100):
            raise ValueError(f"{len(self.landmarks)} landmarks need as many weights, such as {_even(self.landmarks)}")
        return self


def _even(landmarks: Sequence[int]) -> list[float]:
    return [round(1 / len(landmarks), 2)] * len(landmarks)


class Bend(_Table):
    """A picture bent into a wave across its width."""

    amplitude: Formula  # of the height of the picture
    waves: Formula = _ONE
    phase: Formula = _ZERO  # turns


class LayerSpec(_Table):
    """One [[layer]]: a picture, a warp, or the layers of another pack."""

    name: Word = ""
    picture: Word | None = None
    warp: Literal["bulge", "pinch", "quake", "ripple"] | None = None
    pack: PackName | None = None
    anchor: Word | LandmarkAnchor = "face"
    accessory: Word | None = None
    repeat: int = Field(1, ge=1, le=24)
    values: dict[str, Formula] = Field(default={}, max_length=MOST_VALUES)
    visible: Formula = _ONE
    opacity: Formula = _ONE
    on: Word | None = None
    duration: float = Field(1.0, gt=0, le=60)
    offset: tuple[Formula, Formula] = (_ZERO, _ZERO)
    size: Formula | tuple[Formula, Formula] = _ONE
    turn: Formula = _ZERO
    with_head: bool = True
    foreshorten: float = Field(1.0, ge=0, le=1)
    mirror: Literal["none", "left", "right"] = "none"
    within: Word | None = None
    through: Word | None = None
    blend: Literal["normal", "multiply", "screen", "add"] = "normal"
    glow: float = Field(0.25, ge=0, le=1)
    fps: float | None = Field(None, gt=0, le=120)
    play: Literal["loop", "once", "pingpong"] = "loop"
    frame: Formula | None = None
    bend: Bend | None = None
    radius: Formula = Expression.parse(0.5)
    amount: Formula | tuple[Formula, Formula] | None = None
    waves: Formula = _ONE
    phase: Formula = _ZERO

    @model_validator(mode="after")
    def _one_of_three(self) -> LayerSpec:
        given = [key for key in ("picture", "warp", "pack") if getattr(self, key) is not None]
        if len(given) != 1:
            said = f"it has {' and '.join(given)}" if given else "it has none of them"
            raise ValueError(f"a layer has one of picture, warp and pack; {said}")
        if self.warp and self.amount is None:
            raise ValueError(f"the warp {self.warp} needs an amount, such as amount = 0.3")
        return self


class PackManifest(_Table):
    """A whole effect.toml."""

    format: int = FORMAT
    name: PackName | None = None
    title: Word = ""
    author: Word = ""
    licence: Word = ""
    description: Annotated[str, Field(max_length=2000)] = ""
    role: Literal["effect", "accessory"] = "effect"
    accessories: tuple[Word, ...] | None = None
    trigger: Trigger | None = None
    trigger_mode: TriggerMode = TriggerMode.HOLD
    trigger_cooldown: float = Field(1.0, ge=0, le=60)
    trigger_level: float = Field(0.6, ge=0.3, le=1)
    values: dict[str, Formula] = Field(default={}, max_length=MOST_VALUES)
    layer: tuple[LayerSpec, ...] = Field(default=(), max_length=MOST_LAYERS)

    @field_validator("trigger")
    @classmethod
    def _a_signal(cls, trigger: Trigger | None) -> Trigger | None:
        if trigger is not None and not trigger.is_signal:
            signals = ", ".join(each.value for each in Trigger if each.is_signal)
            raise ValueError(f"an effect is brought out by a signal: {signals}")
        return trigger


class ManifestText:
    """The text of an effect.toml, to say in which line something is wrong."""

    def __init__(self, folder: Path, text: str) -> None:
        self.folder, self.text = folder, text

    def error(self, place: Sequence[str | int], message: str) -> PackError:
        """What is wrong at a key, with file and line."""
        return PackError(f"{self._where(line_of(self.text, place))}: {message}")

    def error_at(self, line: int | None, message: str) -> PackError:
        return PackError(f"{self._where(line)}: {message}")

    def _where(self, line: int | None) -> str:
        file = f"{self.folder.name}/{MANIFEST}"
        return f"{file}:{line}" if line else file


def read_manifest(folder: Path) -> tuple[PackManifest, ManifestText]:
    """The effect.toml of a folder; PackError with file, line, and what would be right."""
    text = ManifestText(folder, _text(folder))
    try:
        written = tomllib.loads(text.text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise _not_toml(text, str(error)) from error
    version = written.get("format", FORMAT)
    if isinstance(version, int) and version > FORMAT:
        raise text.error(["format"], f"the pack is written for format {version}, newer than {FORMAT}; update livecam")
    layers = written.get("layer")
    if isinstance(layers, list) and len(layers) > MOST_LAYERS:
        raise text.error(["layer", MOST_LAYERS], f"{len(layers)} layers; at most {MOST_LAYERS} are drawn")
    try:
        manifest = PackManifest.model_validate(written)
    except ValidationError as error:
        raise _plain(text, _telling([dict(problem) for problem in error.errors()])) from error
    drawn = sum(layer.repeat for layer in manifest.layer)
    if drawn > MOST_DRAWN:
        raise text.error(["layer"], f"{drawn} layers with their repetitions; at most {MOST_DRAWN} are drawn")
    return manifest, text


def _text(folder: Path) -> str:
    path = folder / MANIFEST
    try:
        if path.stat().st_size > _LARGEST:
            raise PackError(f"{folder.name}/{MANIFEST} has {path.stat().st_size >> 10} kB; at most {_LARGEST >> 10}")
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise PackError(
            f"'{folder}' is no effect: there is no {MANIFEST} in it; `livecam effects new NAME` makes one"
        ) from None
    except UnicodeDecodeError as error:
        raise PackError(f"{folder.name}/{MANIFEST} is no text in UTF-8; save it as one") from error
    except (OSError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        raise PackError(f"{folder.name}/{MANIFEST} cannot be read: {reason}") from error


def _not_toml(text: ManifestText, said: str) -> PackError:
    found = re.search(r"\(at line (\d+), column (\d+)\)", said)
    message = re.sub(r"\s*\(at [^)]*\)", "", said)
    message = f"this is no TOML: {message[:1].lower()}{message[1:]}"
    last = len(text.text.splitlines()) or 1
    return text.error_at(int(found[1]) if found else last, f"{message}; write key = value, texts in quotes")


# Pydantic's names of the ways of a union stand in the place of an error.
_UNION_WAYS = re.compile(r"function-(before|after).*|tuple\[.*|LandmarkAnchor|str|constrained-str")


def _telling(problems: Sequence[dict[str, Any]]) -> Mapping[str, Any]:
    """The first problem; where a key may be one of several kinds, that of the kind which was meant."""
    first = problems[0]
    place = _without_ways(first["loc"])
    same = [problem for problem in problems if _without_ways(problem["loc"])[: len(place)] == place]
    is_listed = any(isinstance(problem.get("input"), list | dict) for problem in same)
    return max(reversed(same), key=lambda problem: len(problem["loc"])) if len(same) > 1 and is_listed else first


def _without_ways(place: Sequence[str | int]) -> list[str | int]:
    return [part for part in place if isinstance(part, int) or not _UNION_WAYS.fullmatch(str(part))]


def _plain(text: ManifestText, problem: Mapping[str, Any]) -> PackError:
    place = _without_ways(problem["loc"])
    key = ".".join(str(part) for part in place if not isinstance(part, int)) or "the pack"
    kind, value = problem["type"], _shown(problem.get("input"))
    if kind == "extra_forbidden":
        known = list(_fields(place))
        close = difflib.get_close_matches(str(place[-1]), known, n=1)
        hint = f"did you mean '{close[0]}'?" if close else f"known: {', '.join(known)}"
        return text.error(place, f"unknown key '{place[-1]}'; {hint}")
    message = str(problem["msg"]).removeprefix("Value error, ")
    if kind == "value_error":
        return text.error(place, f"{key}: {message}" if place and place[-1] != "layer" else message)
    if kind == "string_pattern_mismatch":
        message = "small letters, digits and hyphens are allowed, such as heart-eyes"
    return text.error(place, f"{key} cannot be {value}: {message[:1].lower()}{message[1:]}")


def _shown(value: object) -> str:
    shown = "".join(letter if letter.isprintable() else "?" for letter in repr(value)[:200])
    return shown if len(shown) <= 60 else f"{shown[:57]}..."


def _fields(place: Sequence[str | int]) -> Iterable[str]:
    words = [part for part in place[:-1] if isinstance(part, str)]
    if not words:
        return PackManifest.model_fields
    tables: Mapping[str, type[BaseModel]] = {"layer": LayerSpec, "bend": Bend, "anchor": LandmarkAnchor}
    return tables.get(words[-1], LayerSpec).model_fields
