"""Landmarks carried along by optical flow."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from livecam.core.crop import similarity_matrix
from livecam.core.types import Image
from livecam.perception.detection_worker import InlineDetection
from livecam.perception.faces.face_model import FaceLandmarks, FaceRegion
from livecam.perception.faces.optical_flow import make_keyframe, propagate
from livecam.perception.faces.smoothing import region_of
from livecam.perception.faces.tracker import FaceTracker
from tests.fakes import grey, make_frame, make_landmarks
from tests.livecam.perception.faces.fake_model import FakeFaceModel


def sight(pupil_distance: float) -> FaceLandmarks:
    landmarks = make_landmarks(pupil_distance=pupil_distance)
    return FaceLandmarks(landmarks, region_of(landmarks, 0.9))


SIGHT = sight(80.0)
CENTRE = (320.0, 240.0)


def texture(seed: int = 1, blob: float = 10.0) -> Image:
    """Soft blobs of every brightness, 640x480, each some `blob` pixels wide."""
    noise = np.random.default_rng(seed).integers(0, 256, (round(480 / blob), round(640 / blob), 3), np.uint8)
    return cv2.resize(noise, (640, 480), interpolation=cv2.INTER_CUBIC).astype(np.uint8)


def moved(image: Image, matrix: np.ndarray) -> Image:
    return cv2.warpAffine(image, matrix, (640, 480), borderMode=cv2.BORDER_REFLECT).astype(np.uint8)


@pytest.mark.parametrize("pupil_distance", [40.0, 80.0, 120.0, 180.0])
@settings(max_examples=15, deadline=None)
@given(
    shift=st.tuples(st.floats(-8, 8), st.floats(-8, 8)),
    angle=st.floats(-0.06, 0.06),
    scale=st.floats(0.96, 1.04),
)
@example(shift=(0.0, 8.0), angle=-0.0546875, scale=1.0)  # where one point runs away
def test_a_face_that_moves_as_a_whole_keeps_its_landmarks(
    pupil_distance: float, shift: tuple[float, float], angle: float, scale: float
) -> None:
    unit, before = pupil_distance / 80, sight(pupil_distance)
    onto = (CENTRE[0] + unit * shift[0], CENTRE[1] + unit * shift[1])
    matrix = similarity_matrix(CENTRE, angle=angle, scale=scale, onto=onto)

    room = texture(blob=10 * unit)
    after = propagate(make_keyframe(room, before, 0.0), moved(room, matrix))

    assert after is not None
    assert after.landmarks == pytest.approx(before.landmarks @ matrix[:, :2].T + matrix[:, 2], abs=max(1.0, unit))


@settings(max_examples=15, deadline=None)
@given(shift=st.tuples(st.floats(-8, 8), st.floats(-8, 8)), angle=st.floats(-0.06, 0.06))
def test_the_region_moves_with_the_landmarks(shift: tuple[float, float], angle: float) -> None:
    onto = (CENTRE[0] + shift[0], CENTRE[1] + shift[1])
    matrix = similarity_matrix(CENTRE, angle=angle, scale=1.02, onto=onto)

    after = propagate(make_keyframe(texture(), SIGHT, 0.0), moved(texture(), matrix))

    assert after is not None
    assert after.region == pytest.approx(region_of(after.landmarks, 0.9), abs=0.05)


def test_a_face_that_rests_stays_where_it_is() -> None:
    after = propagate(make_keyframe(texture(), SIGHT, 0.0), texture())

    assert after is not None
    assert after.landmarks == pytest.approx(SIGHT.landmarks, abs=0.05)


def test_another_picture_carries_nothing() -> None:
    assert propagate(make_keyframe(texture(), SIGHT, 0.0), texture(seed=2)) is None


def test_nothing_can_be_carried_over_a_plain_wall() -> None:
    assert propagate(make_keyframe(grey(), SIGHT, 0.0), grey()) is None


def test_a_head_that_leaps_is_looked_at_anew() -> None:
    far = similarity_matrix(CENTRE, angle=0.0, scale=1.0, onto=(CENTRE[0] + 60, CENTRE[1]))

    assert propagate(make_keyframe(texture(), SIGHT, 0.0), moved(texture(), far)) is None


def test_eyes_that_shut_are_looked_at_anew() -> None:
    shut = texture()
    for eye in (SIGHT.landmarks[36:42], SIGHT.landmarks[42:48]):
        (left, top), (right, bottom) = eye.min(axis=0).astype(int) - 8, eye.max(axis=0).astype(int) + 8
        shut[top:bottom, left:right] = texture(seed=3)[top:bottom, left:right]

    assert propagate(make_keyframe(texture(), SIGHT, 0.0), shut) is None


class CountingModel(FakeFaceModel):
    """Counts how often landmarks are asked for."""

    followed = 0

    def landmarks(self, image: Image, region: FaceRegion) -> FaceLandmarks | None:
        self.followed += 1
        return super().landmarks(image, region)


@pytest.mark.parametrize(("fps", "least", "most"), [(15, 4, 6), (30, 5, 7), (60, 5, 7)])
def test_landmarks_are_found_anew_some_six_times_a_second_whatever_the_frame_rate(
    fps: float, least: int, most: int
) -> None:
    model = CountingModel(SIGHT.region)
    tracking = FaceTracker(model, InlineDetection(model.detect), max_faces=1)
    tracking.detect(make_frame(texture(), index=0, fps=fps))
    model.followed = 0

    for index in range(1, int(fps) + 1):
        tracking.detect(make_frame(texture(), index=index, fps=fps))

    assert least <= model.followed <= most
