"""How near the pupils found in labelled photographs are to the truth; the worse eye counts."""

from __future__ import annotations

import csv
import math
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from livecam.core.errors import SourceError
from livecam.core.image_files.images import read_image
from livecam.core.types import Frame, Image, Scene
from livecam.perception.faces.factory import open_stills
from livecam.perception.pipeline import Perception
from livecam.perception.pupils.factory import open_pupils
from livecam.settings import Settings

THRESHOLDS = (0.0125, 0.025, 0.05, 0.10, 0.25)
_COLUMNS = ("image", "lx", "ly", "rx", "ry", "group")
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

    def as_json(self) -> dict[str, Any]:
        return {
            "set": self.set,
            "n": self.count,
            **{f"e{limit:g}": round(share, 4) for limit, share in zip(THRESHOLDS, self.within, strict=True)},
            **{f"c{limit:g}": round(share, 4) for limit, share in zip(THRESHOLDS, self.centred, strict=True)},
            "median": None if self.median is None else round(self.median, 4),
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


def score(name: str, labels: Sequence[LabelledPhotograph], answers: Sequence[Pupils | None]) -> AccuracyScore:
    """The score of the answers to the photographs with open eyes, in the order of `labels`."""
    judged = [(label, found) for label, found in zip(labels, answers, strict=True) if not label.closed]
    errors = [_error(label, found) for label, found in judged]
    offsets = [_offsets(label, found) for label, found in judged if found is not None]
    finite = [error for error in errors if math.isfinite(error)]
    return AccuracyScore(
        set=name,
        count=len(judged),
        within=_shares(errors, len(judged)),
        centred=_shares(_without_bias(offsets), len(judged)),
        median=statistics.median(finite) if finite else None,
    )


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
    return score(folder.resolve().name, labels, [answer(scene) for scene in scenes])


def score_baseline(baseline: PupilLocator, folder: Path, labels: Sequence[LabelledPhotograph]) -> AccuracyScore:
    return score(folder.resolve().name, labels, [baseline.detect(read_image(label.image)) for label in labels])


def answer(scene: Scene) -> Pupils | None:
    """Both pupils of the largest face, the one on the image's left first; None unless both were found."""
    if not scene.faces or scene.faces[0].left is None or scene.faces[0].right is None:
        return None
    first, second = sorted((scene.faces[0].left.centre, scene.faces[0].right.centre))
    return first, second
