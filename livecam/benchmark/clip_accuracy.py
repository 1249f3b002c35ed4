"""Accuracy on a clip with a truth file: faces that are followed, strays, track ids, pupils and their confidences."""

from __future__ import annotations

import csv
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from livecam.benchmark.accuracy import HIT, THRESHOLDS
from livecam.benchmark.calibration import Verdict, expected_calibration_error
from livecam.core.errors import SourceError
from livecam.core.types import Face, FaceObservation, Frame, Pupil
from livecam.perception.faces.factory import follow_recorded, open_model
from livecam.perception.pipeline import Perception, Smoothing
from livecam.perception.pupils.factory import open_pupils
from livecam.settings import Settings

_COLUMNS = ("frame", "face", "lx", "ly", "rx", "ry", "left_state", "right_state", "agreement")
_SAME_FACE = 0.5  # labelled pupil distances from middle to middle of the eyes
_TRUSTED = 0.025  # agreement up to which pupils are judged
_Point = tuple[float, float]


class LabelledFace(NamedTuple):
    """A face of a frame: its pupils, pixels, the one on the image's left first, and what its eyes do."""

    number: int
    left: _Point
    right: _Point
    states: tuple[str, str]  # open, closed, or another for an eye that is not judged
    agreement: float  # of two labellings, pupil distances

    @property
    def pupil_distance(self) -> float:
        return math.dist(self.left, self.right)

    @property
    def middle(self) -> _Point:
        return (self.left[0] + self.right[0]) / 2, (self.left[1] + self.right[1]) / 2


Truth = Mapping[int, Sequence[LabelledFace]]  # by frame, from 0


@dataclass(frozen=True, slots=True)
class ClipScore:
    """What was found in a clip, against its labels; a face without a label may be one that the labels leave out."""

    set: str
    frames: int  # that have a labelled face
    followed: float  # share of them in which the largest labelled face was found
    labelled: int  # faces in all frames
    found: float  # share of them that was found
    unlabelled_s: float  # the longest that a face was followed where no label is
    switches: int  # times a followed face went over to another labelled one
    eyes: int  # open ones that were judged
    within: tuple[float, ...]  # share of them within each of THRESHOLDS
    calibration_error: float | None  # closed ones too

    def as_json(self) -> dict[str, Any]:
        return {
            "set": self.set,
            "frames": self.frames,
            "followed": round(self.followed, 4),
            "labelled": self.labelled,
            "found": round(self.found, 4),
            "unlabelled_s": round(self.unlabelled_s, 2),
            "switches": self.switches,
            "eyes": self.eyes,
            **{f"e{limit:g}": round(share, 4) for limit, share in zip(THRESHOLDS, self.within, strict=True)},
            "calibration_error": None if self.calibration_error is None else round(self.calibration_error, 4),
        }


def read_clip_truth(clip: Path) -> Truth:
    """The rows of the CSV file beside a clip; SourceError when there is none, or when it is not one."""
    path = clip.with_suffix(".csv")
    faces: dict[int, list[LabelledFace]] = defaultdict(list)
    try:
        with path.open(newline="", encoding="utf-8") as file:
            for row in csv.DictReader(file):
                faces[int(row["frame"])].append(_labelled(row))
    except OSError as error:
        raise SourceError(f"cannot read {path}; a clip is scored with a CSV file of its name beside it") from error
    except (csv.Error, KeyError, TypeError, ValueError) as error:
        raise SourceError(f"{path} must have the columns {', '.join(_COLUMNS)} in every row") from error
    if not faces:
        raise SourceError(f"{path} labels no face")
    return faces


def _labelled(row: Mapping[str, str]) -> LabelledFace:
    face = LabelledFace(
        int(row["face"]),
        (float(row["lx"]), float(row["ly"])),
        (float(row["rx"]), float(row["ry"])),
        (row["left_state"], row["right_state"]),
        float(row["agreement"] or math.inf),
    )
    if not face.pupil_distance:
        raise ValueError("both eyes are in one place")
    return face


