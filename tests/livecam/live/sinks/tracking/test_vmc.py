"""Avatars turn as the person does, in Unity's left-handed axes: x to their own right, y up, z to where they look."""

from __future__ import annotations

from math import asin, cos, pi, radians, sin

import numpy as np
import pytest
from numpy.typing import NDArray

from livecam.core.types import Gaze, Side
from livecam.live.effects.face_state.signals import Signals
from livecam.live.sinks.tracking.faces import TrackedFace
from livecam.live.sinks.tracking.vmc import vmc_messages
from tests.livecam.live.sinks.tracking.tracked import doing

FORWARD, UP, OWN_RIGHT = np.eye(3)[[2, 1, 0]]
HALF = cos(pi / 4)


def turned(face: TrackedFace, bone: str) -> NDArray[np.float64]:
    """The matrix of a bone's quaternion by the formula of textbooks: its columns are where x, y, z go."""
    ((_, *numbers),) = [said for name, said in vmc_messages([face], 0.0) if said[:1] == (bone,)]
    x, y, z, w = map(float, numbers[3:])
    assert (numbers[:3], x * x + y * y + z * z + w * w) == ([0, 0, 0], pytest.approx(1))
    return np.array([
        [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
        [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
        [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
    ])  # fmt: skip


def head(**signals: float) -> NDArray[np.float64]:
    return turned(doing(Signals(**signals)), "Head")


def test_a_head_at_rest_is_not_turned() -> None:
    np.testing.assert_allclose(head(), np.eye(3))


def test_a_turn_to_the_image_right_is_to_the_own_left() -> None:
    np.testing.assert_allclose(head(yaw=1.0) @ FORWARD, HALF * FORWARD - HALF * OWN_RIGHT, atol=1e-9)


def test_a_nod_looks_down() -> None:
    np.testing.assert_allclose(head(pitch=1.0) @ FORWARD, HALF * FORWARD - HALF * UP, atol=1e-9)


def test_a_head_that_tilts_clockwise_in_the_picture_lowers_its_own_left_ear() -> None:
    """The picture shows the own left on its right: what turns clockwise goes down there."""
    own_left = -(head(roll=1.0) @ OWN_RIGHT)
    np.testing.assert_allclose(own_left, -HALF * UP - HALF * OWN_RIGHT, atol=1e-9)


def test_the_line_of_the_eyes_lies_in_the_picture_as_it_was_seen() -> None:
    """Of a head that is turned and tilted; its roll was taken from that very line."""
    across = head(yaw=0.5, pitch=0.3, roll=-0.6) @ OWN_RIGHT
    assert np.arctan2(across[1], across[0]) == pytest.approx(radians(-0.6 * 45))
    assert across[2] == pytest.approx(sin(radians(0.5 * 45)))


@pytest.mark.parametrize(
    ("gaze", "to_own_right", "up"),
    [(Gaze(0.4, 0), -0.25, 0.0), (Gaze(-0.4, 0), 0.25, 0.0), (Gaze(0, 0.4), 0.0, -0.15), (Gaze(0, -1), 0.0, 0.375)],
)
def test_eyes_look_where_the_irises_are(gaze: Gaze, to_own_right: float, up: float) -> None:
    """The iris of a 24 mm eyeball behind a 30 mm opening, which a gaze of 1 moves by a quarter of its width."""
    looks = [turned(doing(gaze=gaze), bone) @ FORWARD for bone in ("LeftEye", "RightEye")]
    wanted = (to_own_right, up, cos(asin(to_own_right or up)))
    np.testing.assert_allclose(looks, [wanted, wanted], atol=1e-9)


def test_blend_shapes_are_those_of_the_person() -> None:
    face = doing(Signals(mouth_open=0.3, smile=0.7, frown=0.2, brows=0.9), lids={Side.LEFT: 1.0})
    said = dict(said for name, said in vmc_messages([face], 0.0) if name == "/VMC/Ext/Blend/Val")
    expected = {"Blink_L": 1.0, "Blink_R": 0.0, "A": 0.3, "Joy": 0.7, "Angry": 0.2, "Surprised": 0.9}
    assert said == pytest.approx(expected)
