"""What the functions take that run in every frame: `make bench` runs these, `make test` leaves them out."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from livecam.core.assets import asset
from livecam.core.crop import EyePair, LevelledCut
from livecam.core.errors import AssetError
from livecam.core.scene import Face, Frame, Scene
from livecam.effects.choose import ChosenEffect, effects
from livecam.faces.dlib import DlibFaces
from livecam.faces.flow import anchor, carried
from livecam.faces.model import Sight
from livecam.faces.shape68 import region_of
from livecam.faces.smoothing import SmoothedFaces
from livecam.one_euro import OneEuro, Softness
from livecam.perception import Perception
from livecam.pupils.choose import open_pupils
from livecam.pupils.smoothing import Smoothing
from livecam.settings import EffectSettings, PupilFinderName, PupilSettings
from livecam.sinks.encoding import planes
from livecam.sources.demo import Demo
from tests.fakes import FakeFaceFinder, FakePupilFinder


@dataclass(frozen=True)
class Clip:
    """Neighbouring frames of the demo at 1280x720, and where the face is in the first."""

    frames: list[Frame]
    sight: Sight
    face: Face


@pytest.fixture(scope="module")
def model() -> DlibFaces:
    return DlibFaces()


@pytest.fixture(scope="module")
def clip(model: DlibFaces) -> Clip:
    frames = list(itertools.islice(Demo(1280, 720), 8))
    sight = model.follow(frames[0].image, model.search(frames[0].image)[0])
    (x0, y0), (x1, y1) = sight.landmarks.min(axis=0).tolist(), sight.landmarks.max(axis=0).tolist()
    return Clip(frames, sight, Face((x0, y0, x1 - x0, y1 - y0), sight.landmarks, 0.9, 1))  # type: ignore[arg-type]


def test_landmarks(benchmark: BenchmarkFixture, model: DlibFaces, clip: Clip) -> None:
    images = itertools.cycle(frame.image for frame in clip.frames)

    sight = benchmark(lambda: model.follow(next(images), clip.sight.region))

    assert sight.region.overlaps(clip.sight.region)


def test_a_check(benchmark: BenchmarkFixture, model: DlibFaces, clip: Clip) -> None:
    assert benchmark(model.confirm, clip.frames[0].image, clip.sight) > 0.5


def test_landmarks_carried_by_flow(benchmark: BenchmarkFixture, clip: Clip) -> None:
    before = anchor(clip.frames[0].image, clip.sight, 0.0)

    assert benchmark(carried, before, clip.frames[2].image) is not None


def test_the_region_of_landmarks(benchmark: BenchmarkFixture, clip: Clip) -> None:
    assert benchmark(region_of, clip.face.landmarks, 0.9).size > 0


def test_smoothed_landmarks(benchmark: BenchmarkFixture, clip: Clip) -> None:
    faces, frames = SmoothedFaces(FakeFaceFinder(clip.face)), _endless(clip)

    assert benchmark(lambda: faces.find(next(frames)))


def test_smoothed_pupils(benchmark: BenchmarkFixture, clip: Clip) -> None:
    perception, frames = Perception(FakeFaceFinder(clip.face), Smoothing(FakePupilFinder())), _endless(clip)

    assert benchmark(lambda: perception.see(next(frames))).looks


def test_one_euro_of_68_points(benchmark: BenchmarkFixture) -> None:
    smooth, points, seconds = OneEuro[np.ndarray](Softness(1, 1)), np.ones(68, np.complex128), itertools.count()

    assert benchmark(lambda: smooth(points, next(seconds) / 30)).shape == (68,)


def test_two_eyes_cut(benchmark: BenchmarkFixture, clip: Clip) -> None:
    eyes: EyePair = benchmark(LevelledCut(64, 48, 85.0), clip.frames[0], clip.face)

    assert eyes.left.patch.shape == (48, 64, 3)


@pytest.mark.parametrize("name", list(PupilFinderName))
def test_two_pupils(benchmark: BenchmarkFixture, clip: Clip, name: PupilFinderName) -> None:
    if name is PupilFinderName.TFLITE:
        _needs_the_model()
    finder = open_pupils(PupilSettings(finder=name))
    eyes = finder.cutter(clip.frames[0], clip.face)

    assert benchmark(finder.locate, eyes) is not None


@pytest.mark.parametrize("style", effects())
def test_an_effect_at_1280x720(benchmark: BenchmarkFixture, clip: Clip, style: str) -> None:
    perception = Perception(FakeFaceFinder(clip.face), FakePupilFinder())
    effect, scenes = ChosenEffect(EffectSettings(style=style)), itertools.count(1)
    scene = perception.see(clip.frames[0])

    image = benchmark(lambda: effect.draw(Scene(_later(scene.frame, next(scenes)), scene.looks)))

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
