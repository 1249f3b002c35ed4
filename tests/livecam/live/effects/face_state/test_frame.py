"""Faces that turn, roll and shrink, as the artist sees them."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from livecam.core.types import Face, Point, Scene, Side
from livecam.live.effects.face_state.frame import FaceFrame, face_frame
from livecam.live.effects.stack import SelectableEffect
from livecam.settings import EffectSettings
from tests.fakes import grey, make_face, make_frame, make_look


def seen(face: Face) -> FaceFrame:
    found = face_frame(face)
    assert found is not None
    return found


def turned_to_the_right_of_the_picture(degrees: float) -> Face:
    """The schematic face as a round head that turns: what is near the picture's right edge becomes narrow."""
    face = make_face(centre=(320, 240), pupil_distance=100)
    across = np.clip((face.landmarks[:, 0] - 320) / 125, -1, 1)
    x = 320 + 125 * np.sin(np.arcsin(across) + np.radians(degrees))
    return replace(face, landmarks=np.column_stack([x, face.landmarks[:, 1]]).astype(np.float32))


@given(roll=st.floats(-1.5, 1.5), size=st.floats(10, 400))
def test_a_frontal_face_measures_one_pupil_distance(roll: float, size: float) -> None:
    assert seen(make_face(roll=roll, pupil_distance=size)).unit == pytest.approx(size, rel=1e-3)


def test_a_head_that_turns_keeps_its_size() -> None:
    assert seen(turned_to_the_right_of_the_picture(60)).unit > 0.85 * 100


def test_the_eye_that_is_turned_away_is_narrower() -> None:
    widths = seen(turned_to_the_right_of_the_picture(35)).eye_widths
    assert widths[Side.LEFT] < 0.8 * widths[Side.RIGHT]


@pytest.mark.parametrize(("degrees", "visible"), [(0, 1), (20, 1), (75, 0)])
def test_the_far_eye_of_a_profile_is_out_of_sight(degrees: float, visible: float) -> None:
    assert seen(turned_to_the_right_of_the_picture(degrees)).eye_visible[Side.LEFT] == visible


@given(roll=st.floats(-1.5, 1.5), along=st.floats(-2, 2), below=st.floats(-2, 2))
def test_along_measures_what_from_point_went(roll: float, along: float, below: float) -> None:
    face = seen(make_face(roll=roll))
    assert face.along(face.from_point(face.middle, along, below)) == pytest.approx(along, abs=1e-6)


def test_a_placement_turns_with_the_head() -> None:
    place = seen(make_face(roll=np.pi / 2, pupil_distance=50)).place(Point(0, 0), width=2, height=1)
    assert place[2:] == pytest.approx((0, 100, -50, 0), abs=1e-3)


@pytest.mark.parametrize("size", [0.0, 2.0])
def test_a_face_without_room_for_an_eye_has_no_anatomy(size: float) -> None:
    assert face_frame(make_face(pupil_distance=size)) is None


def changed_on_both_sides(accessory: str, face: Face) -> tuple[bool, bool]:
    """Whether the accessory alone, without eyes, draws left and right of the nose in the picture."""
    frame = replace(make_frame(grey(640, 480)), timestamp=1.0)
    pictures = [
        SelectableEffect(EffectSettings(accessories=which)).draw(Scene(frame, (make_look(face),)))
        for which in ((), (accessory,))
    ]
    columns = np.nonzero(cv2.absdiff(*pictures).max(axis=(0, 2)))[0]
    nose = float(face.landmarks[30][0])
    return bool((columns < nose).any()), bool((columns > nose).any())


@pytest.mark.parametrize("accessory", ["sweat", "blush"])
def test_the_side_of_a_face_that_is_turned_away_stays_bare(accessory: str) -> None:
    sides = [changed_on_both_sides(accessory, turned_to_the_right_of_the_picture(turn)) for turn in (0, 50)]
    assert sides == [(True, True), (True, False)]
