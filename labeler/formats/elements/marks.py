"""Collects what a file says of eyes, by whose they are as far as it tells: by groups, numbers in names, or not."""

from __future__ import annotations

from collections import Counter, defaultdict

from labeler.formats.elements.faces import Mark, ParsedFace, UnsidedPoint
from labeler.formats.elements.keypoints import Condition, EyeName, eye_label, eye_name
from labeler.formats.elements.parsing import MalformedError
from labeler.formats.elements.report import ImportReport
from labeler.formats.elements.shapes import Outline
from livecam.core.types import Box, Point, Side
from livecam.store.samples import EyeLabel

_FACES = {"face", "faces", "head", "visage", "gesicht", "얼굴", "脸", "臉", "顔"}

Said = tuple[tuple[ParsedFace, ...], tuple[Mark, ...]]  # faces that are kept apart, and marks of any of them


class Marks:
    """The labels of one picture."""

    def __init__(self, report: ImportReport) -> None:
        self._report = report
        self._marks: list[tuple[str, str, Mark]] = []  # group, number in the name
        self._states: dict[tuple[str, Side], Condition] = {}
        self._boxes: list[tuple[str, Box]] = []

    def add(self, name: str, outline: Outline, centre: Point, radius: float | None = None, group: str = "") -> None:
        """A shape with a name; one that is no pupil is told to the report."""
        known = self._pupil(name, outline)
        if known is None:
            return
        if known.side is None:
            self._marks.append((group, known.person, UnsidedPoint(name, centre, radius)))
        elif known.condition in {None, Condition.OPEN}:
            self._marks.append((group, known.person, eye_label(known.side, Condition.OPEN, centre, radius)))
        else:
            assert known.condition is not None
            self.add_state(known.side, known.condition, group)

    def add_rectangle(self, name: str, box: Box, group: str = "") -> None:
        """Around a face, or around a pupil."""
        if name.strip().casefold() in _FACES:
            self._boxes.append((group, box))
            return
        centre = Point(box.x + box.width / 2, box.y + box.height / 2)
        self.add(name, Outline.RECTANGLE, centre, (box.width + box.height) / 4 or None, group)

    def add_tag(self, name: str, group: str = "") -> None:
        """A name without a place: `left_closed`, or something else, which is told."""
        known = eye_name(name)
        if known is None or known.condition is None:
            self._report.pass_over(f"the tag {name!r}")
        elif known.side is None:
            self._report.doubt(f"the tag {name!r}", "it does not say which eye")
        else:
            self.add_state(known.side, known.condition, group)

    def add_state(self, side: Side, said: Condition, group: str = "") -> None:
        """Of an eye, beside its point or without one."""
        if self._states.setdefault((group, side), said) is not said:
            raise MalformedError(f"the {side.value} eye is called {said.value} and {self._states[group, side].value}")

    def add_mark(self, mark: Mark, group: str = "") -> None:
        """One that is understood already."""
        self._marks.append((group, "", mark))

    def said(self, *, points_win: bool = False) -> Said:
        """All of it; of an eye that has a point and is called closed the latter counts, unless `points_win`."""
        keys = self._keys()
        groups: dict[str, list[Mark]] = defaultdict(list)
        for key, mark in zip(keys, (mark for _, _, mark in self._marks), strict=True):
            groups[key].append(mark)
        for (group, side), state in self._states.items():
            if state is not Condition.OPEN:
                groups[group] = _with_state(groups[group], eye_label(side, state), points_win=points_win)
        boxes = {group: box for group, box in self._boxes if group}
        faces = [ParsedFace(box=box) for group, box in self._boxes if not group]
        loose = groups.pop("", [])
        for key in dict.fromkeys([*groups, *boxes]):
            faces.append(_face(groups.get(key, []), boxes.get(key)))
            loose += [mark for mark in groups.get(key, []) if isinstance(mark, UnsidedPoint)]
        return tuple(faces), tuple(sorted(loose, key=_by_side))

    def _pupil(self, name: str, outline: Outline) -> EyeName | None:
        known, shown = eye_name(name), f"the {outline.value} {name!r}"
        if known is None:
            self._report.pass_over(shown)
            return None
        if known.whole and outline not in {Outline.POINT, Outline.CIRCLE}:
            self._report.doubt(shown, "the middle of an eye's outline is not its pupil; call a pupil left_pupil")
            return None
        return known

    def _keys(self) -> list[str]:
        """The groups; where there are none, the numbers in the names, if one eye is there more than once."""
        if any(group for group, _, _ in self._marks):
            return [group for group, _, _ in self._marks]
        sides = Counter(_by_side(mark) for _, _, mark in self._marks)
        if max(sides.values(), default=0) < 2:
            return ["" for _ in self._marks]
        return [number for _, number, _ in self._marks]


def _with_state(marks: list[Mark], label: EyeLabel, *, points_win: bool) -> list[Mark]:
    points = [mark for mark in marks if isinstance(mark, EyeLabel) and mark.side is label.side]
    sides = Counter(_by_side(mark) for mark in marks)
    if max(sides.values(), default=0) > 1:
        # Of several people's eyes it is not told which one is closed: then all stay, and what is said fits nobody.
        return [*marks, label]
    if points and points_win:
        return marks
    return [*(mark for mark in marks if mark not in points), label]


def _face(marks: list[Mark], box: Box | None) -> ParsedFace:
    labels: dict[Side, EyeLabel] = {}
    for mark in marks:
        if isinstance(mark, EyeLabel) and labels.setdefault(mark.side, mark) != mark:
            raise MalformedError(f"the {mark.side.value} eye of one face is there twice")
    return ParsedFace(tuple(labels[side] for side in Side if side in labels), box=box)


def _by_side(mark: Mark) -> int:
    return 2 if isinstance(mark, UnsidedPoint) else list(Side).index(mark.side)
