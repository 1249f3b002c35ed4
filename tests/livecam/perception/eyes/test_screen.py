"""A calibration of looks: exact where eyes are, of one person's detectors, on the disk as a whole."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from livecam.core.errors import SettingsError
from livecam.core.types import EyeState, FaceObservation, Point, Pupil, Side
from livecam.perception.eyes.screen import CalibrationLook, ScreenCalibration, ScreenPlace, iris_in_head
from tests.fakes import make_face, make_look

NINE = [ScreenPlace(x, y) for x in (0.1, 0.5, 0.9) for y in (0.1, 0.5, 0.9)]


def iris_of(place: ScreenPlace) -> tuple[float, float]:
    """Of somebody who sits a little to the side, so that the middle of the screen is not straight ahead."""
    x, y = place.x - 0.45, place.y - 0.6
    return 0.8 * x + 0.1 * x * y, 0.5 * y + 0.05


def looking(iris: tuple[float, float]) -> FaceObservation:
    """A face whose irises are there, in units of gaze."""
    face, look = make_face(), make_look()
    width = float(np.ptp(face.lids(Side.LEFT)[[0, 3], 0]))
    pupils = {}
    for side in Side:
        x, y = face.lids(side)[[0, 3]].mean(axis=0).tolist()
        rest = face.pupil_rest.outward * (1 if side is Side.LEFT else -1)
        at = Point(x + width * (0.25 * iris[0] + rest), y + width * (0.15 * iris[1] - face.pupil_rest.above))
        pupils[side] = Pupil(at, 6.0, 0.9)
    return replace(look, left=pupils[Side.LEFT], right=pupils[Side.RIGHT])


CALIBRATION = ScreenCalibration.fit([CalibrationLook(p, iris_of(p)) for p in NINE], faces="mesh", pupils="tflite")


@pytest.mark.parametrize("place", [(0.3, 0.7), (0.5, 0.5), (0.8, 0.2)])
def test_a_look_between_the_dots_is_told_where_it_is(place: tuple[float, float]) -> None:
    assert CALIBRATION.place(looking(iris_of(ScreenPlace(*place)))) == pytest.approx(place, abs=0.03)


def test_its_error_is_that_of_looks_it_has_not_seen() -> None:
    noisy = [
        CalibrationLook(place, (iris_of(place)[0] + shift, iris_of(place)[1] - shift))
        for place, shift in zip(NINE, np.random.default_rng(1).normal(0, 0.05, 9).tolist(), strict=True)
    ]
    error = ScreenCalibration.fit(noisy, faces="mesh", pupils="tflite").error
    assert CALIBRATION.error < 0.05 < error < 0.4


def test_six_looks_are_too_few() -> None:
    with pytest.raises(ValueError, match="6 looks are too few"):
        ScreenCalibration.fit([CalibrationLook(p, iris_of(p)) for p in NINE[:6]], faces="mesh", pupils="tflite")


def test_a_face_whose_eyes_are_shut_looks_nowhere() -> None:
    shut = looking((0, 0))
    eyes = {side: replace(pupil, state=EyeState.CLOSED) for side in Side if (pupil := shut.pupil(side))}
    assert CALIBRATION.place(replace(shut, left=eyes[Side.LEFT], right=eyes[Side.RIGHT])) is None


def test_one_eye_is_enough() -> None:
    assert iris_in_head(replace(looking((0.2, 0.1)), left=None)) == pytest.approx((0.2, 0.1), abs=1e-3)


def test_what_was_saved_is_read(tmp_path: Path) -> None:
    CALIBRATION.save(tmp_path / "c.json")
    assert ScreenCalibration.read(tmp_path / "c.json") == CALIBRATION


@pytest.mark.parametrize("text", ["", "[]", '{"schema": 2}', '{"schema": 1, "across": [1], "down": [1]}'])
def test_what_is_no_calibration_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "c.json").write_text(text)
    with pytest.raises(SettingsError, match="is no calibration of livecam"):
        ScreenCalibration.read(tmp_path / "c.json")
