"""COCO-style keypoints of both pupils: x, y and visibility, measured from the corner of the image."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from labeler.formats.elements.faces import Mark, ParsedFace, UnsidedPoint
from labeler.formats.elements.interfaces import ExportItem
from labeler.formats.elements.parsing import MalformedError, kind_of, number
from labeler.formats.elements.report import ImportReport
from livecam.core.types import LID_POINTS, EyeState, Point, Pupil, Side
from livecam.store.samples import EyeLabel, Prediction, Sample


def to_corner(point: Point) -> tuple[float, float]:
    return float(point.x) + 0.5, float(point.y) + 0.5


def from_corner(x: float, y: float) -> Point:
    return Point(float(x) - 0.5, float(y) - 0.5)


class Condition(StrEnum):
    """What a label says of an eye; only an open one has a place."""

    OPEN = "open"
    CLOSED = "closed"
    OCCLUDED = "occluded"


@dataclass(frozen=True, slots=True)
class EyeName:
    """What a name such as `left_eye_1` or `Pupil (R)` says. `whole` means that it names the eye, not its pupil."""

    side: Side | None  # None: a pupil or an eye, and it does not say which
    person: str = ""  # the number in it, where there is one
    condition: Condition | None = None
    whole: bool = False


PUPILS = {Side.LEFT: "left_pupil", Side.RIGHT: "right_pupil"}
_SIDES = {"left": Side.LEFT, "l": Side.LEFT, "lt": Side.LEFT, "right": Side.RIGHT, "r": Side.RIGHT, "rt": Side.RIGHT}
_PUPILS = {"pupil", "pupils", "iris", "irises", "eyeball"}
_EYES = {"eye", "eyes"}
_MIDDLES = {"center", "centre", "middle", "keypoint", "keypoints", "kp", "point", "pt", "position", "pos", "location"}
_FILLERS = {"of", "the", "s", "face", "person", "subject", "subjects", "own", "is", "state", "label"}
_CONDITIONS = {
    **dict.fromkeys(("closed", "close", "shut", "blink", "blinking"), Condition.CLOSED),
    **dict.fromkeys(("occluded", "hidden", "invisible", "covered", "occlusion"), Condition.OCCLUDED),
    **dict.fromkeys(("open", "opened", "visible"), Condition.OPEN),
}
_KNOWN = {*_SIDES, *_PUPILS, *_EYES, *_MIDDLES, *_FILLERS, *_CONDITIONS}
# Written without spaces: the longest word first. Korean, Chinese (both scripts), Japanese.
_FOREIGN = {
    **dict.fromkeys(("왼쪽", "왼편", "좌측", "왼", "좌", "左侧", "左側", "左邊", "左边", "左"), "left"),
    **dict.fromkeys(("오른쪽", "오른편", "우측", "오른", "우", "右侧", "右側", "右邊", "右边", "右"), "right"),
    **dict.fromkeys(("눈동자", "동공", "홍채", "瞳孔", "虹膜", "虹彩", "瞳", "黒目"), "pupil"),
    **dict.fromkeys(("眼睛", "眼球", "눈알", "눈", "眼", "目"), "eye"),
    **dict.fromkeys(("중심점", "중심", "중앙", "중점", "中心", "中央"), "center"),
    **dict.fromkeys(("감음", "감김", "감은", "감긴", "闭合", "閉合", "闭", "閉", "閉じ"), "closed"),
    **dict.fromkeys(("가려짐", "가려진", "가림", "遮挡", "遮擋", "隠れ"), "occluded"),
    **dict.fromkeys(("열림", "뜬", "뜸", "睁开", "開", "开"), "open"),
    **dict.fromkeys(("의", "的", "の", "점", "点", "點"), "of"),
}
_FOREIGN_WORD = re.compile("|".join(sorted(_FOREIGN, key=len, reverse=True)))


def eye_name(name: str) -> EyeName | None:
    """What a name of a point, tag or flag says of an eye; None for one that is about something else.

    Small and capital letters, `leftPupil`, `lefteye`, `left-eye_1`, `pupil (R)` and Korean, Chinese and Japanese words
    are known; `left_eye_inner_corner` and `left_eyebrow` are about something else.
    """
    words = list(_words(name))
    numbers = [word for word in words if word.isdigit()]
    plain = {word for word in words if not word.isdigit()}
    sides = {_SIDES[word] for word in plain if word in _SIDES}
    conditions = {_CONDITIONS[word] for word in plain if word in _CONDITIONS}
    about_an_eye = bool(plain & (_PUPILS | _EYES))
    is_known = plain <= _KNOWN and len(sides) <= 1 and len(conditions) <= 1 and len(numbers) <= 1
    if not is_known or not (sides or about_an_eye):
        return None
    condition = next(iter(conditions), None)
    whole = not plain & (_PUPILS | _MIDDLES)
    return EyeName(next(iter(sides), None), next(iter(numbers), ""), condition, whole)


def side_of(name: str) -> Side | None:
    """The eye that a name like `left_eye`, `Pupil (R)` or `iris-left` means; None for every other name."""
    known = eye_name(name)
    return known.side if known and known.condition in {None, Condition.OPEN} else None


def condition_of(name: str) -> tuple[Side, Condition] | None:
    """Which eye a name like `left_closed` or `right eye occluded` calls what; None for every other name."""
    known = eye_name(name)
    if known is None or known.side is None or known.condition in {None, Condition.OPEN}:
        return None
    assert known.condition is not None
    return known.side, known.condition


def is_condition(word: str) -> bool:
    """Whether a flag or value such as `Closed` says in which condition an eye is."""
    return len({_CONDITIONS[part] for part in _words(word) if part in _CONDITIONS}) == 1


def to_condition(value: object, what: str) -> Condition:
    """The condition that a word such as `Closed` or `hidden` means; MalformedError for every other one."""
    found = {_CONDITIONS[word] for word in _words(str(value)) if word in _CONDITIONS}
    if len(found) != 1:
        raise MalformedError(f"{what} is {kind_of(value)}; an eye is open, closed or occluded")
    return found.pop()


def condition(label: EyeLabel) -> Condition:
    if label.state is EyeState.CLOSED:
        return Condition.CLOSED
    return Condition.OCCLUDED if label.occluded else Condition.OPEN


def eye_label(side: Side, said: Condition, centre: Point | None = None, radius: float | None = None) -> EyeLabel:
    """MalformedError for an open eye without a place; a place that is given for another eye is left out."""
    if said is not Condition.OPEN:
        state = EyeState.CLOSED if said is Condition.CLOSED else EyeState.OPEN
        return EyeLabel(side, state, None, None, occluded=said is Condition.OCCLUDED, moved=True)
    if centre is None:
        raise MalformedError(f"the {side.value} eye is open and has no point")
    return EyeLabel(side, EyeState.OPEN, centre, radius, moved=True)


def in_order(labels: dict[Side, EyeLabel]) -> tuple[EyeLabel, ...]:
    """Left, right, as the fold of events gives them."""
    return tuple(labels[side] for side in Side if side in labels)


def _words(name: str) -> Iterator[str]:
    """Small letters, cut at capitals, digits and everything else, foreign words by their English ones."""
    text = unicodedata.normalize("NFKC", name)
    text = _FOREIGN_WORD.sub(lambda found: f" {_FOREIGN[found[0]]} ", text)
    text = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", text)
    for word in re.findall(r"\d+|[^\W\d_]+", text):
        yield from _parts(word.lower())


def _parts(word: str) -> Iterator[str]:
    """`lefteye` is two words, and so is `reye`; every other one is itself."""
    if word in _KNOWN or not word.isalpha():
        yield word
        return
    joined = _PUPILS | _EYES
    for side in sorted(_SIDES, key=len, reverse=True):
        for first, second in ((side, word.removeprefix(side)), (word.removesuffix(side), side)):
            if f"{first}{second}" == word and (first in joined or second in joined):
                yield from (first, second)
                return
    yield word


NAMES = [PUPILS[side] for side in Side]
ABSENT, HIDDEN, VISIBLE = 0, 1, 2  # v
USUAL_RADIUS = 0.02  # of a picture's width, for a prediction that says none

Triple = tuple[float, float, int]


def triples(entry: ExportItem) -> list[Triple]:
    """One for each of `NAMES`. An eye that is closed or hidden has v = 1 and lies amid its lids, as far as is known."""
    return [_triple(entry.sample, side, entry.label(side)) for side in Side]


def attributes(entry: ExportItem) -> dict[str, Any]:
    """What keypoints cannot say: `left`, `right`: open, closed or occluded, and the radius of an iris."""
    said: dict[str, Any] = {label.side.value: condition(label).value for label in entry.labels}
    return said | {f"{label.side.value}_radius": label.radius for label in entry.labels if label.radius is not None}


def face_box(sample: Sample) -> tuple[float, float, float, float]:
    """Around the landmarks, as far as the picture goes; all of it where they are elsewhere. Left, top, width, height
    from the corner of the picture."""
    width, height = sample.size
    left, top = (sample.landmarks.min(axis=0) + 0.5).clip(0, (width, height)).tolist()
    right, bottom = (sample.landmarks.max(axis=0) + 0.5).clip(0, (width, height)).tolist()
    if right <= left or bottom <= top:
        return 0, 0, width, height
    return left, top, right - left, bottom - top


def face_of(
    points: Sequence[Any],
    names: Sequence[str],
    said: Mapping[str, Any],
    report: ImportReport,
    *,
    place_of: Callable[[float, float], Point] = from_corner,
) -> tuple[ParsedFace, tuple[Mark, ...]]:
    """`points` are x, y, v for each name. The face, and pupils of which the names do not tell whose they are.

    `place_of` makes our pixels, or shares of the picture, of x and y.

    MalformedError when points and names do not fit each other.
    """
    if len(points) != 3 * len(names):
        raise MalformedError(f"{len(points)} numbers are not three for each of {len(names)} keypoints")
    labels: dict[Side, EyeLabel] = {}
    unsided: list[Mark] = []
    for name, x, y, v in zip(names, points[::3], points[1::3], points[2::3], strict=True):
        known, visibility = eye_name(name), number(v, f"the visibility of {name!r}")
        if known is None:
            report.pass_over(f"the keypoint {name!r}")
        if known is None or not visibility:
            continue
        place = place_of(number(x, f"the x of {name!r}"), number(y, f"the y of {name!r}"))
        if known.side is None:
            unsided.append(UnsidedPoint(name, place))
            continue
        side = known.side
        if side in labels:
            raise MalformedError(f"the {side.value} eye of one face is there twice")
        labels[side] = _label(side, place, visibility, said)
    return ParsedFace(in_order(labels)), tuple(unsided)


def has_pupils(names: Iterable[str]) -> bool:
    return any(eye_name(name) for name in names)


def predictions_of(
    labels: Iterable[EyeLabel], *, detector: str, version: str, score: float, width: int
) -> tuple[Prediction, ...]:
    """Labels that a program made, as sure as `score`; one without radius gets a usual one for a picture so wide."""
    if not 0 <= score <= 1:
        raise MalformedError(f"its score is {score:g}; a score is 0 to 1")
    usual = max(USUAL_RADIUS * width, 0.5)
    return tuple(
        Prediction(detector, version, label.side, Pupil(label.centre, label.radius or usual, score, label.state))
        for label in labels
        if label.centre is not None
    )


def _label(side: Side, place: Point, visibility: float, said: Mapping[str, Any]) -> EyeLabel:
    usual = Condition.OPEN if visibility == VISIBLE else Condition.OCCLUDED
    condition = said.get(side.value)
    radius = said.get(f"{side.value}_radius")
    return eye_label(
        side,
        usual if condition in {None, ""} else to_condition(condition, f"the {side.value} eye"),
        place,
        None if radius in {None, ""} else number(radius, f"the radius of the {side.value} eye"),
    )


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
