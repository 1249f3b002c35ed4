"""Opens a pupil detector for evaluation: by name, from a TFLite model, or from the folder of a training run."""

from __future__ import annotations

import tempfile
from functools import cached_property
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from livecam.core.crop import EyeCrop, EyePair
from livecam.core.interfaces import PupilDetector, PupilPair
from livecam.core.types import EyeState, Point, Pupil
from livecam.perception.pupils.factory import open_pupils
from livecam.perception.pupils.network.detector import NetworkPupilDetector
from livecam.perception.pupils.network.eye_crop import EyeCornerCropper
from livecam.perception.pupils.network.heatmap import HeatmapOutput, normalised
from livecam.perception.pupils.network.model_card import logistic
from livecam.settings import PupilConvention, PupilDetectorName, PupilSettings
from training.pupil_detector import export
from training.pupil_detector.tasks import Task, network_named


def open_detector(name: str) -> PupilDetector:
    """`cpu`, `tutorial`, `tflite` (what ships), MODEL.tflite or the folder of a run.

    A heat map is judged as the live program would run it; another network, which cannot be exported, as it is.
    """
    if name in tuple(PupilDetectorName):
        return open_pupils(PupilSettings(finder=PupilDetectorName(name)))
    path = Path(name)
    return _of_run(path) if path.is_dir() else _exported(path)


def _exported(model: Path) -> PupilDetector:
    return open_pupils(PupilSettings(finder=PupilDetectorName.TFLITE, model=model))


def open_circle(model: Path) -> NetworkPupilDetector:
    """A model as training wants it: it tells the iris circle, whatever the convention of its person is."""
    return NetworkPupilDetector.open(PupilSettings(model=model, convention=PupilConvention.IRIS))


def _of_run(run: Path) -> PupilDetector:
    name = export.model_of(run)
    if name == "heatmap":
        with tempfile.TemporaryDirectory() as folder:
            return _exported(export.as_tflite(run, Path(folder) / "run.tflite"))
    task = network_named(name)
    return KerasPupilDetector(task, export.load_network(run, task))


class KerasPupilDetector:
    """A PupilFinder around a Keras network. Its confidence is only the probability that the eye is open."""

    def __init__(self, task: Task, model: Any) -> None:
        self._task, self._model = task, model

    @cached_property
    def cropper(self) -> EyeCornerCropper:
        return EyeCornerCropper(self._task.cutting.window)

    def detect(self, eyes: EyePair) -> PupilPair:
        normalisation = self._task.cutting.normalisation
        greys = [cv2.cvtColor(eye.patch, cv2.COLOR_BGR2GRAY).astype(np.uint8, copy=False) for eye in eyes]
        crops = np.array([normalised(grey, normalisation) for grey in greys])[..., None]
        reading = self._task.read(self._model.predict_on_batch(crops))
        left, right = (_pupil_of(eye, reading, k) for k, eye in enumerate(eyes))
        return PupilPair(left, right)


def _pupil_of(eye: EyeCrop, reading: HeatmapOutput, which: int) -> Pupil:
    x, y = eye.to_frame(reading.centres[which]).tolist()
    is_open = logistic(float(reading.openness[which]))
    state = EyeState.OPEN if is_open >= 0.5 else EyeState.CLOSED
    return Pupil(Point(x, y), float(reading.radii[which]) / eye.scale, is_open, state)