def score_clip(settings: Settings, clip: Path, truth: Truth) -> ClipScore:
    """As `livecam run --source CLIP` follows it, smoothing included; SourceError for a clip that cannot be read."""
    from livecam.live.sources.video import VideoSource

    perception = Perception(
        follow_recorded(open_model(settings.faces.finder), settings.faces.max_faces),
        open_pupils(settings.pupils),
        Smoothing() if settings.pupils.smoothing else None,
    )
    tally = ClipTally(truth)
    for frame in VideoSource(clip):
        tally.add(frame, perception.see(frame).faces)
    return tally.score(clip.stem)


@dataclass(slots=True)
class ClipTally:
    """Counts frame by frame."""

    truth: Truth
    frames: int = 0
    followed: int = 0
    labelled: int = 0
    found: int = 0
    switches: int = 0
    unlabelled_s: float = 0.0
    errors: list[float] = field(default_factory=list)
    verdicts: list[Verdict] = field(default_factory=list)
    _owners: dict[int, int] = field(default_factory=dict)  # track id to labelled face
    _since: dict[int, float] = field(default_factory=dict)  # track id to the time it left every label

    def add(self, frame: Frame, seen: Sequence[FaceObservation]) -> None:
        labels = sorted(self.truth.get(frame.index, ()), key=lambda label: -label.pupil_distance)
        pairs = [(label, _on(label, seen)) for label in labels]
        if labels:
            self.frames += 1
            self.followed += pairs[0][1] is not None
            self.labelled += len(labels)
        for label, observation in pairs:
            if observation is not None:
                self.found += 1
                self._owned(label, observation.face)
                self._judge(label, observation)
        self._watch_strays(frame, seen, {id(observation) for _, observation in pairs})

    def _owned(self, label: LabelledFace, face: Face) -> None:
        self.switches += self._owners.get(face.track_id, label.number) != label.number
        self._owners[face.track_id] = label.number

    def _judge(self, label: LabelledFace, observation: FaceObservation) -> None:
        if label.agreement > _TRUSTED:
            return
        for pupil, truth, state in zip(_in_order(observation), (label.left, label.right), label.states, strict=True):
            error = math.inf if pupil is None else math.dist(pupil.centre, truth) / label.pupil_distance
            if state == "open":
                self.errors.append(error)
            if pupil is not None and state in ("open", "closed"):
                self.verdicts.append(Verdict(pupil.confidence, state == "open" and error <= HIT))

    def _watch_strays(self, frame: Frame, seen: Sequence[FaceObservation], labelled: set[int]) -> None:
        strays = {one.face.track_id for one in seen if id(one) not in labelled}
        self._since = {track: self._since.get(track, frame.timestamp) for track in strays}
        for since in self._since.values():
            self.unlabelled_s = max(self.unlabelled_s, frame.timestamp - since)

    def score(self, name: str) -> ClipScore:
        return ClipScore(
            set=name,
            frames=self.frames,
            followed=self.followed / max(self.frames, 1),
            labelled=self.labelled,
            found=self.found / max(self.labelled, 1),
            unlabelled_s=self.unlabelled_s,
            switches=self.switches,
            eyes=len(self.errors),
            within=tuple(_share(self.errors, limit) for limit in THRESHOLDS),
            calibration_error=expected_calibration_error(self.verdicts),
        )


def _on(label: LabelledFace, seen: Sequence[FaceObservation]) -> FaceObservation | None:
    """The followed face whose eyes are nearest to the labelled ones, None when none is near."""
    near = [(math.dist(_middle(one.face), label.middle), place) for place, one in enumerate(seen)]
    away, place = min(near, default=(math.inf, 0))
    return seen[place] if away < _SAME_FACE * label.pupil_distance else None


def _middle(face: Face) -> _Point:
    x, y = face.landmarks[[36, 39, 42, 45]].mean(axis=0).tolist()
    return x, y


def _in_order(observation: FaceObservation) -> Iterator[Pupil | None]:
    """Of the eye on the image's left, then of the other: on a face upside down they have changed places."""
    right, left = (observation.face.landmarks[corners].mean(axis=0)[0] for corners in ([36, 39], [42, 45]))
    pair = (observation.right, observation.left)
    yield from pair if right <= left else pair[::-1]


def _share(errors: Iterable[float], limit: float) -> float:
    known = list(errors)
    return sum(error <= limit for error in known) / max(len(known), 1)
