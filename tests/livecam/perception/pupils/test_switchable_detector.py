"""Finders of pupils that are changed while the program runs."""

from __future__ import annotations

import pytest

from livecam.core.crop import EyePair, LevelledEyeCropper
from livecam.core.errors import AssetError
from livecam.core.interfaces import PupilDetector, PupilPair
from livecam.core.types import Frame
from livecam.perception.pupils.factory import SwitchableDetector
from tests.fakes import FakePupilDetector, make_face, make_frame


class Blind:
    """Wants its eyes cut in another size, and finds nothing."""

    cropper = LevelledEyeCropper(32, 24, 40.0)

    def detect(self, eyes: EyePair) -> PupilPair:
        return PupilPair(None, None)


def missing() -> PupilDetector:
    raise AssetError("the file assets/models/pupil.tflite is missing")


def eyes_of(pupils: SwitchableDetector, frame: Frame) -> tuple[tuple[int, ...], bool]:
    """The size in which the detector wants its eyes, and whether it finds a pupil in them."""
    eyes = pupils.cropper(frame, make_face())
    return eyes.left.patch.shape, pupils.detect(eyes).left is not None


def test_the_next_detector_is_asked_for_its_own_eyes() -> None:
    pupils = SwitchableDetector({"cpu": FakePupilDetector, "tflite": Blind}, "cpu")
    seen = [eyes_of(pupils, make_frame())]
    for _ in range(2):
        pupils.next()
        seen.append(eyes_of(pupils, make_frame()))
    assert seen == [((48, 64, 3), True), ((24, 32, 3), False), ((48, 64, 3), True)]


def test_a_detector_is_opened_when_it_is_first_chosen_and_only_then() -> None:
    opened: list[str] = []

    def tflite() -> PupilDetector:
        opened.append("tflite")
        return Blind()

    pupils = SwitchableDetector({"cpu": FakePupilDetector, "tflite": tflite}, "cpu")
    before = list(opened)
    for _ in range(4):
        pupils.next()
    assert (before, opened) == ([], ["tflite"])


def test_a_detector_that_cannot_be_opened_leaves_the_present_one_and_is_passed_the_next_time() -> None:
    pupils = SwitchableDetector({"cpu": FakePupilDetector, "tflite": missing, "tutorial": Blind}, "cpu")
    with pytest.raises(AssetError):
        pupils.next()
    kept = pupils.name
    assert (kept, pupils.next()) == ("cpu", "tutorial")


def test_the_first_detector_must_open() -> None:
    with pytest.raises(AssetError):
        SwitchableDetector({"tflite": missing}, "tflite")


def test_a_change_is_told_and_a_failed_one_is_not() -> None:
    pupils, told = SwitchableDetector({"cpu": FakePupilDetector, "tflite": missing, "tutorial": Blind}, "cpu"), []
    pupils.on_switch = lambda: told.append(pupils.name)
    with pytest.raises(AssetError):
        pupils.next()
    pupils.next()
    assert told == ["cpu"]
