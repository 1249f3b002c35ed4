"""Two detectors on one still picture: whose answer counts where."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import pytest

import livecam
from livecam.core.crop import EyePair
from livecam.core.interfaces import PupilPair
from livecam.core.types import EyeState, Face, IrisVisibility, Point, Pupil, Side
from livecam.perception.pupils.factory import open_pupils, open_still_pupils
from livecam.perception.pupils.fusion import FusedPupilDetector
from livecam.perception.pupils.handcrafted.detector import HeadScaledCropper
from livecam.perception.pupils.network.detector import NetworkPupilDetector
from livecam.perception.pupils.network.eye_crop import EyeCornerCropper
from livecam.settings import PupilDetectorName, PupilSettings
from tests.fakes import make_face, make_frame
from tests.livecam.perception.pupils.drawing import draw_eyes, true_centre

UNIT = 90.0
FACE = make_face(pupil_distance=UNIT)
FRAME = make_frame(draw_eyes(FACE))


@dataclass
class Beside:
    """Rings that answer so far to the right of the network, pupil distances."""

    step: float
    state: EyeState = EyeState.OPEN
    cropper: HeadScaledCropper = field(default_factory=HeadScaledCropper)

    def detect(self, eyes: EyePair) -> PupilPair:
        left, right = alone()
        return PupilPair(self._moved(left), self._moved(right))

    def _moved(self, pupil: Pupil) -> Pupil:
        x, y = pupil.centre
        return replace(pupil, centre=Point(x + self.step * UNIT, y), radius=1.0, confidence=0.1, state=self.state)


def network() -> NetworkPupilDetector:
    return NetworkPupilDetector.open(PupilSettings())


def alone() -> tuple[Pupil, Pupil]:
    detector = network()
    left, right = detector.detect(detector.cropper(FRAME, FACE))
    assert left
    assert right
    return left, right


def moved(rings: Beside) -> list[float]:
    """How far to the right the rings draw the network's answers, pupil distances; nothing else changes."""
    detector = FusedPupilDetector(network(), rings)  # type: ignore[arg-type]
    steps = []
    for before, after in zip(alone(), detector.detect(detector.cropper(FRAME, FACE)), strict=True):
        assert after == replace(before, centre=after.centre)
        steps.append((after.centre.x - before.centre.x) / UNIT)
    return steps


@pytest.mark.parametrize(("step", "drawn"), [(0.001, 0.0004), (-0.01, -0.00384), (0.04, 0.00576), (0.051, 0), (1, 0)])
def test_answers_near_each_other_are_weighed_and_others_are_the_networks(step: float, drawn: float) -> None:
    assert moved(Beside(step)) == pytest.approx([drawn, drawn], abs=1e-5)


def test_rings_that_see_a_shut_eye_say_nothing_of_where_it_looks() -> None:
    assert moved(Beside(0.01, EyeState.CLOSED)) == [0, 0]


@dataclass(frozen=True)
class Answering:
    """A detector that always answers so with both eyes, where the network would look."""

    pupil: Pupil
    cropper: EyeCornerCropper = field(default_factory=lambda: network().cropper)

    def detect(self, eyes: EyePair) -> PupilPair:
        return PupilPair(self.pupil, self.pupil)

    def as_labelled(self, centre: Point, face: Face) -> Point:
        return centre


def both(answer: Pupil, second: Pupil) -> Pupil:
    detector = FusedPupilDetector(Answering(answer), Answering(second))  # type: ignore[arg-type]
    left, right = detector.detect(detector.cropper(FRAME, FACE))
    assert left == right
    assert left
    return left


def iris(x: float = 0, confidence: float = 0.9, *, covered: bool = False, openness: float = 5.0) -> Pupil:
    """An open iris, `x` pupil distances to the right of where the other one is."""
    return Pupil(Point(x * UNIT, 0), 7.0, confidence, evidence=IrisVisibility(openness, covered))


@pytest.mark.parametrize(
    ("second", "covered"),
    [
        (iris(), False),
        (iris(0.03, 0.5), False),
        (iris(0.05), True),  # elsewhere
        (iris(confidence=0.4), True),  # hardly seen
        (iris(covered=True), True),
        (replace(iris(), state=EyeState.CLOSED), True),
    ],
)
def test_an_iris_that_both_see_at_one_place_is_not_covered(second: Pupil, covered: bool) -> None:
    fused = both(iris(confidence=0.8, covered=True), second)
    assert fused.evidence == IrisVisibility(5.0, covered)
    assert fused.confidence == 0.8


def test_an_eye_that_is_nearly_shut_stays_covered() -> None:
    nearly_shut = iris(covered=True, openness=0.9)
    assert both(nearly_shut, iris()).evidence == nearly_shut.evidence


def test_an_eye_that_both_call_shut_shows_a_pupil_only_if_both_are_wrong() -> None:
    shut = replace(iris(confidence=0.4), state=EyeState.CLOSED)
    fused = both(shut, replace(shut, confidence=0.3))
    assert (fused.state, fused.confidence) == (EyeState.CLOSED, pytest.approx(0.12))
    assert both(shut, iris()) == shut


def test_a_still_picture_has_a_second_opinion_unless_it_is_not_wanted() -> None:
    assert isinstance(open_still_pupils(PupilSettings()), FusedPupilDetector)
    for settings in (PupilSettings(second_opinion=False), PupilSettings(finder=PupilDetectorName.CPU)):
        assert type(open_still_pupils(settings)) is type(open_pupils(settings))


@pytest.mark.parametrize("gaze", [(0.0, 0.0), (0.04, 0.01), (-0.05, -0.01)])
def test_both_together_find_drawn_irises(gaze: tuple[float, float]) -> None:
    detector = open_still_pupils(PupilSettings())
    pair = detector.detect(detector.cropper(make_frame(draw_eyes(FACE, gaze=gaze)), FACE))
    for side, pupil in zip((Side.LEFT, Side.RIGHT), pair, strict=True):
        assert pupil
        assert np.hypot(*(np.array(pupil.centre) - true_centre(FACE, side, gaze))) < 0.025 * UNIT


def test_a_program_that_asks_for_one_picture_gets_both_and_one_that_follows_gets_the_network() -> None:
    detector = livecam.PupilDetector()
    with livecam.open_source("demo") as source:
        frame = next(iter(source))
    (still,), (followed,) = detector.detect(frame.image), livecam.PupilDetector(smoothing=False).track(frame)
    assert still.left
    assert followed.left
    assert still.left.centre != followed.left.centre
    assert np.hypot(*np.subtract(still.left.centre, followed.left.centre)) < 0.05 * still.face.pupil_distance


def test_a_detector_of_ones_own_answers_alone() -> None:
    with livecam.open_source("demo") as source:
        frame = next(iter(source))
    own = livecam.PupilDetector(pupils=network())
    (alone,), (both,) = own.detect(frame.image), livecam.PupilDetector().detect(frame.image)
    assert alone.left
    assert both.left
    assert np.hypot(*np.subtract(alone.left.centre, both.left.centre)) > 0.1
