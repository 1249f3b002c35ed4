"""How much of a clip a person labels in a minute, with and without labels carried along it, and how well.

    python -m tests.benchmarks.carried_labels CLIP... [--every 0.2] [--json]

CLIP is a video with its truth (.csv) beside it, or `demo`. Frames go into a store as a run would keep them, and a
person of fixed speed annotates that store through the labeler's own controller: sees the picture, confirms by one key
what lies within what people agree on, and clicks on what does not. Times are those of
`tests.labeler.web.labelling_day`; a click lands as near as clicks that snap to the iris were measured to. Faces with an
eye that is neither open nor closed have no truth and are left out.
"""

from __future__ import annotations

import argparse
import json
import math
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

import livecam
from labeler.session.actions import LabelingAction, LabelingMode, PlacePupil
from labeler.session.controller import AnnotationController
from labeler.session.item import JudgedKind
from labeler.session.state import AnnotationState
from livecam.benchmark.clips.clip_truth import LabelledClip, TrueFace
from livecam.core.types import EyeState, Frame, Point, Scene, Side
from livecam.live.collection.sample_builder import (
    RecordingInfo,
    SampleCrop,
    SelectionReason,
    build_sample,
    crop_sample,
)
from livecam.settings import LabelSettings
from livecam.store.labels import SIDES
from livecam.store.samples import CropMode, Prediction, SamplingReason
from livecam.store.store import Store

LOOK_S, KEY_S, AGAIN_S = 0.34, 0.12, 0.24  # to see and choose; a keystroke; to see what became of it
POINT_S = 0.48  # to move the mouse to an iris, three bits by Fitts' law
AGREED = 0.025  # pupil distances: what is closer is right for a person
CLICK_OFF = 0.0051  # pupil distances each way: a median of 0.6 %
_FAR = 0.05  # pupil distances
_START = datetime(2026, 1, 1, tzinfo=UTC)
WAYS: Mapping[str, tuple[bool, float]] = {
    "no predictions": (False, 0.0),
    "no predictions, carried": (False, 2.0),
    "tflite": (True, 0.0),
    "tflite, carried": (True, 2.0),
}


