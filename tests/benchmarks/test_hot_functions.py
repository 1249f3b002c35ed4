"""What the functions take that run in every frame: `make bench` runs these, `make test` leaves them out."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from livecam.core.assets import asset
from livecam.core.crop import EyePair, LevelledEyeCropper
from livecam.core.errors import AssetError
from livecam.core.filters import OneEuroFilter, OneEuroParams
from livecam.core.types import Face, Frame, Scene
from livecam.live.effects.factory import names as effect_names
from livecam.live.effects.stack import SelectableEffect
from livecam.live.sinks.encoder import planes
from livecam.live.sources.demo import DemoSource
from livecam.perception.faces.dlib import DlibFaceModel
from livecam.perception.faces.face_model import FaceLandmarks
from livecam.perception.faces.optical_flow import make_keyframe, propagate
from livecam.perception.faces.smoothing import FaceSmoother, region_of
from livecam.perception.pipeline import Perception, Smoothing
from livecam.perception.pupils.factory import open_pupils
from livecam.settings import EffectSettings, PupilDetectorName, PupilSettings
from tests.fakes import FakeFaceDetector, FakePupilDetector


@dataclass(frozen=True)
class Clip:
    """Neighbouring frames of the demo at 1280x720, and where the face is in the first."""

    frames: list[Frame]
    found: FaceLandmarks
    face: Face


@pytest.fixture(scope="module")
def model() -> DlibFaceModel:
    return DlibFaceModel()


@pytest.fixture(scope="module")
def clip(model: DlibFaceModel) -> Clip:
    frames = list(itertools.islice(DemoSource(1280, 720), 8))
    found = model.landmarks(frames[0].image, model.detect_thorough(frames[0].image)[0])
    (x0, y0), (x1, y1) = found.landmarks.min(axis=0).tolist(), found.landmarks.max(axis=0).tolist()
    return Clip(frames, found, Face((x0, y0, x1 - x0, y1 - y0), found.landmarks, 0.9, 1))  # type: ignore[arg-type]


def test_landmarks(benchmark: BenchmarkFixture, model: DlibFaceModel, clip: Clip) -> None:
    images = itertools.cycle(frame.image for frame in clip.frames)

    found = benchmark(lambda: model.landmarks(next(images), clip.found.region))

    assert found.region.overlaps(clip.found.region)


def test_a_check(benchmark: BenchmarkFixture, model: DlibFaceModel, clip: Clip) -> None:
    assert benchmark(model.verify, clip.frames[0].image, clip.found) > 0.5


def test_landmarks_carried_by_flow(benchmark: BenchmarkFixture, clip: Clip) -> None:
    before = make_keyframe(clip.frames[0].image, clip.found, 0.0)

    assert benchmark(propagate, before, clip.frames[2].image) is not None


def test_the_region_of_landmarks(benchmark: BenchmarkFixture, clip: Clip) -> None:
    assert benchmark(region_of, clip.face.landmarks, 0.9).size > 0


def test_smoothed_landmarks(benchmark: BenchmarkFixture, clip: Clip) -> None:
    smoother, frames = FaceSmoother(), _endless(clip)

    assert benchmark(lambda: smoother.smooth([clip.face], next(frames).timestamp))


def test_smoothed_pupils(benchmark: BenchmarkFixture, clip: Clip) -> None:
    faces, pupils = FakeFaceDetector(clip.face), FakePupilDetector()
    perception, frames = Perception(faces, pupils, Smoothing()), _endless(clip)

    assert benchmark(lambda: perception.see(next(frames))).faces


def test_one_euro_of_68_points(benchmark: BenchmarkFixture) -> None:
    smooth, points, seconds = (
        OneEuroFilter[np.ndarray](OneEuroParams(1, 1)),
        np.ones(68, np.complex128),
        itertools.count(),
    )

    assert benchmark(lambda: smooth(points, next(seconds) / 30)).shape == (68,)


def test_two_eyes_cut(benchmark: BenchmarkFixture, clip: Clip) -> None:
    eyes: EyePair = benchmark(LevelledEyeCropper(64, 48, 85.0), clip.frames[0], clip.face)

    assert eyes.left.patch.shape == (48, 64, 3)


@pytest.mark.parametrize("name", list(PupilDetectorName))
def test_two_pupils(benchmark: BenchmarkFixture, clip: Clip, name: PupilDetectorName) -> None:
    if name is PupilDetectorName.TFLITE:
        _needs_the_model()
    detector = open_pupils(PupilSettings(finder=name))
    eyes = detector.cropper(clip.frames[0], clip.face)

    assert benchmark(detector.detect, eyes) is not None


@pytest.mark.parametrize("style", effect_names())
def test_an_effect_at_1280x720(benchmark: BenchmarkFixture, clip: Clip, style: str) -> None:
    perception = Perception(FakeFaceDetector(clip.face), FakePupilDetector())
    effect, scenes = SelectableEffect(EffectSettings(style=style)), itertools.count(1)
    scene = perception.see(clip.frames[0])

    image = benchmark(lambda: effect.draw(Scene(_later(scene.frame, next(scenes)), scene.faces)))

    assert (image != clip.frames[0].image).any()


def test_the_planes_of_a_recording(benchmark: BenchmarkFixture, clip: Clip) -> None:
    assert benchmark(planes, clip.frames[0].image).shape == (1080, 1280)


def _endless(clip: Clip) -> itertools.chain[Frame]:
    turns = itertools.cycle(clip.frames)
    return itertools.chain.from_iterable([_later(frame, index)] for index, frame in enumerate(turns))


def _later(frame: Frame, index: int) -> Frame:
    return Frame(frame.image, index, index / 30)


def _needs_the_model() -> None:
    try:
        asset("models/pupil.tflite")
    except AssetError as missing:
        pytest.skip(str(missing))
