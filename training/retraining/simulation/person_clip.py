"""One person before one camera, for the simulation: eyes of a clip with their truth, in time order, in two halves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from livecam.benchmark.clips.clip_truth import LabelledClip, TrueFace
from livecam.core.types import EyeState, Face, FaceObservation, Image, Scene, Side
from livecam.live.collection.hard_examples import Candidate, HardExampleDetector, is_usable
from livecam.live.collection.random_sampling import PoissonSampler
from livecam.live.collection.sample_builder import crop_sample
from livecam.perception.faces.factory import follow_recorded, open_model
from livecam.perception.pipeline import EyeHistory, Perception, Smoothing
from livecam.perception.pupils.factory import open_pupils
from livecam.settings import Settings
from livecam.store.samples import CropMode, SamplingReason
from training.data.dataset import EyeSample, eye_patch
from training.data.store_samples import HUMAN
from training.engine.files import DatasetError

_VISIBLE = 0.8
_NEVER = 1e-9  # draws a minute


@dataclass(frozen=True, slots=True, eq=False)
class SeenFace:
    """A face of the person in one frame, as it would be kept."""

    seconds: float
    image: Image
    face: Face  # pixels of the image
    truth: TrueFace  # pixels of the frame
    origin: tuple[int, int]
    priority: float = 0.0  # with which collecting would keep it; 0 where it would not

    def centre(self, side: Side) -> NDArray[np.float64]:
        place: NDArray[np.float64] = np.array(self.truth.eye(side).centre, np.float64) - self.origin
        return place

    def judged_sides(self) -> Sequence[Side]:
        """Eyes whose state is known."""
        return [side for side in Side if self.truth.eye(side).state in {EyeState.OPEN, EyeState.CLOSED}]

    def eye(self, side: Side, offset: complex = 0j) -> EyeSample:
        """As a label would teach it, less an offset (right and down along the face, pupil distances)."""
        shut = self.truth.eye(side).state is EyeState.CLOSED
        step = offset * self.face.pupil_distance * np.exp(1j * self.face.roll)
        centre = self.centre(side) - [step.real, step.imag]
        return eye_patch(self.image, self.face, side).eye(
            centre,
            0.093 * self.face.pupil_distance,
            visible=0.0 if shut else _VISIBLE,
            weight=0.5 if shut else 1.0,
            group=f"{self.seconds:.3f}",
            origin=HUMAN,
        )


class PersonClip(NamedTuple):
    """The half that may be learnt from, and the half that judges, in time order."""

    name: str
    early: Sequence[SeenFace]
    later: Sequence[SeenFace]

    def queue(self, count: int) -> Sequence[SeenFace]:
        """What collecting kept of the early half and would be labelled first; then, evenly in time, the rest."""
        kept = sorted((each for each in self.early if each.priority), key=lambda each: -each.priority)
        rest = [each for each in self.early if not each.priority]
        return [*kept, *_evenly(rest, max(count - len(kept), 0))][:count]

    def drawn(self, count: int, seed: int) -> Sequence[SeenFace]:
        """So many random ones; fewer are among them."""
        order = np.random.default_rng(seed).permutation(len(self.early))
        return [self.early[k] for k in order[:count]]


def read_person(clip: Path, settings: Settings, most: int) -> PersonClip:
    """The person with the most frames; of each half `most` frames, evenly. DatasetError for a clip of too few."""
    labelled = LabelledClip.open(clip)
    person = Counter(face.face for faces in labelled.truth.values() for face in faces).most_common(1)[0][0]
    faces = follow_recorded(open_model(settings.faces.finder), max(settings.faces.max_faces, labelled.most_faces))
    perception = Perception(faces, open_pupils(settings.pupils), Smoothing(), EyeHistory())
    random = Random(labelled.name)
    collecting = HardExampleDetector(settings.collect, PoissonSampler(random, _NEVER), random)
    seen = list(_seen(labelled, person, (perception.see(frame) for frame in labelled.frames), collecting))
    if len(seen) < 4:
        raise DatasetError(
            f"{clip} shows one person in {len(seen)} frames whose truth is known; a longer clip is wanted"
        )
    middle = (seen[0].seconds + seen[-1].seconds) / 2
    early = [each for each in seen if each.seconds < middle]
    later = [each for each in seen if each.seconds >= middle]
    kept = [each for each in early if each.priority]
    pool = sorted([*kept, *_evenly([each for each in early if not each.priority], most)], key=lambda each: each.seconds)
    return PersonClip(labelled.name, pool, _evenly(later, most))


def _seen(
    clip: LabelledClip, person: int, scenes: Iterable[Scene], collecting: HardExampleDetector
) -> Iterator[SeenFace]:
    seen: list[tuple[int, SeenFace]] = []
    priorities: dict[tuple[float, int], float] = {}  # by moment and track
    for scene in scenes:
        _note(collecting.evaluate(scene), priorities)
        for truth in clip.truth.get(scene.frame.index, ()):
            observation = truth.found_in(scene.faces) if truth.face == person else None
            if observation is not None and is_usable(observation.face):
                seen += [(observation.face.track_id, face) for face in _cut(scene, observation, truth)]
    for candidate in collecting.flush():
        _note(candidate, priorities)
    for track, face in seen:
        yield replace(face, priority=priorities.get((face.seconds, track), 0.0))


def _note(candidate: Candidate | None, priorities: dict[tuple[float, int], float]) -> None:
    if candidate is not None and candidate.reason not in {None, SamplingReason.RANDOM}:
        priorities[candidate.seconds, candidate.track_id] = candidate.priority


def _cut(scene: Scene, observation: FaceObservation, truth: TrueFace) -> Iterator[SeenFace]:
    cut = crop_sample(scene.frame.image, observation.face, CropMode.FACE)
    if cut is None:
        return
    image, origin = cut
    face = Face(observation.face.box, (observation.face.landmarks - np.array(origin)).astype(np.float32), 1.0)
    yield SeenFace(scene.frame.timestamp, image, face, truth, origin)


def _evenly(faces: Sequence[SeenFace], most: int) -> Sequence[SeenFace]:
    if len(faces) <= most:
        return faces
    places = np.unique(np.linspace(0, len(faces) - 1, most).round().astype(int))
    return [faces[k] for k in places] if most else []
