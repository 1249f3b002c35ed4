"""Input of the page: what was posted, read as what an annotator asks for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from labeler.session.actions import (
    Comment,
    LabelingAction,
    OpenSample,
    PlacePupil,
    ResizeIris,
    SetRadius,
    UserInput,
)
from labeler.session.keys import Keys, parse_key
from livecam.core.types import Point, Side
from livecam.web.posted import NotUnderstoodError

_MOST_STEPS = 40  # of the wheel in one input


def parse_posted(keys: Keys, posted: Mapping[str, Any]) -> UserInput | None:
    """None for a sign of life, and for a key without a meaning; NotUnderstoodError for what is no input."""
    if "key" in posted:
        return parse_key(keys, str(posted["key"]))
    kind = next((kind for kind in _KINDS if kind in posted), None)
    if kind is None:
        return None
    try:
        return _KINDS[kind](posted[kind])
    except (KeyError, TypeError, ValueError) as error:
        raise NotUnderstoodError(f"not an input: {kind} cannot be {str(posted[kind])[:200]!r}") from error


def parse_showing(posted: Mapping[str, Any]) -> int | None:
    """The number of the picture that an input was meant for; None where it does not say."""
    showing = posted.get("showing")
    if showing is not None and (isinstance(showing, bool) or not isinstance(showing, int)):
        raise NotUnderstoodError(f"showing is a whole number, not {str(showing)[:200]!r}")
    return showing


def _placed(place: Any) -> PlacePupil:
    point = Point(_number(place["x"]), _number(place["y"]))
    return PlacePupil(Side(place["side"]), point)


def _widened(widen: Any) -> ResizeIris:
    steps = max(-_MOST_STEPS, min(_MOST_STEPS, int(_number(widen["steps"]))))
    return ResizeIris(Side(widen["side"]), steps)


def _with_radius(circle: Any) -> SetRadius:
    return SetRadius(Side(circle["side"]), _number(circle["radius"]))


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 1e6:
        raise ValueError(value)
    return float(value)


_KINDS: Mapping[str, Callable[[Any], UserInput]] = {
    "action": LabelingAction,
    "place": _placed,
    "widen": _widened,
    "radius": _with_radius,
    "comment": lambda words: Comment(_text(words)),
    "goto": lambda sample_id: OpenSample(_text(sample_id)),
}