@dataclass
class Work:
    """What a person did, and how near the truth it came."""

    seconds: float = 0.0
    samples: int = 0
    proposed: int = 0  # carried labels that were shown
    confirmed: int = 0  # of these, by one key
    one_key: int = 0  # samples that took one key
    errors: list[float] = field(default_factory=list)  # of the eyes that are open, pupil distances

    def add(self, other: Work) -> None:
        for name in ("seconds", "samples", "proposed", "confirmed", "one_key"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.errors += other.errors

    def figures(self) -> dict[str, Any]:
        errors = np.array(self.errors)
        return {
            "samples": self.samples,
            "a_minute": round(60 * self.samples / self.seconds, 1),
            "one_key": round(self.one_key / self.samples, 3),
            "proposed": self.proposed,
            "confirmed": self.confirmed,
            "median_error": round(float(np.median(errors)), 4),
            "ninetieth_error": round(float(np.quantile(errors, 0.9)), 4),
            "over_5_percent": round(float((errors > _FAR).mean()), 4),
        }


@dataclass
class Worker:
    """One person before one store, who knows the truth of every sample within what people see."""

    truth: Mapping[str, TrueFace]  # by sample, in pixels of its picture
    random: np.random.Generator = field(default_factory=lambda: np.random.default_rng(5))

    def label(self, desk: AnnotationController) -> Work:
        work, session = Work(), desk.open()
        while session.item is not None and session.item.decision is None:
            session = self._answer(desk, session, work)
        desk.close(session)
        return work

    def _answer(self, desk: AnnotationController, session: AnnotationState, work: Work) -> AnnotationState:
        item = session.item
        assert item is not None
        true = self.truth[item.assignment.sample_id]
        wrong = [side for side in SIDES if not self._is_right(item.prediction(side), true, side)]
        carried = item.judged is JudgedKind.CARRIED
        work.samples += 1
        work.proposed += carried
        work.seconds += LOOK_S
        if not wrong:
            work.confirmed += carried
            work.one_key += 1
            work.seconds += KEY_S
            return desk.handle(session, LabelingAction.ACCEPT)
        if true.both_closed:
            work.one_key += 1
            work.seconds += KEY_S
            return desk.handle(session, LabelingAction.BOTH_CLOSED)
        for side in wrong:
            session = self._correct(desk, session, work, true, side)
        work.seconds += AGAIN_S
        if session.item is not None and session.item.assignment == item.assignment:
            work.seconds += KEY_S
            session = desk.handle(session, LabelingAction.ACCEPT)
        return session

    def _correct(
        self, desk: AnnotationController, session: AnnotationState, work: Work, true: TrueFace, side: Side
    ) -> AnnotationState:
        if true.eye(side).state is EyeState.CLOSED:
            if session.eye is not side:
                work.seconds += KEY_S
                session = desk.handle(session, LabelingAction.OTHER_EYE)
            work.seconds += KEY_S
            return desk.handle(session, LabelingAction.CLOSED)
        off = self.random.normal(size=2) * CLICK_OFF * true.pupil_distance
        centre = true.eye(side).centre
        work.seconds += POINT_S + KEY_S
        return desk.handle(session, PlacePupil(side, Point(centre.x + off[0], centre.y + off[1])))

    @staticmethod
    def _is_right(shown: Any, true: TrueFace, side: Side) -> bool:
        eye = true.eye(side)
        if shown is None or (shown.state is EyeState.CLOSED) is not (eye.state is EyeState.CLOSED):
            return False
        near = math.dist(shown.centre, eye.centre) <= AGREED * true.pupil_distance
        return eye.state is EyeState.CLOSED or near


def fill(store: Store, clip: LabelledClip, every: float) -> dict[str, TrueFace]:
    """Keeps the faces of a clip whose truth is known, one moment in `every` seconds; the truth of each by its id."""
    detector, due, found = livecam.PupilDetector(smoothing=False, max_faces=clip.most_faces), 0.0, {}
    for frame in clip.frames:
        faces = detector.track(frame)
        if frame.timestamp < due or not clip.truth.get(frame.index):
            continue
        due = frame.timestamp + every
        for true in clip.truth[frame.index]:
            observation = true.found_in(faces)
            if observation is not None and {true.left.state, true.right.state} <= {EyeState.OPEN, EyeState.CLOSED}:
                found.update(_keep(store, clip.name, frame, observation, true))
    return found


def _keep(store: Store, name: str, frame: Frame, observation: Any, true: TrueFace) -> Iterator[tuple[str, TrueFace]]:
    cut = crop_sample(frame.image, observation.face, CropMode.FACE)
    if cut is None:
        return
    picture, origin = cut
    seen = {side: observation.left if side is Side.LEFT else observation.right for side in Side}
    sample = build_sample(
        RecordingInfo(name, name),
        Scene(frame, (observation,)),
        observation,
        SampleCrop(CropMode.FACE, picture, origin),
        predictions=[Prediction("tflite", "1", side, pupil) for side, pupil in seen.items()],
        selection=SelectionReason(SamplingReason.LOW, 0.5),
        captured=_START + timedelta(seconds=frame.timestamp),
    )
    store.add(sample, picture)
    eyes = {
        side: true.eye(side)._replace(centre=Point(*np.subtract(true.eye(side).centre, origin).tolist()))
        for side in Side
    }
    yield sample.id, replace(true, left=eyes[Side.LEFT], right=eyes[Side.RIGHT])


def measure(clips: Sequence[Path], every: float) -> Iterator[tuple[str, Mapping[str, Work]]]:
    """The work of each way: of each clip, then of all together."""
    total: dict[str, Work] = {way: Work() for way in WAYS}
    for path in clips:
        with tempfile.TemporaryDirectory() as folder, Store.open(Path(folder) / "queue") as store:
            truth = fill(store, LabelledClip.open(path), every)
            kept = [(stored.sample, store.picture(stored.sample.id)) for stored in store.samples()]
            works = {way: _worked(Path(folder), kept, truth, *how) for way, how in WAYS.items()}
        for way, work in works.items():
            total[way].add(work)
        yield path.stem, works
    yield "all", total


def _worked(
    folder: Path, kept: Sequence[tuple[Any, Any]], truth: Mapping[str, TrueFace], predicted: bool, within: float
) -> Work:
    """In a store of its own."""
    with Store.open(folder / f"{predicted} {within}") as store:
        for sample, picture in kept:
            store.add(sample if predicted else replace(sample, predictions=()), picture)
        settings = LabelSettings(repeats=0.0, carry=within)
        work = Worker(truth).label(AnnotationController(store, LabelingMode.ANNOTATE, "ann", settings))
        for stored in store.samples():
            true = truth[stored.sample.id]
            work.errors += [
                math.dist(label.centre, true.eye(label.side).centre) / true.pupil_distance
                for label in stored.resolved.labels
                if label.centre is not None and true.eye(label.side).state is EyeState.OPEN
            ]
    return work


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clips", nargs="+", type=Path)
    parser.add_argument("--every", type=float, default=0.2, help="seconds between the moments that are kept")
    parser.add_argument("--json", action="store_true", help="a line of JSON a clip")
    chosen = parser.parse_args()
    for clip, works in measure(chosen.clips, chosen.every):
        told = {way: work.figures() for way, work in works.items() if work.samples}
        if chosen.json:
            print(json.dumps({"clip": clip, "ways": told}), flush=True)
            continue
        for way, figures in told.items():
            print(f"{clip:24} {way:24}", *(f"{name} {value}" for name, value in figures.items()), sep="  ", flush=True)


if __name__ == "__main__":
    main()
