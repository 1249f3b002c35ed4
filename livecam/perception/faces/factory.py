"""Opens the face detector that the settings name."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec

from livecam.perception.detection_worker import BackgroundDetection, InlineDetection
from livecam.perception.faces.face_model import FaceModel
from livecam.perception.faces.image_detector import ImageFaceDetector
from livecam.perception.faces.landmark_renewal import SharedFaceModel
from livecam.perception.faces.roll_guide import RollGuide, boxes_guided_by, guided_by
from livecam.perception.faces.tracker import FaceTracker
from livecam.settings import FaceDetectorName, FaceSettings


def chosen(name: FaceDetectorName) -> FaceDetectorName:
    """The detector that a name stands for: auto is the one that needs no extra."""
    return FaceDetectorName.MESH if name is FaceDetectorName.AUTO else name


def installed() -> tuple[FaceDetectorName, ...]:
    """The detectors that can be opened here: the one that ships first, then those whose extra is installed."""
    extras = (FaceDetectorName.DLIB, FaceDetectorName.MEDIAPIPE)
    return (FaceDetectorName.MESH, *(name for name in extras if find_spec(name.value)))


def open_stills(settings: FaceSettings) -> ImageFaceDetector:
    """The detector for single pictures."""
    return ImageFaceDetector(open_model(settings.finder), settings.max_faces, roll_guide(chosen(settings.finder)))


def follow_recorded(model: FaceModel, max_faces: int) -> FaceTracker:
    """The detector for the frames of a file or the demo: the same pictures always give the same faces."""
    return FaceTracker(model, InlineDetection(model.detect), max_faces)


@contextmanager
def follow_live(model: FaceModel, max_faces: int) -> Iterator[FaceTracker]:
    """The detector for a camera: it detects, finds the landmarks of followed faces anew, and checks these, in threads
    that live as long as the `with`, so that no frame waits."""
    shared = SharedFaceModel(model)
    detection = BackgroundDetection(shared.detect)
    renewals, checks = BackgroundDetection(shared.renew, "landmarks"), BackgroundDetection(shared.check, "checks")
    with detection.running(), renewals.running(), checks.running():
        yield FaceTracker(shared, detection, max_faces, renewals=renewals, checks=checks)


def roll_guide(name: FaceDetectorName) -> RollGuide | None:
    """The networks that ship, which know faces at any roll, for the detectors that know upright ones."""
    if name is FaceDetectorName.MESH:
        return None
    mesh = open_model(FaceDetectorName.MESH)
    return boxes_guided_by(mesh) if name is FaceDetectorName.DLIB else guided_by(mesh)


def open_model(name: FaceDetectorName) -> FaceModel:
    """Raises MissingExtraError for a detector that is not installed, AssetError when a model file is damaged."""
    # Their libraries take long to load and may be missing, so only the one that was chosen is imported.
    if chosen(name) is FaceDetectorName.MESH:
        from livecam.perception.faces.mesh_networks.face_mesh import MeshFaceModel

        return MeshFaceModel()
    if name is FaceDetectorName.DLIB:
        from livecam.perception.faces.dlib import DlibFaceModel

        return DlibFaceModel()
    from livecam.perception.faces.mediapipe import MediaPipeFaceModel

    return MediaPipeFaceModel()
