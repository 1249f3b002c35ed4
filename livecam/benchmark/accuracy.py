"""How near the pupils found in labelled photographs are to the truth; the worse eye counts."""

from __future__ import annotations

import math
import statistics
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from livecam.benchmark.calibration import CalibrationError, Verdict, expected_calibration_error
from livecam.benchmark.labelled_photographs import CLOSED, OPEN, LabelledPhotograph, PixelPoint, Pupils
from livecam.core.image_files.images import read_image
from livecam.core.types import FaceObservation, Frame, Image, Scene
from livecam.perception.faces.factory import open_stills
from livecam.perception.pipeline import Perception
from livecam.perception.pupils.factory import open_still_pupils
from livecam.settings import MOST_FACES, Settings

THRESHOLDS = (0.0125, 0.025, 0.05, 0.10, 0.25)
HIT = 0.05  # pupil distances within which a pupil is what its confidence speaks of
_REFUSED = 0.5  # confidence
_NOT_FOUND = "none"


class PupilLocator(Protocol):
    def detect(self, image: Image) -> Pupils | None:
        """Both pupils of the largest face; None without a face."""
        ...


@dataclass(frozen=True, slots=True)
class AccuracyScore:
    """Shares of the photographs of a set, with open eyes, that are within each of THRESHOLDS.

    An error is the worse of the two eyes' distances to the truth in pupil distances (Jesorsky et al., AVBPA 2001); an
    eye that was not found is a miss. `centred` scores the same answers after their median offset has been taken off.
    """

    set: str
    count: int
    within: tuple[float, ...]
    centred: tuple[float, ...]
    median: float | None  # of those found
    found: int = 0  # photographs with an answer
    calibration_error: CalibrationError | None = None  # single eyes, closed ones too; None for what has no confidences
    closed: int = 0  # photographs of closed eyes
    refused: int = 0  # of them, those without a pupil of confidence 0.5 or more
    states: Mapping[str, Mapping[str, int]] = field(default_factory=dict)  # true state -> answered state -> eyes

    def as_json(self) -> dict[str, Any]:
        return {
            "set": self.set,
            "n": self.count,
            **{f"e{limit:g}": round(share, 4) for limit, share in zip(THRESHOLDS, self.within, strict=True)},
            **{f"c{limit:g}": round(share, 4) for limit, share in zip(THRESHOLDS, self.centred, strict=True)},
            "median": None if self.median is None else round(self.median, 4),
            "found": self.found,
            "calibration_error": self.calibration_error and round(self.calibration_error.error, 4),
            "calibration_chance": self.calibration_error and round(self.calibration_error.chance, 4),
            "closed": self.closed,
            "closed_refused": self.refused,
            **({"states": self.states} if self.states else {}),
        }


class FaceAnswer(NamedTuple):
    """What was said of one labelled face, the eye on the image's left first in every pair."""

    pupils: Pupils
    confidences: tuple[float, float]
    states: tuple[str, str]


def score(
    name: str, labels: Sequence[LabelledPhotograph], answers: Sequence[Pupils | FaceAnswer | None]
) -> AccuracyScore:
    """The score of the answers, in the order of `labels`: positions of faces with two open eyes, states of all eyes.

    Where all that was said is known (`FaceAnswer`), closed eyes and the calibration count, too. Eyes that are labelled
    hidden or unsure are judged by their state alone: nobody knows where their pupil is.
    """
    pupils = [answer.pupils if isinstance(answer, FaceAnswer) else answer for answer in answers]
    judged = [(label, found) for label, found in zip(labels, pupils, strict=True) if label.open]
    errors = [_error(label, found) for label, found in judged]
    offsets = [_offsets(label, found) for label, found in judged if found is not None]
    finite = [error for error in errors if math.isfinite(error)]
    whole = any(isinstance(answer, FaceAnswer) for answer in answers)
    known = [
        (label, answer if isinstance(answer, FaceAnswer) else None)
        for label, answer in zip(labels, answers, strict=True)
    ]
    refused = [
        max(answer.confidences, default=0.0) < _REFUSED if answer else True for label, answer in known if label.closed
    ]
    return AccuracyScore(
        set=name,
        count=len(judged),
        within=_shares(errors, len(judged)),
        centred=_shares(_without_bias(offsets), len(judged)),
        median=statistics.median(finite) if finite else None,
        found=len(finite),
        calibration_error=expected_calibration_error(_verdicts(known)) if whole else None,
        closed=len(refused) if whole else 0,
        refused=sum(refused) if whole else 0,
        states=_states(known) if whole else {},
    )


_Known = tuple[LabelledPhotograph, FaceAnswer | None]


