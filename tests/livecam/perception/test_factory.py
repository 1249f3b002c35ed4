"""The detectors of a run are loaded once, and what steadies their answers goes with them."""

from __future__ import annotations

from contextlib import ExitStack

from livecam.core.assets import asset
from livecam.core.interfaces import PupilPair
from livecam.core.types import Side
from livecam.perception.factory import LoadedDetectors, load_detectors
from livecam.perception.pupils.network.model_card import SHIPPED
from livecam.settings import FaceDetectorName, FaceSettings, PupilDetectorName, PupilSettings, Settings
from tests.fakes import make_face, make_pupil


def loaded(*, smoothing: bool) -> LoadedDetectors:
    pupils = PupilSettings(finder=PupilDetectorName.CPU, smoothing=smoothing)
    settings = Settings(faces=FaceSettings(finder=FaceDetectorName.DLIB), pupils=pupils)
    return load_detectors(settings, [asset(SHIPPED)], print)


def glance(shift: float) -> PupilPair:
    return PupilPair(*(make_pupil(make_face(), side, shift=(shift, 0)) for side in (Side.LEFT, Side.RIGHT)))


def test_the_answers_of_one_detector_are_not_mixed_with_those_of_the_next() -> None:
    detectors = loaded(smoothing=True)
    assert detectors.smoothing is not None
    for index in range(10):
        detectors.smoothing.pupils.smooth(glance(0.0), make_face(), index / 30)
    detectors.pupils.next()
    assert detectors.smoothing.pupils.smooth(glance(0.1), make_face(), 10 / 30) == glance(0.1)


def test_without_smoothing_answers_stay_as_they_were_found() -> None:
    with ExitStack() as stack:
        assert loaded(smoothing=False).perception(stack, live=True).smoothing is None
