"""Builds the face finder that the settings ask for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec

from livecam.faces.lookout import Background, Immediate
from livecam.faces.model import FaceModel
from livecam.faces.stills import Stills
from livecam.faces.tracking import Tracking
from livecam.settings import FaceFinderName, FaceSettings


def chosen(name: FaceFinderName) -> FaceFinderName:
    """The finder that a name stands for on this machine: dlib or mediapipe."""
    if name is not FaceFinderName.AUTO:
        return name
    return FaceFinderName.MEDIAPIPE if find_spec("mediapipe") else FaceFinderName.DLIB


def open_stills(settings: FaceSettings) -> Stills:
    """The finder for single pictures."""
    return Stills(open_model(settings.finder), settings.max_faces)


def follow_recorded(model: FaceModel, max_faces: int) -> Tracking:
    """The finder for the frames of a file or the demo: the same pictures always give the same faces."""
    return Tracking(model, Immediate(model.detect), max_faces)


@contextmanager
def follow_live(model: FaceModel, max_faces: int) -> Iterator[Tracking]:
    """The finder for a camera: it detects in a thread, which lives as long as the `with`, so that no frame waits."""
    with Background(model.detect).running() as background:
        yield Tracking(model, background, max_faces)


def open_model(name: FaceFinderName) -> FaceModel:
    """Raises MissingExtraError for mediapipe where it is not installed, AssetError when a model file is damaged."""
    # Either library takes long to load and may be missing, so only the one that was chosen is imported.
    if chosen(name) == FaceFinderName.DLIB:
        from livecam.faces.dlib import DlibFaces  # noqa: PLC0415

        return DlibFaces()
    from livecam.faces.mediapipe import MediaPipeFaces  # noqa: PLC0415

    return MediaPipeFaces()
