"""A store in memory with the few methods that a desk needs, and samples to fill it; it keeps what it was told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from livecam.core.errors import StoreError
from livecam.core.types import Image, Point, Pupil, Side
from livecam.store.leases import LeaseFilter, in_overlap
from livecam.store.resolution import DECIDING, resolve_labels, standing_events
from livecam.store.samples import (
    DRAWN,
    CropMode,
    LabelAction,
    LabelEvent,
    Prediction,
    Sample,
    SampleOutline,
    SampleState,
    SamplingReason,
    Split,
    StoredSample,
    pixel_hash,
)
from tests.fakes import grey, make_landmarks

START = datetime(2026, 1, 1, tzinfo=UTC)
UNIT = 60.0  # pupil distance of the samples


def make_picture(number: int = 0) -> Image:
    picture = grey(160, 120, 100)
    picture[0, 0] = (number % 256, number // 256, 7)
    return picture


def make_sample(
    number: int = 0,
    *,
    shift: float = 0.0,
    without: Collection[Side] = (),
    reason: SamplingReason = SamplingReason.LOW,
    priority: float = 1.0,
    detector: str = "tflite",
) -> Sample:
    """A face in a small picture; its predictions are the middles of the eyes, `shift` pixels to the right."""
    landmarks = make_landmarks(centre=(80, 50), pupil_distance=UNIT)
    pupils = {Side.LEFT: Point(110 + shift, 50), Side.RIGHT: Point(50 + shift, 50)}
    return Sample(
        id=pixel_hash(make_picture(number)),
        session="s",
        captured=START + timedelta(seconds=number),
        source="clip.mp4",
        frame_index=number,
        seconds=number / 30,
        size=(160, 120),
        keep=CropMode.FACE,
        origin=(0, 0),
        frame_size=(160, 120),
        landmarks=landmarks,
        predictions=tuple(
            Prediction(detector, "1", side, None if side in without else Pupil(pupils[side], 5.5, 0.4)) for side in Side
        ),
        reason=reason,
        priority=priority,
        split=Split.TRAIN,
    )


@dataclass
class Shelf:
    """Honest: first come first served, no sample to two owners, the state is the fold of the events."""

    folder: Path = Path("shelf")
    stored: dict[str, Sample] = field(default_factory=dict)
    kept: list[LabelEvent] = field(default_factory=list)
    owners: dict[str, str] = field(default_factory=dict)
    full: bool = False

    @classmethod
    def of(cls, *samples: Sample) -> Shelf:
        return cls(stored={sample.id: sample for sample in samples})

    def sample(self, sample_id: str) -> StoredSample:
        if sample_id not in self.stored:
            raise StoreError(f"there is no sample {sample_id}")
        stands = resolve_labels(self._about(sample_id))
        owner = self.owners.get(sample_id)
        undecided = stands.state in {SampleState.NEW, SampleState.REJECTED}
        state = SampleState.LEASED if owner and undecided else stands.state
        return StoredSample(self.stored[sample_id], stands, state, owner)

    def picture(self, sample_id: str) -> Image:
        return make_picture(self.sample(sample_id).sample.frame_index)

    def picture_path(self, sample_id: str) -> Path:
        return self.folder / "pictures" / f"{sample_id}.png"

    def samples(self, states: Collection[SampleState] | None = None) -> Iterator[StoredSample]:
        ordered = sorted(self.stored.values(), key=lambda sample: (-sample.priority, sample.captured, sample.id))
        found = (self.sample(sample.id) for sample in ordered)
        return (stored for stored in found if states is None or stored.state in states)

    def lease(
        self,
        owner: str,
        *,
        count: int = 1,
        seconds: float = 600,
        wanted: LeaseFilter,
    ) -> Sequence[StoredSample]:
        free = [
            stored
            for stored in self.samples()
            if stored.resolved.state in wanted.states
            and self.owners.get(stored.sample.id, owner) == owner
            and self._is_wanted(stored, wanted)
        ]
        for stored in free[:count]:
            self.owners[stored.sample.id] = owner
        return [self.sample(stored.sample.id) for stored in free[:count]]

    def renew(self, owner: str, ids: Collection[str], seconds: float = 600) -> Sequence[str]:
        held = [sample_id for sample_id in ids if self.owners.get(sample_id, owner) == owner]
        self.owners |= dict.fromkeys(held, owner)
        return held

    def leased(self) -> dict[str, list[str]]:
        held: dict[str, list[str]] = {}
        for sample_id, owner in self.owners.items():
            held.setdefault(owner, []).append(sample_id)
        return held

    def release(self, owner: str, ids: Collection[str]) -> None:
        for sample_id in ids:
            if self.owners.get(sample_id) == owner:
                del self.owners[sample_id]

    def append_events(self, events: Sequence[LabelEvent]) -> tuple[LabelEvent, ...]:
        if self.full:
            raise StoreError("the disk is full; make room and decide again")
        first = len(self.kept) + 1
        numbered = tuple(
            replace(event, number=first + index, when=START + timedelta(seconds=first + index))
            for index, event in enumerate(events)
        )
        self.kept += numbered
        return numbered

    def events(self, sample_id: str | None = None, annotator: str | None = None) -> Iterator[LabelEvent]:
        return iter([e for e in self.kept if sample_id in {None, e.sample_id} and annotator in {None, e.annotator}])

    def labelled_near(self, recording: str, seconds: float, within: float) -> Sequence[StoredSample]:
        near = [
            stored
            for stored in self.samples({SampleState.LABELLED})
            if stored.sample.session == recording and 0 < abs(stored.sample.seconds - seconds) <= within
        ]
        return sorted(near, key=lambda stored: (abs(stored.sample.seconds - seconds), stored.sample.id))

    def outlines(self, states: Collection[SampleState]) -> Sequence[SampleOutline]:
        found = (stored.sample for stored in self.samples() if stored.resolved.state in states)
        return [SampleOutline(*(getattr(sample, name) for name in SampleOutline._fields)) for sample in found]

    def label_seconds(self) -> Sequence[float]:
        return ()

    def count_states(self) -> Counter[SampleState]:
        return Counter(stored.state for stored in self.samples())

    def _about(self, sample_id: str) -> list[LabelEvent]:
        return [event for event in self.kept if event.sample_id == sample_id]

    def gold_samples(self, not_by: str, *, drawn_only: bool = False) -> Sequence[str]:
        gold = [stored.sample for stored in self.samples() if stored.resolved.gold]
        known = [sample.id for sample in gold if sample.session == DRAWN or not drawn_only]
        return sorted(sample_id for sample_id in known if not self._decisions(sample_id, not_by))

    def _is_wanted(self, stored: StoredSample, wanted: LeaseFilter) -> bool:
        said = self._decisions(stored.sample.id, wanted.by)
        overlapping = wanted.overlap is None or (
            in_overlap(stored.sample.id, wanted.overlap) and stored.resolved.deciders == 1
        )
        answered = bool(said) and said[-1].action is not LabelAction.REJECT
        if wanted.real and stored.sample.session == DRAWN:
            return False
        return overlapping and not (wanted.undecided and said) and not (wanted.unanswered and answered)

    def _decisions(self, sample_id: str, by: str | None) -> list[LabelEvent]:
        standing = standing_events(event for event in self._about(sample_id) if not event.is_repeat)
        return [event for event in standing if event.annotator == by and event.action in DECIDING]
