"""How near the pupils found in labelled photographs are to the truth; the worse eye counts."""

from __future__ import annotations

import csv
import math
import statistics
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from livecam.benchmark.calibration import Verdict, expected_calibration_error
from livecam.core.errors import SourceError
from livecam.core.image_files.images import read_image
from livecam.core.types import Frame, Image, Scene
from livecam.perception.faces.factory import open_stills
from livecam.perception.pipeline import Perception
from livecam.perception.pupils.factory import open_pupils
from livecam.settings import Settings

THRESHOLDS = (0.0125, 0.025, 0.05, 0.10, 0.25)
_COLUMNS = ("image", "lx", "ly", "rx", "ry", "group")
HIT = 0.05  # pupil distances within which a pupil is what its confidence speaks of
_REFUSED = 0.5  # confidence
_CLOSED = "closed"  # the group of photographs whose eyes are shut
_Point = tuple[float, float]
Pupils = tuple[_Point, _Point]  # frame pixels, the one on the image's left first


class PupilLocator(Protocol):
    def detect(self, image: Image) -> Pupils | None:
        """Both pupils of the largest face; None without a face."""
        ...


class LabelledPhotograph(NamedTuple):
    """A photograph and its true pupil centres, pixels, the eye on the image's left first."""

    image: Path
    left: _Point
    right: _Point
    group: str

    @property
    def closed(self) -> bool:
        """Whether the eyes are shut, so that there are no pupils to be right about."""
        return self.group == _CLOSED


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
    calibration_error: float | None = None  # single eyes, closed ones too; None for what has no confidences
    closed: int = 0  # photographs of closed eyes
    refused: int = 0  # of them, those without a pupil of confidence 0.5 or more

    def as_json(self) -> dict[str, Any]:
        return {
            "set": self.set,
            "n": self.count,
            **{f"e{limit:g}": round(share, 4) for limit, share in zip(THRESHOLDS, self.within, strict=True)},
            **{f"c{limit:g}": round(share, 4) for limit, share in zip(THRESHOLDS, self.centred, strict=True)},
            "median": None if self.median is None else round(self.median, 4),
            "found": self.found,
            "calibration_error": None if self.calibration_error is None else round(self.calibration_error, 4),
            "closed": self.closed,
            "closed_refused": self.refused,
        }


def read_labelled_photographs(folder: Path) -> list[LabelledPhotograph]:
    """The rows of `truth.csv` in the folder; SourceError when there is none, or when it is not one."""
    try:
        with (folder / "truth.csv").open(newline="", encoding="utf-8") as file:
            labels = [_labelled(folder, row) for row in csv.DictReader(file)]
    except OSError as error:
        raise SourceError(f"cannot read {folder / 'truth.csv'}; name a folder of photographs that holds one") from error
    except (csv.Error, KeyError, TypeError, ValueError) as error:
        raise SourceError(f"{folder / 'truth.csv'} must have the columns {', '.join(_COLUMNS)} in every row") from error
    if not any(not label.closed for label in labels):
        raise SourceError(f"{folder / 'truth.csv'} names no photograph with open eyes")
    return labels


def _labelled(folder: Path, row: dict[str, str]) -> LabelledPhotograph:
    left, right = (float(row["lx"]), float(row["ly"])), (float(row["rx"]), float(row["ry"]))
    return LabelledPhotograph(folder / row["image"], left, right, row["group"])


def score(
    name: str,
    labels: Sequence[LabelledPhotograph],
    answers: Sequence[Pupils | None],
    confidences: Sequence[tuple[float, float] | None] = (),
) -> AccuracyScore:
    """The score of the answers to the photographs with open eyes, in the order of `labels`.

    `confidences` are those of the same eyes, where they are known: with them closed eyes and the calibration count.
    """
    judged = [(label, found) for label, found in zip(labels, answers, strict=True) if not label.closed]
    errors = [_error(label, found) for label, found in judged]
    offsets = [_offsets(label, found) for label, found in judged if found is not None]
    finite = [error for error in errors if math.isfinite(error)]
    known = list(zip(labels, answers, confidences, strict=True)) if confidences else []
    refused = [max(sure, default=0.0) < _REFUSED for label, _, sure in _eyes(known) if label.closed]
    return AccuracyScore(
        set=name,
        count=len(judged),
        within=_shares(errors, len(judged)),
        centred=_shares(_without_bias(offsets), len(judged)),
        median=statistics.median(finite) if finite else None,
        found=len(finite),
        calibration_error=expected_calibration_error(_verdicts(known)) if confidences else None,
        closed=len(refused),
        refused=sum(refused),
    )


_Known = tuple[LabelledPhotograph, Pupils | None, tuple[float, float] | None]


def _eyes(known: Sequence[_Known]) -> Iterator[tuple[LabelledPhotograph, Sequence[_Point], Sequence[float]]]:
    """Every photograph with its pupils and their confidences; both are empty where nothing was found."""
    for label, found, sure in known:
        yield (label, found, sure) if found is not None and sure is not None else (label, (), ())


def _verdicts(known: Sequence[_Known]) -> Iterator[Verdict]:
    for label, found, sure in _eyes(known):
        near = HIT * math.dist(label.left, label.right)
        for point, truth, confidence in zip(found, (label.left, label.right), sure, strict=False):
            yield Verdict(confidence, not label.closed and math.dist(point, truth) <= near)


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

    def offset(point: _Point, truth: _Point) -> _Point:
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
    perception = Perception(open_stills(settings.faces), open_pupils(settings.pupils))
    scenes = (perception.see(Frame(read_image(label.image), 0, 0.0)) for label in labels)
    given = [_given(scene) for scene in scenes]
    return score(folder.resolve().name, labels, [found for found, _ in given], [sure for _, sure in given])


def score_baseline(baseline: PupilLocator, folder: Path, labels: Sequence[LabelledPhotograph]) -> AccuracyScore:
    return score(folder.resolve().name, labels, [baseline.detect(read_image(label.image)) for label in labels])


def answer(scene: Scene) -> Pupils | None:
    """Both pupils of the largest face, the one on the image's left first; None unless both were found."""
    return _given(scene)[0]


def _given(scene: Scene) -> tuple[Pupils, tuple[float, float]] | tuple[None, None]:
    """The answer, and how sure of each of its pupils the detector is."""
    if not scene.faces or scene.faces[0].left is None or scene.faces[0].right is None:
        return None, None
    one, other = sorted((scene.faces[0].left, scene.faces[0].right), key=lambda pupil: pupil.centre)
    return (one.centre, other.centre), (one.confidence, other.confidence)
