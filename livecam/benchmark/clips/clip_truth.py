"""The truth of a clip, frame by frame: where pupils are, whether eyes are open; from a csv file or the demo."""

from __future__ import annotations

import csv
import itertools
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from livecam.core.errors import SourceError
from livecam.core.files import read_table_rows
from livecam.core.interfaces import PupilPair
from livecam.core.types import EyeState, FaceObservation, Frame, Gaze, Point, Side

DEMO = "demo"
_DEMO_SECONDS = 30
_COLUMNS = ("frame", "face", "lx", "ly", "rx", "ry", "left_state", "right_state", "agreement")
_STATES = {
    "open": EyeState.OPEN,
    "closed": EyeState.CLOSED,
    "unsure": EyeState.HALF,
    "half": EyeState.HALF,
    "hidden": EyeState.HIDDEN,
}
# Of the two ways in which a row was labelled, in pupil distances; rows that agree less are not judged by.
_TRUSTED_AGREEMENT = 0.025
_SAME_FACE = 0.4  # pupil distances between the middles of the eyes


class TrueEye(NamedTuple):
    """One eye as it is; the centre of one that is not open says only where the eye roughly is."""

    centre: Point
    state: EyeState


@dataclass(frozen=True, slots=True)
class TrueFace:
    """The eyes of one face in one frame; `face` is the same number for the same face."""

    frame: int
    face: int
    left: TrueEye  # the subject's own
    right: TrueEye
    gaze: Gaze | None = None  # where it is known better than from the pupils; (0, 0) is ahead, in any unit

    def eye(self, side: Side) -> TrueEye:
        return self.left if side is Side.LEFT else self.right

    @property
    def pupil_distance(self) -> float:
        return math.dist(self.left.centre, self.right.centre)

    @property
    def both_closed(self) -> bool:
        return self.left.state is EyeState.CLOSED is self.right.state

    @property
    def neither_open(self) -> bool:
        """Whether a blink may be there: both eyes are closed, half closed or cannot be judged."""
        return EyeState.OPEN not in {self.left.state, self.right.state}

    def found_in(self, faces: Iterable[FaceObservation]) -> FaceObservation | None:
        """The observation of this face; None where there is none."""
        middle = _middle(self.left.centre, self.right.centre)
        near = [(math.dist(middle, _eyes_of(each)), each) for each in faces]
        distance, nearest = min(near, key=lambda pair: pair[0], default=(math.inf, None))
        return nearest if nearest is not None and distance < _SAME_FACE * self.pupil_distance else None


def _eyes_of(observation: FaceObservation) -> Point:
    corners = [Point(*map(float, observation.face.lids(side)[[0, 3]].mean(axis=0))) for side in Side]
    return _middle(*corners)


def _middle(one: Point, other: Point) -> Point:
    return Point((one.x + other.x) / 2, (one.y + other.y) / 2)


Truth = Mapping[int, Sequence[TrueFace]]  # by frame


def read_clip_truth(clip: Path) -> Truth:
    """The trusted rows of `CLIP.csv` beside a video; SourceError when there is none, or when it is not one.

    Its columns are frame (0 is the first), face, lx, ly, rx, ry (pupil centres, pixels, the eye on the image's left
    first), left_state, right_state (open, closed, unsure), and agreement (of two ways of labelling, pupil distances).
    """
    path = clip.with_suffix(".csv")
    truth: dict[int, list[TrueFace]] = defaultdict(list)
    try:
        for row in read_table_rows(path):
            face = _true_face(row)
            if float(row["agreement"] or math.inf) <= _TRUSTED_AGREEMENT:
                truth[face.frame].append(face)
    except OSError as error:
        raise SourceError(f"cannot read {path}; the truth of a clip is a file of its name that ends in .csv") from error
    except (csv.Error, KeyError, TypeError, ValueError) as error:
        raise SourceError(f"{path} must have the columns {', '.join(_COLUMNS)} in every row") from error
    if not truth:
        raise SourceError(f"{path} has no row whose agreement is {_TRUSTED_AGREEMENT} or less")
    return truth


def _true_face(row: Mapping[str, str]) -> TrueFace:
    image_left = TrueEye(Point(float(row["lx"]), float(row["ly"])), _STATES[row["left_state"]])
    image_right = TrueEye(Point(float(row["rx"]), float(row["ry"])), _STATES[row["right_state"]])
    return TrueFace(int(row["frame"]), int(row["face"]), left=image_right, right=image_left)


@dataclass(frozen=True, slots=True)
class LabelledClip:
    """A clip, or the demo, whose truth is known."""

    name: str
    frames: Iterable[Frame]
    truth: Truth

    @property
    def most_faces(self) -> int:
        """In one frame."""
        return max(len(faces) for faces in self.truth.values())

    @classmethod
    def open(cls, clip: Path) -> LabelledClip:
        """A video with its truth beside it, or `demo`; SourceError for what cannot be read."""
        if str(clip) == DEMO:
            return _demo()
        from livecam.live.sources.video import VideoSource

        if not clip.is_file():
            raise SourceError(f"there is no clip '{clip}'; name a video with its truth (.csv) beside it, or demo")
        return cls(clip.stem, VideoSource(clip), read_clip_truth(clip))


def _demo() -> LabelledClip:
    from livecam.live.sources.demo import DemoSource

    demo = DemoSource()
    count = round(_DEMO_SECONDS * demo.fps)
    truth = {index: (_demo_face(index, index / demo.fps, demo.truth(index / demo.fps)),) for index in range(count)}
    return LabelledClip(DEMO, _First(demo, count), truth)


def _demo_face(index: int, seconds: float, pupils: PupilPair) -> TrueFace:
    from livecam.live.sources.demo import demo_pose

    left, right = pupils
    assert left
    assert right
    eyes = TrueEye(left.centre, left.state), TrueEye(right.centre, right.state)
    return TrueFace(index, 0, *eyes, Gaze(*demo_pose(seconds).gaze))


class _First:
    """The first frames of a source that never ends; every iteration starts from the beginning."""

    def __init__(self, source: Iterable[Frame], count: int) -> None:
        self._source, self._count = source, count

    def __iter__(self) -> Iterator[Frame]:
        return itertools.islice(iter(self._source), self._count)
