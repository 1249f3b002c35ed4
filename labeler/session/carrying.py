"""Label propagation along a recording: a label of a near moment, found again in a sample by how the iris looks.

The faces are brought over each other by their landmarks; what is left, the head's misfit and the gaze, is found by
matching the picture around each iris (normalised cross-correlation, Lewis 1995) to a fraction of a pixel.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from labeler.session.item import CarriedLabel
from livecam.core.errors import StoreError
from livecam.core.types import EyeState, Image, Point, Points, Pupil, Side
from livecam.store.labels import IRIS_RADIUS, eye_middle, pupil_distance, shown_predictions
from livecam.store.samples import CARRIED, DRAWN, IMPORTED, EyeLabel, Prediction, Sample, SampleState, StoredSample
from livecam.store.store import Store

LEAST_ALIKE = (
    0.87  # correlation; of all proposals one in eight was further off than people agree, of those above it one in fifty
)
AGAINST_PREDICTION = 0.93  # where a detector says otherwise; above it the detector was right in none of 36 such cases
_AGREED = 0.025  # pupil distances
_UNIT_PX = 120.0  # pupil distance at which pictures are compared
_SURROUNDINGS = 1.7  # radii around the middle of the iris that are compared
_FARTHEST = 0.1  # pupil distances that an iris may have moved by itself
_SAME_FACE = 1.0  # pupil distances that a face may have moved in the frame
_RIGID = np.r_[27:36, 36, 39, 42, 45]  # landmarks that do not move by themselves: nose, corners of the eyes
_MOST_TRIED = 3  # neighbours
_REMEMBERED = 8  # samples

Grey = NDArray[np.float32]  # (h, w)


@dataclass(slots=True)
class LabelCarrier:
    """Proposals from the labels of a store; what was found is remembered while the neighbours stay as they are."""

    store: Store
    within: float  # seconds; 0 carries nothing
    _known: dict[str, tuple[tuple[int, ...], CarriedLabel | None]] = field(default_factory=dict)

    def carried_to(self, stored: StoredSample) -> CarriedLabel | None:
        """The label of the nearest moment whose eyes look the same; None where there is none, or no picture.

        A prediction that nobody called wrong yet and that says otherwise outweighs what is only somewhat alike.
        """
        sample, rejected = stored.sample, stored.resolved.state is SampleState.REJECTED
        if self.within <= 0:
            return None
        near = [stored for stored in self._neighbours(sample) if _same_face(stored.sample, sample)][:_MOST_TRIED]
        key = (rejected, *(stored.resolved.decision for stored in near))
        known = self._known.pop(sample.id, None)
        if known is None or known[0] != key:
            known = key, self._found(sample, near, () if rejected else shown_predictions(sample))
        self._known[sample.id] = known
        if len(self._known) > _REMEMBERED:
            del self._known[next(iter(self._known))]
        return known[1]

    def _neighbours(self, sample: Sample) -> Sequence[StoredSample]:
        """Labels that people gave, those placed by hand first: what was carried before has drifted."""
        found = self.store.labelled_near(sample.session, sample.seconds, self.within)
        people = (stored for stored in found if stored.resolved.annotator not in {IMPORTED, DRAWN})
        return sorted(people, key=lambda stored: not all(label.moved for label in stored.resolved.labels))

    def _found(
        self, sample: Sample, near: Sequence[StoredSample], predicted: Sequence[Prediction]
    ) -> CarriedLabel | None:
        unit, proposals = pupil_distance(sample), (self._carried(stored, sample) for stored in near)
        seen = {each.side: each.pupil for each in predicted if each.pupil is not None}
        try:
            weighed = (_weighed(found, seen, unit) for found in proposals if found is not None)
            return next((found for found in weighed if found is not None), None)
        except StoreError:
            return None  # a picture that cannot be read shows nothing to compare

    def _carried(self, stored: StoredSample, sample: Sample) -> CarriedLabel | None:
        pictures = self.store.picture(stored.sample.id), self.store.picture(sample.id)
        moved = carry(stored, sample, *pictures)
        if moved is None:
            return None
        return CarriedLabel(moved, stored.resolved.annotator or "", sample.seconds - stored.sample.seconds)


def _weighed(found: CarriedLabel, seen: Mapping[Side, Pupil], unit: float) -> CarriedLabel | None:
    """What was carried and what a detector saw: halfway between them where they agree, so that a label that is carried
    on and on does not drift; None where one is open and the other closed, which a blink changes within two frames, or
    where they are apart and the eyes are not alike enough."""
    pupils = [each.pupil for each in found.predictions if each.pupil is not None]
    pairs = [(each.pupil, seen[each.side]) for each in found.predictions if each.pupil and each.side in seen]
    if any((pupil.state is EyeState.CLOSED) is not (other.state is EyeState.CLOSED) for pupil, other in pairs):
        return None
    if any(math.dist(pupil.centre, other.centre) > _AGREED * unit for pupil, other in pairs):
        return found if min(pupil.confidence for pupil in pupils) >= AGAINST_PREDICTION else None
    between = tuple(
        replace(each, pupil=_between_both(each.pupil, seen.get(each.side))) for each in found.predictions if each.pupil
    )
    return replace(found, predictions=between)


def _between_both(pupil: Pupil, other: Pupil | None) -> Pupil:
    if other is None:
        return pupil
    x, y = np.add(pupil.centre, other.centre).tolist()
    return replace(pupil, centre=Point(x / 2, y / 2))


def carry(stored: StoredSample, sample: Sample, before: Image, now: Image) -> tuple[Prediction, ...] | None:
    """The labels of `stored` as predictions for `sample`, whose confidence is how alike the eyes look, -1..1.

    None unless both eyes are labelled, their irises to be seen, and alike enough.
    """
    labels = stored.resolved.labels
    if {label.side for label in labels} != set(Side) or any(label.occluded for label in labels):
        return None
    motion = _motion(stored.sample.landmarks, sample.landmarks)
    level = _UNIT_PX / complex(*_eye_line(stored.sample))
    found = [
        Prediction(CARRIED, stored.sample.id[:12], label.side, _moved(label, stored.sample, motion, level, before, now))
        for label in labels
    ]
    if any(each.pupil is None or each.pupil.confidence < LEAST_ALIKE for each in found):
        return None
    return tuple(sorted(found, key=lambda each: each.side is Side.LEFT))


class _Motion(NamedTuple):
    """A similarity of points as complex numbers: they become turn * point + shift."""

    turn: complex
    shift: complex

    def __call__(self, point: complex) -> complex:
        return self.turn * point + self.shift


def _moved(label: EyeLabel, source: Sample, motion: _Motion, level: complex, before: Image, now: Image) -> Pupil | None:
    centre = label.centre or eye_middle(source, label.side)
    radius = label.radius or IRIS_RADIUS * pupil_distance(source)
    start, expected = complex(*centre), motion(complex(*centre))
    reach = math.ceil(_FARTHEST * _UNIT_PX) if label.state is not EyeState.CLOSED else 1
    half = math.ceil(_SURROUNDINGS * radius * abs(level)) + reach
    template = _patch(before, start, level, half)[reach:-reach, reach:-reach]
    searched = _patch(now, expected, level / motion.turn, half)
    scores = cv2.matchTemplate(searched, template, cv2.TM_CCOEFF_NORMED).astype(np.float32, copy=False)
    _, alike, _, (column, row) = cv2.minMaxLoc(scores)
    if not math.isfinite(alike):
        return None
    away = complex(column + _between(scores[row], column), row + _between(scores[:, column], row))
    place = expected + (away - complex(reach, reach)) * motion.turn / level
    return Pupil(Point(place.real, place.imag), radius * abs(motion.turn), float(alike), label.state)


def _patch(picture: Image, middle: complex, turn: complex, half: int) -> Grey:
    """The surroundings of a point, levelled and scaled, green and red: blue is the noisiest."""
    shift = complex(half, half) - turn * middle
    matrix = np.array([[turn.real, -turn.imag, shift.real], [turn.imag, turn.real, shift.imag]])
    size = 2 * half + 1, 2 * half + 1
    kind = cv2.INTER_AREA if abs(turn) < 0.5 else cv2.INTER_CUBIC
    cut = cv2.warpAffine(picture, matrix, size, flags=kind, borderMode=cv2.BORDER_REPLICATE)
    grey: Grey = cut[..., 1:].astype(np.float32).mean(axis=2)
    return cv2.GaussianBlur(grey, (0, 0), 1.0).astype(np.float32, copy=False)


def _between(scores: NDArray[np.float32], best: int) -> float:
    """How far the top of the parabola through the best place and those beside it is from that place, -0.5..0.5."""
    if not 0 < best < len(scores) - 1:
        return 0.0
    left, middle, right = (float(score) for score in scores[best - 1 : best + 2])
    bend = left - 2 * middle + right
    return 0.0 if bend >= 0 else min(max(0.5 * (left - right) / bend, -0.5), 0.5)


def _motion(before: Points, now: Points) -> _Motion:
    """By least squares over the landmarks that do not move by themselves."""
    old, new = _complex(before[_RIGID]), _complex(now[_RIGID])
    arms = old - old.mean()
    turn = complex(np.vdot(arms, new - new.mean())) / max(float(np.vdot(arms, arms).real), 1e-9)
    return _Motion(turn, complex(new.mean()) - turn * complex(old.mean()))


def _complex(points: Points) -> NDArray[np.complex128]:
    return points[:, 0].astype(np.float64) + 1j * points[:, 1]


def _eye_line(sample: Sample) -> tuple[float, float]:
    right, left = eye_middle(sample, Side.RIGHT), eye_middle(sample, Side.LEFT)
    return left.x - right.x, left.y - right.y


def _same_face(one: Sample, other: Sample) -> bool:
    """Whether it may be the same face: about as large, and about there in the frame."""
    units = pupil_distance(one), pupil_distance(other)
    middles = [sample.to_frame(_middle(sample)) for sample in (one, other)]
    return min(units) > 0.7 * max(units) > 0 and math.dist(*middles) < _SAME_FACE * max(units)


def _middle(sample: Sample) -> Point:
    right, left = eye_middle(sample, Side.RIGHT), eye_middle(sample, Side.LEFT)
    return Point((right.x + left.x) / 2, (right.y + left.y) / 2)
