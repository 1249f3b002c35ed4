"""Both pupils as COCO has keypoints: x, y and v, from the corner of the picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from labeler.formats.corner import from_corner, to_corner
from labeler.formats.entry import Entry
from labeler.formats.eye_names import PUPILS, Condition, condition, eye_label, in_order, side_of
from livecam.core.samples import EyeLabel, Sample
from livecam.core.scene import LID_POINTS, Point, Side

NAMES = [PUPILS[side] for side in Side]
ABSENT, HIDDEN, VISIBLE = 0, 1, 2  # v

Triple = tuple[float, float, int]


def triples(entry: Entry) -> list[Triple]:
    """One for each of `NAMES`. An eye that is closed or hidden has v = 1 and lies amid its lids, as far as is known."""
    return [_triple(entry.sample, side, entry.label(side)) for side in Side]


def attributes(entry: Entry) -> dict[str, Any]:
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
