"""What a file says of the faces in a picture, and the same in other pixels."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import NamedTuple, TypeVar

import numpy as np

from livecam.core.types import Box, Point, Points, Side
from livecam.store.samples import EyeLabel, Prediction


class UnsidedPoint(NamedTuple):
    """A pupil of which a file does not say whose eye it is: a face that is found there tells it."""

    name: str
    centre: Point
    radius: float | None = None


Mark = EyeLabel | Prediction | UnsidedPoint
AnyMark = TypeVar("AnyMark", EyeLabel, Prediction, EyeLabel | Prediction | UnsidedPoint)


@dataclass(frozen=True, slots=True, eq=False)
class ParsedFace:
    """What a file says of one face, one label an eye and one prediction an eye and detector at most."""

    labels: tuple[EyeLabel, ...] = ()
    predictions: tuple[Prediction, ...] = ()
    box: Box | None = None  # picture pixels
    landmarks: Points | None = None  # (68, 2) float32, picture pixels, iBUG order

    @property
    def places(self) -> dict[Side, Point]:
        """Where its pupils are: labelled, else guessed."""
        places = {
            prediction.side: prediction.pupil.centre
            for prediction in reversed(self.predictions)
            if prediction.pupil is not None
        }
        return places | {label.side: label.centre for label in self.labels if label.centre is not None}


class Rescaling(NamedTuple):
    """x, y times `scale` plus `shift`; a radius grows as x does."""

    scale: tuple[float, float]
    shift: tuple[float, float]

    def point(self, point: Point) -> Point:
        return Point(point.x * self.scale[0] + self.shift[0], point.y * self.scale[1] + self.shift[1])


def moved_face(face: ParsedFace, to: Rescaling) -> ParsedFace:
    """The same face elsewhere."""
    box, landmarks = face.box, face.landmarks
    if box is not None:
        corner = to.point(Point(box.x, box.y))
        box = Box(*corner, box.width * to.scale[0], box.height * to.scale[1])
    if landmarks is not None:
        landmarks = (landmarks * np.array(to.scale) + np.array(to.shift)).astype(np.float32)
    labels = tuple(_moved_label(label, to) for label in face.labels)
    return ParsedFace(labels, tuple(_moved_prediction(each, to) for each in face.predictions), box, landmarks)


def moved_marks(marks: Iterable[Mark], to: Rescaling) -> tuple[Mark, ...]:
    """The same labels, predictions and points elsewhere."""
    return tuple(_moved_mark(mark, to) for mark in marks)


def face_with_other_sides(face: ParsedFace) -> ParsedFace:
    """Left and right exchanged. Landmarks stay: their order is that of the picture."""
    labels = sorted((with_other_side(label) for label in face.labels), key=lambda label: list(Side).index(label.side))
    return replace(face, labels=tuple(labels), predictions=tuple(map(with_other_side, face.predictions)))


def with_other_side(mark: AnyMark) -> AnyMark:
    """The other eye, where the mark says one."""
    if isinstance(mark, UnsidedPoint):
        return mark
    return replace(mark, side=Side.LEFT if mark.side is Side.RIGHT else Side.RIGHT)


def _moved_mark(mark: Mark, to: Rescaling) -> Mark:
    if isinstance(mark, EyeLabel):
        return _moved_label(mark, to)
    if isinstance(mark, Prediction):
        return _moved_prediction(mark, to)
    return mark._replace(centre=to.point(mark.centre), radius=_longer(mark.radius, to))


def _moved_label(label: EyeLabel, to: Rescaling) -> EyeLabel:
    if label.centre is None:
        return label
    return replace(label, centre=to.point(label.centre), radius=_longer(label.radius, to))


def _moved_prediction(prediction: Prediction, to: Rescaling) -> Prediction:
    if prediction.pupil is None:
        return prediction
    pupil = prediction.pupil
    radius = pupil.radius * to.scale[0]
    return replace(prediction, pupil=replace(pupil, centre=to.point(pupil.centre), radius=radius))


def _longer(radius: float | None, to: Rescaling) -> float | None:
    return None if radius is None else radius * to.scale[0]
