"""What several commands do alike: read the settings and say from where, refuse a model without use, tell a person
what is to be known, and of a picture that cannot be read."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from livecam.core.errors import LivecamError, SettingsError
from livecam.settings import FaceDetectorName, PupilDetectorName, Settings
from livecam.settings_file import load, settings_file


def load_settings(path: Path | None, flags: Mapping[str, Mapping[str, Any]]) -> Settings:
    """The settings of a command; the file they are from is named, for it may have been forgotten."""
    settings = _with_faces_that_are_here(load_checked(path, flags))
    if file := settings_file(path):
        say(f"settings of {file}; `livecam config` shows them")
    return settings


def load_checked(path: Path | None, flags: Mapping[str, Mapping[str, Any]]) -> Settings:
    """As `load`, with SettingsError also for keys of the window that cannot be."""
    settings = load(path, flags)
    if settings.keys.run:
        from livecam.live.ui.key_bindings import changed_keys

        changed_keys(settings.keys.run)
    return settings


def _with_faces_that_are_here(settings: Settings) -> Settings:
    """Another version of MediaPipe than ours is no reason to do without the effect; that it is missing is an error."""
    if settings.faces.finder is not FaceDetectorName.MEDIAPIPE:
        return settings
    from livecam.perception.faces.mediapipe import mediapipe_problem

    problem = mediapipe_problem()
    if problem is None or not find_spec("mediapipe"):
        return settings
    say(f"{problem}; until then faces are found by --face mesh")
    faces = settings.faces.model_copy(update={"finder": FaceDetectorName.MESH})
    return settings.model_copy(update={"faces": faces})


def say(note: str) -> None:
    print(f"livecam: {note}", file=sys.stderr, flush=True)


def tell_unreadable(name: str, error: LivecamError, *, as_json: bool) -> None:
    """What a command that takes several pictures says of one, and goes on."""
    if as_json:
        print(json.dumps({"image": name, "error": str(error)}), flush=True)
    else:
        say(str(error))


def check_model_is_used(model: Path | None, settings: Settings) -> None:
    """SettingsError for a model on the command line that the chosen detector has no use for."""
    if model is not None and settings.pupils.finder is not PupilDetectorName.TFLITE:
        raise SettingsError(
            f"--model {model} is for --pupil {PupilDetectorName.TFLITE}, and {settings.pupils.finder} uses no model;"
            " leave one of them out"
        )
