"""How steady pupils are at rest, how far smoothing lags, and where the gaze of people who look into the camera is told.

    python -m tests.benchmarks.gaze_at_rest [--faces mesh,mediapipe,dlib] [--portraits FOLDER]

FOLDER is one of labelled photographs (`truth.csv`) whose people look into the camera: every picture is judged by
itself, so that the rest of the face detector's average person is told and nothing that a stream learns.
"""

from __future__ import annotations

import argparse
import itertools
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from livecam.benchmark.labelled_photographs import read_labelled_photographs
from livecam.core.image_files.images import read_image
from livecam.core.interfaces import PupilDetector
from livecam.core.types import FaceObservation, Frame, Gaze
from livecam.live.sources.demo import DemoPose, DemoSource
from livecam.perception.faces.face_model import FaceModel
from livecam.perception.faces.factory import follow_recorded, open_model, open_stills
from livecam.perception.pipeline import EyeHistory, Perception, Smoothing
from livecam.perception.pupils.factory import open_pupils
from livecam.settings import FaceDetectorName, FaceSettings, PupilDetectorName, PupilSettings

_FPS, _SIZE = 30.0, (640, 480)
_NOISE = 2.5  # grey levels, standard deviation
_STILL, _SETTLED, _MOVING = 75, 30, 240  # frames; of the still ones, those before they count
_LONGEST_S, _STEP_S = 0.12, 0.004


class Steadiness(NamedTuple):
    """Root mean squares over both pupils of a still head, pixels of 640x480; and of the demo's gaze to the side."""

    step_px: float  # from frame to frame
    stray_px: float  # from where they are on average
    lag_ms: float  # of the smoothed gaze behind the one that is not


def steadiness(model: FaceModel, pupils: PupilDetector) -> Steadiness:
    """Of a resting portrait under camera noise, and of the demo."""
    demo, noise = DemoSource(*_SIZE, _FPS), np.random.default_rng(0)
    resting = demo.posed(DemoPose((0.0, 0.0), 0.0, (0.0, 0.0), 0.0, 1.0), 0).image
    perception = _perception(model, pupils)
    centres = []
    for index in range(_STILL):
        grain = noise.normal(0, _NOISE, resting.shape)
        image = np.clip(resting + grain, 0, 255).astype(np.uint8)
        (face,) = perception.see(Frame(image, index, index / _FPS)).faces
        assert face.left
        assert face.right
        centres.append([face.left.centre, face.right.centre])
    seen = np.array(centres[_SETTLED:])  # (frames, 2 eyes, 2)
    step = np.sqrt((np.diff(seen, axis=0) ** 2).sum(axis=2).mean())
    stray = np.sqrt(seen.var(axis=0).sum(axis=1).mean())
    return Steadiness(float(step), float(stray), _lag_ms(demo, model, pupils))


def _perception(model: FaceModel, pupils: PupilDetector, *, smooth: bool = True) -> Perception:
    return Perception(follow_recorded(model, 1), pupils, Smoothing() if smooth else None, EyeHistory())


def _lag_ms(demo: DemoSource, model: FaceModel, pupils: PupilDetector) -> float:
    steadied, raw = _perception(model, pupils), _perception(model, pupils, smooth=False)
    pairs = [
        (_mean(one).horizontal, _mean(other).horizontal)
        for frame in map(demo.frame, range(_MOVING))
        for one, other in zip(steadied.see(frame).faces, raw.see(frame).faces, strict=True)
    ]
    told, unsmoothed = np.array(pairs).T
    seconds = np.arange(len(pairs)) / _FPS
    lags = np.arange(0, _LONGEST_S, _STEP_S)
    apart = [np.mean((told - np.interp(seconds - lag, seconds, unsmoothed))[6:] ** 2) for lag in lags]
    return float(lags[int(np.argmin(apart))]) * 1000


def _mean(face: FaceObservation) -> Gaze:
    assert face.left_gaze
    assert face.right_gaze
    return Gaze(*(sum(pair) / 2 for pair in zip(face.left_gaze, face.right_gaze, strict=True)))


def gaze_of_portraits(name: FaceDetectorName, pupils: PupilDetector, folder: Path) -> Sequence[Gaze]:
    """Of the largest face of every photograph with two open eyes."""
    perception = Perception(open_stills(FaceSettings(finder=name)), pupils)
    images = [label.image for label in read_labelled_photographs(folder) if label.open]
    scenes = (perception.see(Frame(read_image(image), 0, 0.0)) for image in images)
    return [_mean(scene.faces[0]) for scene in scenes if scene.faces]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--faces", default=",".join(name for name in FaceDetectorName if name != "auto"))
    parser.add_argument("--portraits", type=Path)
    asked = parser.parse_args()
    for face, pupil in itertools.product(asked.faces.split(","), (PupilDetectorName.TFLITE, PupilDetectorName.CPU)):
        name, pupils = FaceDetectorName(face), open_pupils(PupilSettings(finder=pupil))
        found = steadiness(open_model(name), pupils)
        line = f"step {found.step_px:.3f} px, stray {found.stray_px:.3f} px, lag {found.lag_ms:.0f} ms"
        if asked.portraits:
            gazes = np.array(gaze_of_portraits(name, pupils, asked.portraits))
            right, down = gazes.mean(axis=0)
            line += f"; {len(gazes)} portraits look {right:+.3f} right, {down:+.3f} down"
        print(f"{face} {pupil.value}: {line}", flush=True)


if __name__ == "__main__":
    main()
