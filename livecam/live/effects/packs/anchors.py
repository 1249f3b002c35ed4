"""Anchors of an effect.toml: the named points and groups of a face that layers are fastened to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from livecam.core.types import Point, Side
from livecam.live.effects.face_state.eye_state import EyePose
from livecam.live.effects.face_state.frame import FaceFrame
from livecam.live.effects.face_state.tracker import FaceState

SCREEN = "screen"
_USUAL_IRIS = 0.0935  # radius in interocular distances


class AnchorPoint(NamedTuple):
    """Where one member of an anchor is on a face, in this frame."""

    at: Point  # frame pixels
    side: float  # -1 the subject's right (image-left), 1 their left, 0 neither
    room: float  # how much of its surroundings can be seen, interocular distances; less where it is turned away
    seen: float  # 0..1, less for what is behind the bridge of the nose
    narrowing: float  # of widths, 1 from the front
    eye: EyePose | None  # of an eye, pupil or brow


Locate = Callable[[FaceState], AnchorPoint]


@dataclass(frozen=True, slots=True)
class Anchor:
    """A point, or the points of a group, in the order in which they are drawn."""

    name: str
    members: tuple[Locate, ...]


def outward(side: Side) -> float:
    """-1 or 1: the direction along the face from the nose to this eye."""
    return -1.0 if side is Side.RIGHT else 1.0


def _eye(side: Side) -> Locate:
    def locate(state: FaceState) -> AnchorPoint:
        return _at_eye(state, side, state.face.eye(side))

    return locate


def _pupil(side: Side) -> Locate:
    """The middle of the iris, where it was last seen; the middle of the eye when it never was."""

    def locate(state: FaceState) -> AnchorPoint:
        middle, iris = state.face.eye(side), state.eyes[side].iris
        at = middle if iris is None else state.face.from_point(middle, iris.along, iris.below)
        return _at_eye(state, side, at)

    return locate


def _brow(side: Side) -> Locate:
    points = range(17, 22) if side is Side.RIGHT else range(22, 27)
    return lambda state: _at_eye(state, side, state.face.centre(*points))


def _at_eye(state: FaceState, side: Side, at: Point) -> AnchorPoint:
    eye = state.eyes[side]
    return AnchorPoint(at, outward(side), state.face.eye_widths[side], state.face.eye_visible[side], eye.width, eye)


@dataclass(frozen=True, slots=True)
class LandmarkMix:
    """A weighted mean of landmarks; its room is the way along the face from the first to the last of them."""

    landmarks: tuple[int, ...]
    weights: tuple[float, ...]
    side: float = 0.0

    def __call__(self, state: FaceState) -> AnchorPoint:
        face, points = state.face, state.face.points
        x = y = 0.0
        for index, weight in zip(self.landmarks, self.weights, strict=True):
            right, down = points[index]
            x += weight * right
            y += weight * down
        narrowing = facing(face)
        room = narrowing
        if self.side:
            room = (face.landmark_along(self.landmarks[-1]) - face.landmark_along(self.landmarks[0])) * self.side
        return AnchorPoint(Point(x, y), self.side, room, 1.0, narrowing, None)


def mean_of(*landmarks: int, side: float = 0.0) -> LandmarkMix:
    """The mean of some landmarks."""
    return LandmarkMix(landmarks, (1 / len(landmarks),) * len(landmarks), side)


def facing(face: FaceFrame) -> float:
    """1 for a face seen from the front, less as it turns away."""
    return min(1.0, face.distance / face.unit)


def _beside(along: float, below: float) -> Locate:
    """A point of the head that no landmark marks, from the middle between the eyes."""

    def locate(state: FaceState) -> AnchorPoint:
        face = state.face
        return AnchorPoint(face.from_point(face.middle, along, below), 0.0, facing(face), 1.0, facing(face), None)

    return locate


def _on_screen(state: FaceState) -> AnchorPoint:
    """Placed by whoever knows the size of the frame."""
    return AnchorPoint(Point(0.0, 0.0), 0.0, 1.0, 1.0, 1.0, None)


_POINTS: Mapping[str, Locate] = {
    "left_eye": _eye(Side.LEFT),
    "right_eye": _eye(Side.RIGHT),
    "left_pupil": _pupil(Side.LEFT),
    "right_pupil": _pupil(Side.RIGHT),
    "left_brow": _brow(Side.LEFT),
    "right_brow": _brow(Side.RIGHT),
    # Between nostril and jaw.
    "left_cheek": LandmarkMix((35, 14), (0.52, 0.48), 1.0),
    "right_cheek": LandmarkMix((31, 2), (0.52, 0.48), -1.0),
    # Between the outer corner of the eye and the edge of the face.
    "left_temple": LandmarkMix((45, 16), (0.25, 0.75), 1.0),
    "right_temple": LandmarkMix((36, 0), (0.25, 0.75), -1.0),
    "left_ear": LandmarkMix((45, 16), (0.0, 1.0), 1.0),
    "right_ear": LandmarkMix((36, 0), (0.0, 1.0), -1.0),
    "face": _beside(0.0, 0.0),
    "forehead": _beside(0.0, -0.8),
    "head_top": _beside(0.0, -1.6),
    "nose": mean_of(30),
    "bridge": mean_of(27),
    "brows_middle": mean_of(21, 22),
    "mouth": mean_of(48, 54, 51, 57),
    "left_mouth_corner": mean_of(54, side=1.0),
    "right_mouth_corner": mean_of(48, side=-1.0),
    "chin": mean_of(8),
    SCREEN: _on_screen,
}
# Right first: it is on the left of the picture.
_PAIRS = {"eyes": "eye", "pupils": "pupil", "brows": "brow", "cheeks": "cheek", "temples": "temple", "ears": "ear",
          "mouth_corners": "mouth_corner"}  # fmt: skip


def _turned_about(name: str) -> str:
    """`left_eye` for `eye_left`: either way of saying it will do."""
    word, _, side = name.rpartition("_")
    return f"{side}_{word}" if side in ("left", "right") else name


def anchor_names() -> tuple[str, ...]:
    """Every name that a layer may be anchored to."""
    return (*_POINTS, *_PAIRS)


def named_anchor(name: str) -> Anchor | None:
    """The point or group of that name; None when there is none."""
    if name in _PAIRS:
        return Anchor(name, tuple(_POINTS[f"{side}_{_PAIRS[name]}"] for side in ("right", "left")))
    point = _POINTS.get(name) or _POINTS.get(_turned_about(name))
    return Anchor(name, (point,)) if point else None


MEMBER_NAMES = frozenset(
    {"side", "room", "narrowing", "openness", "lid", "shut", "gaze_x", "gaze_y", "sure", "iris", "aspect", "t", "i"}
)


def eye_values(eyes: Sequence[EyePose]) -> dict[str, float]:
    """The variables of one eye, or of both together."""
    if len(eyes) == 1:
        (eye,) = eyes
        return {
            "openness": eye.openness,
            "lid": eye.lid,
            "shut": float(eye.shut),
            "gaze_x": eye.gaze.horizontal,
            "gaze_y": eye.gaze.vertical,
            "sure": eye.sure,
            "iris": eye.iris.radius if eye.iris else _USUAL_IRIS,
        }
    irises = [eye.iris.radius for eye in eyes if eye.iris]
    share = 1 / len(eyes)
    return {
        "openness": sum([eye.openness for eye in eyes]) * share,
        "lid": sum([eye.lid for eye in eyes]) * share,
        "shut": float(all(eye.shut for eye in eyes)),
        "gaze_x": sum([eye.gaze.horizontal for eye in eyes]) * share,
        "gaze_y": sum([eye.gaze.vertical for eye in eyes]) * share,
        "sure": sum([eye.sure for eye in eyes]) * share,
        "iris": sum(irises) / len(irises) if irises else _USUAL_IRIS,
    }
