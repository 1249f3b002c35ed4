"""Loads every detector that a run needs; what follows the picture is built once it is known whether it is live."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from livecam.perception.faces.face_model import FaceModel
from livecam.perception.faces.factory import follow_live, follow_recorded, open_model
from livecam.perception.pipeline import EyeHistory, Perception, Smoothing
from livecam.perception.pupils.factory import SwitchableDetector, open_switchable
from livecam.settings import Settings


@dataclass(frozen=True, slots=True)
class LoadedDetectors:
    """The models of a run; the pupil detectors are those that the key p changes between."""

    faces: FaceModel
    pupils: SwitchableDetector
    smoothing: Smoothing | None
    history: EyeHistory
    max_faces: int

    def perception(self, stack: ExitStack, *, live: bool) -> Perception:
        """A live picture never waits for a face: they are looked for in a thread, which `stack` ends."""
        if live:
            faces = stack.enter_context(follow_live(self.faces, self.max_faces))
        else:
            faces = follow_recorded(self.faces, self.max_faces)
        return Perception(faces, self.pupils, self.smoothing, self.history, lambda: faces.unfollowed)


def load_detectors(settings: Settings, models: Sequence[Path], say: Callable[[str], None]) -> LoadedDetectors:
    """The network is the best of `models`, also when it is replaced while the program runs: `say` is told then.

    AssetError for a model that is missing or damaged, MissingExtraError for a library that is not installed.
    """
    smoothing = Smoothing() if settings.pupils.smoothing else None
    history = EyeHistory()
    pupils = open_switchable(settings.pupils, models, say)

    def forget() -> None:
        history.forget()
        if smoothing:
            smoothing.pupils.forget()

    pupils.on_switch = forget
    return LoadedDetectors(open_model(settings.faces.finder), pupils, smoothing, history, settings.faces.max_faces)
