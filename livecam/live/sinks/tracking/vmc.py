"""The Virtual Motion Capture protocol for avatars (https://protocol.vmc.info): blend shapes, head and eye bones.

Unity's axes are left-handed: x to the avatar's own right, y up, z to where it looks; a positive turn goes from z to x,
from y to z, from x to y. Avatars move as the person does, left for left; programs that show a mirror turn it over.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import asin, cos, sin
from typing import NamedTuple

from livecam.core.types import Gaze, Side
from livecam.live.effects.easing import smooth
from livecam.live.effects.face_state.signals import FULL_TURN, Signals
from livecam.live.effects.face_state.tracker import FaceState
from livecam.live.sinks.tracking.faces import TrackedFace


class OscMessage(NamedTuple):
    """An OSC message: an address and its arguments."""

    address: str
    arguments: tuple[str | int | float, ...] = ()


class Quaternion(NamedTuple):
    """A rotation; (0, 0, 0, 1) is none."""

    x: float
    y: float
    z: float
    w: float

    def __matmul__(self, other: Quaternion) -> Quaternion:
        """The rotation `other`, then this one."""
        ax, ay, az, aw = self
        bx, by, bz, bw = other
        return Quaternion(
            aw * bx + ax * bw + ay * bz - az * by,
            aw * by - ax * bz + ay * bw + az * bx,
            aw * bz + ax * by - ay * bx + az * bw,
            aw * bw - ax * bx - ay * by - az * bz,
        )


_CALIBRATED, _USUAL_MODE = 3, 0
_HERE = (0.0, 0.0, 0.0)  # where a bone is on its parent: avatars differ, so that stays to them
# A gaze of 1 is an iris a quarter of the eye's width to the side, 0.15 of it up or down; an eyeball is 24 mm, an eye's
# opening 30 mm wide.
_EYEBALL_RADIUS = 0.4
_SIDEWAYS, _UPWARDS = 0.25 / _EYEBALL_RADIUS, 0.15 / _EYEBALL_RADIUS
_WIDE_OPEN, _SHUT = 0.75, 0.3  # openness; lids that are less far apart than is usual are not yet a wink


def vmc_messages(faces: Sequence[TrackedFace], seconds: float) -> Iterator[OscMessage]:
    """What is told of the largest face; of no face, that nothing is tracked: the avatar stays as it is."""
    state = faces[0].state if faces else None
    yield OscMessage("/VMC/Ext/OK", (1, _CALIBRATED, _USUAL_MODE, int(state is not None)))
    yield OscMessage("/VMC/Ext/T", (seconds,))
    if state is None:
        return
    yield _bone("Head", head_rotation(state.signals))
    for side, name in ((Side.LEFT, "LeftEye"), (Side.RIGHT, "RightEye")):
        yield _bone(name, eye_rotation(state.eyes[side].gaze))
    for name, value in blend_shapes(faces[0], state):
        yield OscMessage("/VMC/Ext/Blend/Val", (name, value))
    yield OscMessage("/VMC/Ext/Blend/Apply")


def head_rotation(signals: Signals) -> Quaternion:
    """The turn of the head; roll is told in the picture, and so comes last."""
    roll = _about("z", signals.roll * FULL_TURN)
    return roll @ _about("y", -signals.yaw * FULL_TURN) @ _about("x", signals.pitch * FULL_TURN)


def eye_rotation(gaze: Gaze) -> Quaternion:
    """The turn of an eye in its head."""
    return _about("y", -asin(gaze.horizontal * _SIDEWAYS)) @ _about("x", asin(gaze.vertical * _UPWARDS))


def blend_shapes(face: TrackedFace, state: FaceState) -> Iterator[tuple[str, float]]:
    """Names of VRM 0, as the protocol wants them, and values 0..1."""
    for side, name in ((Side.LEFT, "Blink_L"), (Side.RIGHT, "Blink_R")):
        openness = face.openness(side)
        yield name, 0.0 if openness is None else 1.0 - smooth(openness, _SHUT, _WIDE_OPEN)
    signals = state.signals
    yield "A", signals.mouth_open
    yield "Joy", signals.smile
    yield "Angry", signals.frown
    yield "Surprised", signals.brows


def _bone(name: str, turn: Quaternion) -> OscMessage:
    return OscMessage("/VMC/Ext/Bone/Pos", (name, *_HERE, *turn))


def _about(axis: str, radians: float) -> Quaternion:
    turned = {"x": 0.0, "y": 0.0, "z": 0.0} | {axis: sin(radians / 2)}
    return Quaternion(**turned, w=cos(radians / 2))
