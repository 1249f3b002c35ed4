"""How eyes and what is wrong with them are called in the formats: by us, and by other tools."""

from __future__ import annotations

import re
from enum import StrEnum

from livecam.core.samples import EyeLabel
from livecam.core.scene import EyeState, Point, Side


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
