"""How well collecting finds what fails: kept frames of clips whose truth is known, by reason, beside random ones."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import numpy as np

from livecam.benchmark.clips.clip_truth import LabelledClip, TrueFace
from livecam.core.types import EyeState, FaceObservation, Image, Scene, Side
from livecam.live.collection.factory import second_detector
from livecam.live.collection.hard_examples import Candidate, HardExampleDetector, is_usable
from livecam.live.collection.random_sampling import PoissonSampler
from livecam.live.collection.sample_builder import RecordingInfo
from livecam.live.collection.selector import DRAWS_PER_MINUTE, CollectionStats, PendingCandidate, SampleSelector
from livecam.perception.faces.factory import follow_recorded, open_model
from livecam.perception.pipeline import EyeHistory, Perception, Smoothing
from livecam.perception.pupils.factory import open_pupils
from livecam.settings import Settings
from livecam.store.samples import ENOUGH_FOR_A_ROUND, LEAST_TO_JUDGE, Sample, SampleState, SamplingReason, Split

FAR = 0.05  # pupil distances: an open eye's pupil that is farther off is a failure, as a wrong state is
_SAME_EVENT = 0.5  # seconds between failures that belong together
_AT_ITS_EDGE = 0.1  # seconds from an event to a frame that shows it
_DRAWS = 500
GOAL_FAILURES, GOAL_EVENTS = 0.27, 0.65


class FailureEvent(NamedTuple):
    """One face that is answered wrongly for a while."""

    face: int
    begin: float  # seconds
    end: float

    def shows(self, face: int, seconds: float) -> bool:
        return face == self.face and self.begin - _AT_ITS_EDGE <= seconds <= self.end + _AT_ITS_EDGE


class JudgedFace(NamedTuple):
    """A face of a frame whose truth is known, and whether the answer was wrong."""

    frame: int
    seconds: float
    face: int
    failed: bool


class KeptFace(NamedTuple):
    """A face that was kept, and why; None for one whose truth is not known."""

    reason: SamplingReason
    judged: JudgedFace | None


@dataclass(frozen=True, slots=True)
class CollectionQuality:
    """What was kept of a clip, and what there was to keep."""

    name: str
    faces: tuple[JudgedFace, ...]  # that could have been kept
    kept: tuple[KeptFace, ...]

    @property
    def events(self) -> Sequence[FailureEvent]:
        return failure_events(self.faces)


def failure_events(faces: Iterable[JudgedFace]) -> Sequence[FailureEvent]:
    """Failures of a face with less than half a second between them."""
    times: dict[int, list[float]] = defaultdict(list)
    for each in faces:
        if each.failed:
            times[each.face].append(each.seconds)
    return [event for face, seconds in sorted(times.items()) for event in _events(face, sorted(seconds))]


def _events(face: int, seconds: Sequence[float]) -> Iterator[FailureEvent]:
    begin = seconds[0]
    for before, after in pairwise([*seconds, math.inf]):
        if after - before > _SAME_EVENT:
            yield FailureEvent(face, begin, before)
            begin = after


def is_wrong(observation: FaceObservation, truth: TrueFace) -> bool:
    """Whether an eye's state is wrong, or an open one's pupil farther off than `FAR`; eyes that cannot be judged
    count as right."""
    return any(_is_eye_wrong(observation, truth, side) for side in Side)


def _is_eye_wrong(observation: FaceObservation, truth: TrueFace, side: Side) -> bool:
    pupil, true = observation.pupil(side), truth.eye(side)
    if true.state is EyeState.CLOSED:
        return pupil is not None and pupil.state is not EyeState.HIDDEN and pupil.state is not EyeState.CLOSED
    if true.state is not EyeState.OPEN:
        return False
    if pupil is None or pupil.state is EyeState.CLOSED:
        return True
    return math.dist(pupil.centre, true.centre) > FAR * truth.pupil_distance


def measure(clip: Path, settings: Settings) -> CollectionQuality:
    """Runs a clip as `livecam run --collect` does; SourceError for one without its truth."""
    labelled = LabelledClip.open(clip)
    faces = follow_recorded(open_model(settings.faces.finder), max(settings.faces.max_faces, labelled.most_faces))
    perception = Perception(faces, open_pupils(settings.pupils), Smoothing(), EyeHistory())
    return measured(labelled, (perception.see(frame) for frame in labelled.frames), settings)


def measured(clip: LabelledClip, scenes: Iterable[Scene], settings: Settings) -> CollectionQuality:
    """The same for scenes that were seen before."""
    random, chosen, store = Random(clip.name), settings.collect, _Shelf()
    second = second_detector(settings.pupils, (), lambda _: None)
    selector = SampleSelector(chosen, RecordingInfo(clip.name, clip.name), second, CollectionStats(), random)
    selector.begin(store)
    detector = HardExampleDetector(chosen, PoissonSampler(random, DRAWS_PER_MINUTE), random)
    found: dict[tuple[int, int], JudgedFace] = {}

    def candidates() -> Iterator[Candidate | None]:
        for scene in scenes:
            found.update({(each.frame, each.face): each for each in _judged(clip, scene)})
            yield detector.evaluate(scene)
        yield from detector.flush()

    for candidate in candidates():
        if candidate is not None:
            now = datetime.fromtimestamp(candidate.seconds, UTC)
            selector.process(PendingCandidate(candidate, settings.pupils.finder.value, "", now), store)
    selector.draw_random_share(store)
    return CollectionQuality(
        clip.name, tuple(found.values()), tuple(_kept(sample, clip, found) for sample in store.samples)
    )


def _judged(clip: LabelledClip, scene: Scene) -> Iterator[JudgedFace]:
    for truth in clip.truth.get(scene.frame.index, ()):
        observation = truth.found_in(scene.faces)
        if observation is not None and is_usable(observation.face):
            yield JudgedFace(scene.frame.index, scene.frame.timestamp, truth.face, is_wrong(observation, truth))


def _kept(sample: Sample, clip: LabelledClip, found: Mapping[tuple[int, int], JudgedFace]) -> KeptFace:
    middle = sample.landmarks[36:48].mean(axis=0) + np.array(sample.origin)
    for truth in clip.truth.get(sample.frame_index, ()):
        centres = np.array([truth.left.centre, truth.right.centre])
        if float(np.hypot(*(centres.mean(axis=0) - middle))) < 0.4 * truth.pupil_distance:
            return KeptFace(sample.reason, found.get((sample.frame_index, truth.face)))
    return KeptFace(sample.reason, None)


class _Shelf:
    """A SampleStore that keeps no pictures, and has enough samples for a round."""

    def __init__(self) -> None:
        self.samples: list[Sample] = []

    def recordings(self) -> Mapping[str, Split]:
        return {}

    def count_random(self, session: str | None = None) -> int:
        return LEAST_TO_JUDGE if session is None else 0

    def count_states(self) -> Mapping[SampleState, int]:
        return {SampleState.NEW: ENOUGH_FOR_A_ROUND}

    def seconds_of(self, session: str) -> Sequence[float]:
        return []

    def add(self, sample: Sample, picture: Image) -> bool:
        self.samples.append(sample)
        return True

    def evict(self, most_bytes: int) -> int:
        return 0


def summary(clips: Sequence[CollectionQuality]) -> dict[str, Any]:
    """Shares over all clips: of what is kept without what is drawn blindly, by reason, and of as many random faces."""
    hard = [[each for each in clip.kept if each.reason is not SamplingReason.RANDOM] for clip in clips]
    reasons = Counter(each.reason for kept in hard for each in kept)
    return {
        "clips": [clip.name for clip in clips],
        "faces": sum(len(clip.faces) for clip in clips),
        "failing_faces": sum(each.failed for clip in clips for each in clip.faces),
        "events": sum(len(clip.events) for clip in clips),
        "kept": _shares(clips, hard),
        "reasons": {
            reason.value: _shares(clips, [[each for each in kept if each.reason is reason] for kept in hard])
            for reason in sorted(reasons)
        },
        "random": _random(clips, [sum(each.judged is not None for each in kept) for kept in hard]),
        "goals": {"failures": GOAL_FAILURES, "events_caught": GOAL_EVENTS},
    }


def _shares(clips: Sequence[CollectionQuality], kept: Sequence[Sequence[KeptFace]]) -> dict[str, float | int | None]:
    judged = [[each.judged for each in some if each.judged is not None] for some in kept]
    count, failed = sum(map(len, judged)), sum(each.failed for some in judged for each in some)
    caught = sum(_caught(clip.events, some) for clip, some in zip(clips, judged, strict=True))
    events = sum(len(clip.events) for clip in clips)
    return {
        "kept": sum(map(len, kept)),
        "judged": count,
        "failures": round(failed / count, 4) if count else None,
        "events_caught": round(caught / events, 4) if events else None,
    }


def _caught(events: Iterable[FailureEvent], faces: Sequence[JudgedFace]) -> int:
    return sum(any(event.shows(each.face, each.seconds) for each in faces) for event in events)


def _random(clips: Sequence[CollectionQuality], counts: Sequence[int]) -> dict[str, float | None]:
    """The mean over many draws of as many faces of each clip."""
    rng = np.random.default_rng(0)
    failures, caught = [], []
    total, events = sum(counts), sum(len(clip.events) for clip in clips)
    for _ in range(_DRAWS if total else 0):
        drawn = [
            [clip.faces[k] for k in rng.choice(len(clip.faces), min(count, len(clip.faces)), replace=False)]
            for clip, count in zip(clips, counts, strict=True)
        ]
        failures.append(sum(each.failed for some in drawn for each in some) / total)
        caught.append(sum(_caught(clip.events, some) for clip, some in zip(clips, drawn, strict=True)))
    return {
        "failures": round(float(np.mean(failures)), 4) if failures else None,
        "events_caught": round(float(np.mean(caught)) / events, 4) if events and caught else None,
    }
