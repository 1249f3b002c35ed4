"""Settings: every value a person can set, defaults here, overridden by a TOML file, overridden by flags."""

from __future__ import annotations

import difflib
import json
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from livecam.core.errors import SettingsError
from livecam.core.paths import expand_path
from livecam.core.tflite import Runtime
from livecam.store.samples import CropMode


class Section(BaseModel):
    """A frozen part of the settings; an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class FaceDetectorName(StrEnum):
    AUTO = "auto"
    MESH = "mesh"
    DLIB = "dlib"
    MEDIAPIPE = "mediapipe"


class PupilDetectorName(StrEnum):
    CPU = "cpu"
    TFLITE = "tflite"
    TUTORIAL = "tutorial"


class Trigger(StrEnum):
    ALWAYS = "always"
    KEY = "key"
    AUTO = "auto"


class Flip(StrEnum):
    NONE = "none"
    HORIZONTAL = "horizontal"
    VERTICAL = "vertical"


class SplitGroup(StrEnum):
    """What is never on two sides of a split when photographs are added: each person, folder or file by itself."""

    PERSON = "person"
    FOLDER = "folder"
    PICTURE = "picture"


class SourceSettings(Section):
    source: str = "auto"
    """auto (camera 0, else the demo), N, /dev/videoN, a URL, a video file, a picture, folder or glob, or demo"""
    width: int = Field(1280, ge=16, le=7680)
    """width in pixels asked of a camera, and of the demo"""
    height: int = Field(720, ge=16, le=4320)
    """height in pixels asked of a camera, and of the demo"""
    fps: float = Field(30.0, gt=0, le=240)
    """frames per second asked of a camera, and of the demo and pictures"""
    rotate: Literal[0, 90, 180, 270] = 0
    """degrees clockwise by which every picture is turned, for a camera that is mounted otherwise"""
    flip: Flip = Flip.NONE
    """none, horizontal (left and right change places) or vertical, after the turn"""


MOST_FACES = 16


class FaceSettings(Section):
    finder: FaceDetectorName = FaceDetectorName.AUTO
    """mesh (what ships), dlib or mediapipe (each an extra); auto is mesh"""
    max_faces: int = Field(4, ge=1, le=MOST_FACES)
    """how many faces are followed at most, the largest first"""


class PupilSettings(Section):
    # Why the network, and no silent fallback: docs/decisions/network-by-default.md
    finder: PupilDetectorName = PupilDetectorName.TFLITE
    """tflite (the exported model), cpu (handcrafted) or tutorial (the baseline)"""
    model: Path | None = None
    """another .tflite than the one that ships, its card beside it; with the spotlight also one that finds targets"""
    runtime: Runtime = Runtime.LITERT
    """the interpreter of the model"""
    threads: int = Field(1, ge=1, le=16)
    """threads of the interpreter; more is often slower on a model this small"""
    smoothing: bool = True
    """One-Euro smoothing of landmarks, pupils and gaze"""


class EffectSettings(Section):
    style: str = "saucer"
    """the names of effects (livecam effects list) or their folders, several with commas between, from back to front"""
    strength: float = Field(1.0, ge=0, le=1)
    """0 changes nothing, 1 is the full effect"""
    trigger: Trigger = Trigger.ALWAYS
    """always, key (the space bar), or auto (grows with restless eyes)"""
    accessories: tuple[Literal["sweat", "blush", "gloom", "mouth"], ...] | None = None
    """sweat, blush, gloom, mouth; unset is the choice of the style"""
    hold_ms: float = Field(250, ge=0, le=5000)
    """how long the effect stays on a face that was lost"""
    fade_ms: float = Field(250, ge=0, le=5000)
    """how long it then takes to fade"""


class OutputSettings(Section):
    sinks: tuple[str, ...] = ()
    """window, virtualcam, null, or the path of an .mp4 or .mkv file; unset is a window when there is a display"""
    hud: bool = True
    """frame rate, latency and confidences in the window"""
    mirror: bool = True
    """the window shows a camera like a mirror"""
    folder: Path | None = None
    """where the keys r and s leave recordings and snapshots; unset is your folder of videos, and that of pictures"""


class CollectSettings(Section):
    enabled: bool | None = None
    """whether hard frames are kept for labelling; unset is yes for a camera, no for files, pictures and the demo"""
    queue: Path | None = None
    """the folder of the sample store; unset is livecam/queue in your data directory"""
    queue_db: str | None = None
    """a PostgreSQL address for what is not pictures; unset is a file in the folder"""
    keep: CropMode = CropMode.FACE
    """how much of the frame is kept: face, eyes or frame"""
    low: float = Field(0.7, ge=0, le=1)
    """an eye found with less confidence than this is unsure and worth keeping; the bar rises while all goes well"""
    disagree: float = Field(0.05, gt=0, le=1)
    """so are eyes whose pupils the two detectors see further apart, in pupil distances"""
    jump: float = Field(0.04, gt=0, le=1)
    """and a pupil that leaps further by itself from one frame to the next, in pupil distances"""
    random_share: float = Field(0.15, ge=0, le=0.5)
    """share of what is kept that is drawn blindly, to test on"""
    gap_seconds: float = Field(1.0, ge=0, le=3600)
    """between two frames that are kept, drawn and flagged ones apart"""
    per_minute: int = Field(20, ge=1, le=600)
    """how many of them are kept in a minute at most"""
    quota_mb: int = Field(500, ge=1)
    """megabytes of pictures; beyond it the least useful that nobody labelled go"""


class LabelSettings(Section):
    repeats: float = Field(0.07, ge=0, le=1)
    """share of decisions after which something is shown again without telling"""
    overlap: float = Field(0.0, ge=0, le=1)
    """share of samples that two people get, neither seeing what the other said"""
    gold: float = Field(0.0, ge=0, le=0.5)
    """share of decisions after which something comes whose truth is known; livecam-label gold marks such samples"""
    feedback: bool = False
    """whether what was said of those is answered with the truth at once"""
    blind: float = Field(0.0, ge=0, le=1)
    """share of samples that are annotated without their prediction: only these measure a detector"""
    auto_advance: bool = True
    """a click makes the other eye the next, and the second click accepts and goes on"""


class KeySettings(Section):
    run: Mapping[str, str | tuple[str, ...]] = {}
    """keys of the window of `livecam run`, by what they do: run = { snapshot = "w", quit = ["q", "Escape"] }"""
    label: Mapping[str, str | tuple[str, ...]] = {}
    """keys of livecam-label, in a window and in a browser: label = { accept = ["f", "7"], reject = "9" }"""


class Settings(Section):
    source: SourceSettings = SourceSettings()
    faces: FaceSettings = FaceSettings()
    pupils: PupilSettings = PupilSettings()
    effect: EffectSettings = EffectSettings()
    output: OutputSettings = OutputSettings()
    collect: CollectSettings = CollectSettings()
    label: LabelSettings = LabelSettings()
    keys: KeySettings = KeySettings()


DEFAULT_FILE = Path("livecam.toml")
_PATHS = {
    ("source", "source"),
    ("pupils", "model"),
    ("output", "sinks"),
    ("output", "folder"),
    ("collect", "queue"),
}
# What a source or sink may be besides a path.
_NO_PATH = re.compile(r"auto|demo|window|virtualcam|null|\d+|\w[\w+.-]*://.*", re.DOTALL)


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
        # Editors of Windows write a mark before the first line.
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
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
    return expand_path(value, folder)


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
        values = section.model_dump(mode="json")
        lines += ["", f"[{name}]"]
        for key, field in type(section).model_fields.items():
            unset = values[key] is None or values[key] in ([], {})
            lines += [f"# {field.description}", line(name, key, None if unset else _toml(values[key]))]
    return "\n".join(lines) + "\n"


def _toml(value: Any) -> str:
    """A value as TOML, which writes tables of one line with `=`."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{json.dumps(key)} = {_toml(one)}" for key, one in value.items()) + " }"
    return json.dumps(value, ensure_ascii=False)
