"""One face, one sample: what a file says of a picture is shared out among the people in it, and never mixed."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from labeler.exchange.face_matching import contains, eye_at, face_in_box, face_of_landmarks, near
from labeler.exchange.pairing import pair_eyes
from labeler.formats.elements.faces import Mark, ParsedFace, UnsidedPoint
from labeler.formats.elements.interfaces import ParsedItem
from labeler.formats.elements.parsing import MalformedError
from labeler.formats.elements.report import ImportReport
from livecam.core.types import Box, EyeState, Face, Point, Points, Side
from livecam.store.samples import EyeLabel, Prediction

_APART = 0.5  # pupil distances: two people's left eyes are never nearer to each other
_LARGEST = 4.0  # times the area of the second largest face: then it is the one that is meant

_Eye = EyeLabel | Prediction


class Person(NamedTuple):
    """What a file says of one face, and the face that was found there, if any."""

    said: ParsedFace
    face: Face | None


def people(found: ParsedItem, faces: Sequence[Face], report: ImportReport) -> tuple[Person, ...]:
    """Everybody of whom the file says something; where it says nothing, everybody who was found, else one nobody.

    `faces` are those found in the picture, the largest first. MalformedError when what is said cannot be shared out
    without guessing: a label made of two people's eyes is worse than none.
    """
    if not found.faces and not found.loose:
        return _unlabelled(found, faces)
    eyes = _with_sides(found.loose, faces, report)
    gatherings = _Gatherings(faces, report)
    for said in found.faces:
        gatherings.take(said)
    gatherings.share_out([eye for eye in eyes if _place(eye) is not None])
    for eye in eyes:
        if _place(eye) is None:
            gatherings.add_placeless(eye)
    gatherings.check()
    everybody = gatherings.people()
    if len(everybody) > 1:
        everybody = tuple(person for person in everybody if _is_somewhere(person, found.where, report))
    return everybody or _unlabelled(found, faces)


@dataclass(slots=True, eq=False)
class _Gathering:
    """A face while what is said of it is put together."""

    labels: dict[Side, EyeLabel] = field(default_factory=dict)
    predictions: dict[tuple[str, Side], Prediction] = field(default_factory=dict)
    box: Box | None = None
    landmarks: Points | None = None
    face: int | None = None  # which of those that were found

    def parsed(self) -> ParsedFace:
        labels = tuple(self.labels[side] for side in Side if side in self.labels)
        return ParsedFace(labels, tuple(self.predictions.values()), self.box, self.landmarks)


class _Gatherings:
    def __init__(self, faces: Sequence[Face], report: ImportReport) -> None:
        self._faces, self._report = faces, report
        self._all: list[_Gathering] = []

    def take(self, said: ParsedFace) -> None:
        """A face as the file keeps it apart; what it says of one face that was found is put together."""
        number = self._face_of(said)
        gathering = self._new(number) if number is None else self._at(number)
        gathering.box = gathering.box or said.box
        gathering.landmarks = said.landmarks if gathering.landmarks is None else gathering.landmarks
        eyes: list[_Eye] = [*said.labels, *said.predictions]
        for eye in eyes:
            self._add(eye, gathering)

    def share_out(self, eyes: Sequence[_Eye]) -> None:
        """To the face they lie on; the rest, of which nothing was found, by where they are to each other."""
        lost: list[_Eye] = []
        for eye in eyes:
            hit = eye_at(_sure_place(eye), self._faces)
            around = [one for one in self._all if one.box and contains(one.box, _sure_place(eye))]
            if hit:
                self._add(eye, self._at(hit.face))
            elif len(around) == 1:
                self._add(eye, around[0])
            else:
                lost.append(eye)
        if not self._belong_to_the_only_one(lost):
            self._pair(lost)

    def add_placeless(self, eye: _Eye) -> None:
        """Closed and hidden eyes have no place, so there must be one face only that can be meant."""
        if not self._all:
            self._new(self._only_face(eye))
        if len(self._all) > 1:
            raise MalformedError(f"of which of its {len(self._all)} faces the {eye.side.value} eye is, it does not say")
        self._add(eye, self._all[0])

    def check(self) -> None:
        """MalformedError for two faces in one place."""
        for number, one in enumerate(self._all):
            for other in self._all[number + 1 :]:
                if _coincide(one.parsed().places, other.parsed().places):
                    raise MalformedError("two of its faces have their eyes in the same place")

    def people(self) -> tuple[Person, ...]:
        for one in self._all:
            self._note_other_sides(one)
        return tuple(Person(one.parsed(), None if one.face is None else self._faces[one.face]) for one in self._all)

    def _face_of(self, said: ParsedFace) -> int | None:
        hits = [hit for hit in (eye_at(place, self._faces) for place in said.places.values()) if hit]
        if len({hit.face for hit in hits}) > 1:
            raise MalformedError("one of its faces has its eyes on two faces of the picture")
        if hits:
            return hits[0].face
        if said.landmarks is not None:
            return face_of_landmarks(said.landmarks, self._faces)
        # Eyes with places that lie on no face are of none, whatever the box.
        return face_in_box(said.box, self._faces) if said.box and not said.places else None

    def _new(self, number: int | None) -> _Gathering:
        self._all.append(_Gathering(face=number))
        return self._all[-1]

    def _at(self, number: int) -> _Gathering:
        return next((one for one in self._all if one.face == number), None) or self._new(number)

    def _add(self, eye: _Eye, to: _Gathering) -> None:
        if isinstance(eye, Prediction):
            if to.predictions.setdefault((eye.detector, eye.side), eye) is not eye:
                self._report.pass_over(f"a second prediction of an eye by {eye.detector} {eye.version}".rstrip())
        elif not _same_label(to.labels.setdefault(eye.side, eye), eye):
            raise MalformedError(f"the {eye.side.value} eye of one face is there twice")

    def _belong_to_the_only_one(self, lost: Sequence[_Eye]) -> bool:
        """Whether all is of one face, as far as one can see: each eye once, and at most one face was found there."""
        if len(self._all) > 1:
            return False
        known = self._all[0] if self._all else _Gathering()
        wanted = [(type(eye), eye.side, eye.detector if isinstance(eye, Prediction) else "") for eye in lost]
        taken = [(EyeLabel, side, "") for side in known.labels] + [
            (Prediction, side, by) for by, side in known.predictions
        ]
        if not lost or len({*wanted, *taken}) < len(wanted) + len(taken):
            return not lost
        face = None if known.face is None else self._faces[known.face]
        if face is not None and not all(near(_sure_place(eye), eye.side, face) for eye in lost):
            return False
        to = known if self._all else self._new(None)
        for eye in lost:
            self._add(eye, to)
        return True

    def _pair(self, lost: Sequence[_Eye]) -> None:
        labels = [eye for eye in lost if isinstance(eye, EyeLabel)]
        detectors = dict.fromkeys(eye.detector for eye in lost if isinstance(eye, Prediction))
        by_detector = [
            [eye for eye in lost if isinstance(eye, Prediction) and eye.detector == detector] for detector in detectors
        ]
        kinds: list[Sequence[_Eye]] = [labels, *by_detector]
        for eyes in kinds:
            lefts = [eye for eye in eyes if eye.side is Side.LEFT]
            rights = [eye for eye in eyes if eye.side is Side.RIGHT]
            if len(eyes) > 1 and not (lefts and rights):
                raise MalformedError(f"the {eyes[0].side.value} eye is there twice, and no faces tell whose they are")
            for left, right in pair_eyes([_sure_place(eye) for eye in lefts], [_sure_place(eye) for eye in rights]):
                pair = [eyes_of[place] for eyes_of, place in ((lefts, left), (rights, right)) if place is not None]
                to = self._near(pair) or self._new(None)
                for eye in pair:
                    self._add(eye, to)

    def _near(self, pair: Sequence[_Eye]) -> _Gathering | None:
        """Whom labels or another detector's predictions have in the same place."""
        places = {eye.side: _sure_place(eye) for eye in pair}
        return next((one for one in self._all if one.face is None and _coincide(one.parsed().places, places)), None)

    def _only_face(self, eye: _Eye) -> int | None:
        if len(self._faces) > 1 and self._faces[0].box.area < _LARGEST * self._faces[1].box.area:
            faces = f"the {len(self._faces)} faces in its picture"
            raise MalformedError(f"of which of {faces} the {eye.side.value} eye is, it does not say")
        return 0 if self._faces else None

    def _note_other_sides(self, one: _Gathering) -> None:
        for label in one.labels.values():
            hit = eye_at(label.centre, self._faces) if label.centre is not None else None
            if hit and hit.side is not label.side:
                other = "a point that is called left lies on the subject's right eye, or the other way round"
                self._report.note(f"{other}; if the file means the viewer's left, import it with --viewer-sides")