def _verdicts(known: Sequence[_Known]) -> Iterator[Verdict]:
    for label, answer in known:
        if answer is None:
            continue
        near = HIT * math.dist(label.left, label.right)
        truths = zip((label.left, label.right), label.states, strict=True)
        for (truth, state), point, confidence in zip(truths, answer.pupils, answer.confidences, strict=True):
            if state in (OPEN, CLOSED):
                yield Verdict(confidence, state == OPEN and math.dist(point, truth) <= near)


def _states(known: Sequence[_Known]) -> dict[str, dict[str, int]]:
    """How often each state was answered for eyes of each true one; `none` is a face that was not found."""
    counts: dict[str, Counter[str]] = {}
    for label, answer in known:
        for truth, said in zip(label.states, answer.states if answer else (_NOT_FOUND,) * 2, strict=True):
            counts.setdefault(truth, Counter())[said] += 1
    return {truth: dict(sorted(said.items())) for truth, said in sorted(counts.items())}


def _error(label: LabelledPhotograph, found: Pupils | None) -> float:
    if found is None:
        return math.inf
    worse = max(math.dist(label.left, found[0]), math.dist(label.right, found[1]))
    return worse / math.dist(label.left, label.right)


def _offsets(label: LabelledPhotograph, found: Pupils) -> Pupils:
    """Of each eye, along and across the line between the true pupils, in units of its length."""
    (ax, ay), (bx, by) = label.left, label.right
    ux, uy = bx - ax, by - ay
    square = ux * ux + uy * uy

    def offset(point: PixelPoint, truth: PixelPoint) -> PixelPoint:
        dx, dy = point[0] - truth[0], point[1] - truth[1]
        return (dx * ux + dy * uy) / square, (dy * ux - dx * uy) / square

    return offset(found[0], label.left), offset(found[1], label.right)


def _without_bias(offsets: Sequence[Pupils]) -> list[float]:
    if not offsets:
        return []
    # The median of each axis: a few gross misses must not shift the rest.
    bias = tuple(statistics.median(eye[axis] for pair in offsets for eye in pair) for axis in (0, 1))
    return [max(math.dist(eye, bias) for eye in pair) for pair in offsets]


def _shares(errors: Iterable[float], count: int) -> tuple[float, ...]:
    known = list(errors)
    return tuple(sum(error <= limit for error in known) / count for limit in THRESHOLDS)


def score_path(settings: Settings, folder: Path, labels: Sequence[LabelledPhotograph]) -> AccuracyScore:
    """As `livecam locate` answers, each photograph on its own; SourceError for one that cannot be read."""
    faces = settings.faces
    if any(label.one_of_several for label in labels):  # none of them may be left out
        faces = faces.model_copy(update={"max_faces": MOST_FACES})
    perception = Perception(open_stills(faces), open_still_pupils(settings.pupils))
    look = lru_cache(maxsize=1)(lambda image: perception.see(Frame(read_image(image), 0, 0.0)))
    answers = [_answer_for(label, look(label.image)) for label in labels]
    return score(folder.resolve().name, labels, answers)


def score_baseline(baseline: PupilLocator, folder: Path, labels: Sequence[LabelledPhotograph]) -> AccuracyScore:
    return score(folder.resolve().name, labels, [baseline.detect(read_image(label.image)) for label in labels])


def answer(scene: Scene) -> Pupils | None:
    """Both pupils of the largest face, the one on the image's left first; None unless both were found."""
    given = _given(scene.faces[0]) if scene.faces else None
    return given.pupils if given else None


def _answer_for(label: LabelledPhotograph, scene: Scene) -> FaceAnswer | None:
    """Of the face that was labelled: the largest one, or where faces are labelled one by one the nearest to the label,
    whose eyes' middle is within a pupil distance of it."""
    if not label.one_of_several:
        return _given(scene.faces[0]) if scene.faces else None
    given = [one for one in map(_given, scene.faces) if one]
    nearest = min(given, key=lambda one: _apart(one.pupils, label), default=None)
    return nearest if nearest and _apart(nearest.pupils, label) <= math.dist(label.left, label.right) else None


def _apart(pupils: Pupils, label: LabelledPhotograph) -> float:
    """Pixels between the middles of both eyes."""
    return math.dist(_middle(*pupils), _middle(label.left, label.right))


def _middle(one: PixelPoint, other: PixelPoint) -> PixelPoint:
    return (one[0] + other[0]) / 2, (one[1] + other[1]) / 2


def _given(face: FaceObservation) -> FaceAnswer | None:
    if face.left is None or face.right is None:
        return None
    one, other = sorted((face.left, face.right), key=lambda pupil: pupil.centre)
    return FaceAnswer(
        ((one.centre.x, one.centre.y), (other.centre.x, other.centre.y)),
        (one.confidence, other.confidence),
        (one.state.value, other.state.value),
    )
