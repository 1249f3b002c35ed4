"""COCO-style keypoints of both pupils: x, y and visibility, measured from the corner of the image."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from labeler.formats.interfaces import ExportItem
from livecam.core.types import LID_POINTS, EyeState, Point, Side
from livecam.store.samples import EyeLabel, Sample


def to_corner(point: Point) -> tuple[float, float]:
    return float(point.x) + 0.5, float(point.y) + 0.5


def from_corner(x: float, y: float) -> Point:
    return Point(float(x) - 0.5, float(y) - 0.5)


class Condition(StrEnum):
    """What a label says of an eye; only an open one has a place."""

    OPEN = "open"
    CLOSED = "closed"
    OCCLUDED = "occluded"


PUPILS = {Side.LEFT: "left_pupil", Side.RIGHT: "right_pupil"}
_SIDES = {"left": Side.LEFT, "l": Side.LEFT, "right": Side.RIGHT, "r": Side.RIGHT}
_PLACES = {"pupil", "pupils", "eye", "iris", "center", "centre", "keypoint", "point"}
_CONDITIONS = {"closed": Condition.CLOSED, "occluded": Condition.OCCLUDED, "hidden": Condition.OCCLUDED}


def side_of(name: str) -> Side | None:
    """The eye that a name like `left_eye`, `Pupil (R)` or `iris-left` means; None for every other name."""
    words = _words(name)
    sides = [_SIDES[word] for word in words if word in _SIDES]
    return sides[0] if len(sides) == 1 and words <= {*_SIDES, *_PLACES} else None


def condition_of(name: str) -> tuple[Side, Condition] | None:
    """Which eye a name like `left_closed` or `right eye occluded` calls what; None for every other name."""
    words = _words(name)
    conditions = [_CONDITIONS[word] for word in words if word in _CONDITIONS]
    side = side_of(" ".join(words - _CONDITIONS.keys()))
    return (side, conditions[0]) if side and len(conditions) == 1 else None


def condition(label: EyeLabel) -> Condition:
    if label.state is EyeState.CLOSED:
        return Condition.CLOSED
    return Condition.OCCLUDED if label.occluded else Condition.OPEN


def eye_label(side: Side, said: Condition, centre: Point | None = None, radius: float | None = None) -> EyeLabel:
    """ValueError for an open eye without a place; a place that is given for another eye is left out."""
    if said is not Condition.OPEN:
        state = EyeState.CLOSED if said is Condition.CLOSED else EyeState.OPEN
        return EyeLabel(side, state, None, None, occluded=said is Condition.OCCLUDED, moved=True)
    if centre is None:
        raise ValueError(f"the {side.value} eye is open and has no point")
    return EyeLabel(side, EyeState.OPEN, centre, radius, moved=True)


def in_order(labels: dict[Side, EyeLabel]) -> tuple[EyeLabel, ...]:
    """Left, right, as the fold of events gives them."""
    return tuple(labels[side] for side in Side if side in labels)


def _words(name: str) -> set[str]:
    return set(re.findall(r"[a-z]+|\d+", name.lower()))


NAMES = [PUPILS[side] for side in Side]
ABSENT, HIDDEN, VISIBLE = 0, 1, 2  # v

Triple = tuple[float, float, int]


def triples(entry: ExportItem) -> list[Triple]:
    """One for each of `NAMES`. An eye that is closed or hidden has v = 1 and lies amid its lids, as far as is known."""
    return [_triple(entry.sample, side, entry.label(side)) for side in Side]


def attributes(entry: ExportItem) -> dict[str, Any]:
    """What keypoints cannot say: `left`, `right`: open, closed or occluded, and the radius of an iris."""
    said: dict[str, Any] = {label.side.value: condition(label).value for label in entry.labels}
    return said | {f"{label.side.value}_radius": label.radius for label in entry.labels if label.radius is not None}


def labels_of(points: Sequence[float], names: Sequence[str], said: Mapping[str, Any]) -> tuple[EyeLabel, ...]:
    """`points` are x, y, v for each name; ValueError when they do not fit the names, or the names no eye."""
    if len(points) != 3 * len(names):
        raise ValueError(f"{len(points)} numbers are not three for each of {len(names)} keypoints")
    sides = [side_of(name) for name in names]
    if not any(sides):
        raise ValueError(f"none of the keypoints {', '.join(names)} is a pupil; one is called left_pupil or left_eye")
    labels: dict[Side, EyeLabel] = {}
    for side, x, y, visibility in zip(sides, points[::3], points[1::3], points[2::3], strict=True):
        if side and visibility:
            usual = Condition.OPEN if visibility == VISIBLE else Condition.OCCLUDED
            radius = said.get(f"{side.value}_radius")
            labels[side] = eye_label(side, Condition(said.get(side.value, usual)), from_corner(x, y), radius)
    return in_order(labels)


def _triple(sample: Sample, side: Side, label: EyeLabel | None) -> Triple:
    if label is None:
        return 0, 0, ABSENT
    if label.centre is not None:
        return *to_corner(label.centre), VISIBLE
    return *to_corner(_amid_the_lids(sample, side)), HIDDEN


def _amid_the_lids(sample: Sample, side: Side) -> Point:
    """Inside the picture, also where the landmarks are not."""
    x, y = sample.landmarks[LID_POINTS[side]].mean(axis=0).tolist()
    return Point(min(max(x, 0), sample.size[0] - 1), min(max(y, 0), sample.size[1] - 1))