def _is_somewhere(person: Person, where: str, report: ImportReport) -> bool:
    """One of several has to be cut out."""
    said = person.said
    if person.face is not None or said.landmarks is not None or said.places:
        return True
    report.leave_out(f"{where}: one of its faces has no eye with a place, and no face was found for it")
    return False


def _unlabelled(found: ParsedItem, faces: Sequence[Face]) -> tuple[Person, ...]:
    """A verdict is about the picture as a whole, so it stays one."""
    if not faces:
        return (Person(ParsedFace(), None),)
    whole = found.is_right is not None or found.is_skipped
    return tuple(Person(ParsedFace(), face) for face in (faces[:1] if whole else faces))


def _with_sides(marks: Iterable[Mark], faces: Sequence[Face], report: ImportReport) -> list[_Eye]:
    eyes: list[_Eye] = []
    for mark in marks:
        if not isinstance(mark, UnsidedPoint):
            eyes.append(mark)
        elif hit := eye_at(mark.centre, faces):
            report.note(f"the point {mark.name!r} does not say which eye it is; the face in the picture told it")
            eyes.append(EyeLabel(hit.side, EyeState.OPEN, mark.centre, mark.radius, moved=True))
        else:
            report.doubt(f"the point {mark.name!r}", "it does not say which eye it is, and no eye was found there")
    return eyes


def _place(eye: _Eye) -> Point | None:
    if isinstance(eye, Prediction):
        return None if eye.pupil is None else eye.pupil.centre
    return eye.centre


def _sure_place(eye: _Eye) -> Point:
    place = _place(eye)
    assert place is not None
    return place


def _same_label(one: EyeLabel, other: EyeLabel) -> bool:
    return (one.side, one.state, one.occluded, one.centre) == (other.side, other.state, other.occluded, other.centre)


def _coincide(some: dict[Side, Point], others: dict[Side, Point]) -> bool:
    """Whether two faces have an eye in the same place, measured by the distance of the eyes of either."""
    both = [places for places in (some, others) if len(places) == 2]
    unit = min((math.dist(places[Side.LEFT], places[Side.RIGHT]) for places in both), default=0.0)
    return any(math.dist(some[side], others[side]) <= _APART * unit for side in some.keys() & others.keys())
