"""Sample selection, in the collector's thread: second opinion, duplicates, rate limit, random share; then the store."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from random import Random
from typing import Any, Protocol

from livecam.core.errors import StoreError
from livecam.core.interfaces import PupilPair
from livecam.core.types import Image
from livecam.live.collection.hard_examples import Candidate
from livecam.live.collection.model_disagreement import SecondDetector, disagreement, predictions
from livecam.live.collection.near_duplicates import DuplicateFilter, difference_hash
from livecam.live.collection.random_sampling import ReservoirSampler
from livecam.live.collection.sample_builder import RecordingInfo, SampleCrop, SelectionReason, build_sample, crop_sample
from livecam.settings import CollectSettings
from livecam.store.samples import (
    ENOUGH_FOR_A_ROUND,
    LEAST_TO_JUDGE,
    Prediction,
    Sample,
    SampleState,
    SamplingReason,
    Split,
)


@dataclass(slots=True)
class CollectionStats:
    """Counts of one run. What was `dropped` came too fast, what `failed` could not be written."""

    kept: Counter[SamplingReason] = field(default_factory=Counter)
    asked: int = 0  # frames the other detector looked at
    duplicates: int = 0
    limited: int = 0
    dropped: int = 0
    failed: int = 0
    evicted: int = 0

    @property
    def total(self) -> int:
        return sum(self.kept.values())

    @property
    def lost(self) -> int:
        """That a person might wonder about."""
        return self.dropped + self.failed

    def as_json(self) -> dict[str, Any]:
        return {
            "kept": {reason.value: self.kept[reason] for reason in SamplingReason},
            "total": self.total,
            "asked_other_finder": self.asked,
            "alike": self.duplicates,
            "limited": self.limited,
            "dropped": self.dropped,
            "failed": self.failed,
            "evicted": self.evicted,
        }

    def summary(self) -> str:
        """`7 frames kept (3 low, 2 disagree, 2 random)`, and what was lost."""
        kinds = ", ".join(f"{self.kept[reason]} {reason.value}" for reason in SamplingReason if self.kept[reason])
        words = f"{self.total} frame{'' if self.total == 1 else 's'} kept" + (f" ({kinds})" if kinds else "")
        if self.dropped:
            words += f", {self.dropped} dropped because they came too fast"
        if self.failed:
            words += f", {self.failed} could not be written"
        return words


_MEGABYTE = 1_000_000
_EVICT_EVERY = 10  # samples
# Faces are drawn blindly at this rate, more often than they are kept; of each block, five minutes with a face, as many
# are kept as make up their share. So within a block every moment with a face is as likely as any other.
DRAWS_PER_MINUTE = 20.0
_BLOCK = 100
_RESERVE = ENOUGH_FOR_A_ROUND
_JUDGES_FIRST = 0.95
_BACKWARDS = 0.5  # seconds: a frame that is told of late is still of the same showing
_SAME_MOMENT = 0.05  # seconds: a clip that is read again may have other times by a rounding


# Asked for, or drawn: neither likeness nor haste may leave it out.
_ALWAYS = frozenset({SamplingReason.FLAG, SamplingReason.RANDOM})


class SampleStore(Protocol):
    """What a selector needs of the sample store."""

    def recordings(self) -> Mapping[str, Split]: ...
    def count_random(self, session: str | None = None) -> int: ...
    def count_states(self) -> Mapping[SampleState, int]: ...
    def seconds_of(self, session: str) -> Sequence[float]: ...
    def add(self, sample: Sample, picture: Image) -> bool: ...
    def evict(self, most_bytes: int) -> int: ...


@dataclass(frozen=True, slots=True)
class PendingCandidate:
    """A candidate as it left the loop: when, and which detector found its pupils."""

    candidate: Candidate
    detector: str
    version: str
    captured_at: datetime


@dataclass(slots=True)
class SampleSelector:
    """Works in one thread."""

    settings: CollectSettings
    recording: RecordingInfo
    second: SecondDetector
    stats: CollectionStats
    random: Random
    _duplicates: DuplicateFilter = field(default_factory=DuplicateFilter, init=False)
    _reserve: ReservoirSampler[tuple[Sample, Image]] = field(init=False)
    _random_missing: int = field(default=0, init=False)  # which the store lacks to judge a model by
    _missing: int = field(default=0, init=False)  # which it lacks for a round, of any kind
    _known_seconds: list[float] = field(default_factory=list, init=False)  # what earlier runs kept of this recording
    _known_random: int = field(default=0, init=False)  # what they drew of it, and is not yet made up for
    _kept_since_draw: int = field(default=0, init=False)  # kept since the last draws were settled
    _times: deque[float] = field(default_factory=deque, init=False)  # seconds at which the last ones were kept
    _last: dict[int, float] = field(default_factory=dict, init=False)  # and the last one of each face

    def __post_init__(self) -> None:
        self._reserve = ReservoirSampler(self.random, _RESERVE)

    def begin(self, store: SampleStore) -> None:
        """Deals the recording its split, and sees what the store lacks to judge a model by, and for a round."""
        self.recording = self.recording.dealt(store.recordings())
        self._known_seconds = sorted(store.seconds_of(self.recording.session))
        self._known_random = store.count_random(self.recording.session)
        self._random_missing = max(0, LEAST_TO_JUDGE - store.count_random())
        self._missing = max(0, ENOUGH_FOR_A_ROUND - sum(store.count_states().values()))

    def process(self, pending: PendingCandidate, store: SampleStore) -> None:
        """Keeps it if it is worth it; StoreError when it cannot be written."""
        candidate = pending.candidate
        other_predictions = self.second.predictions(candidate.scene.frame, candidate.observation, pending.detector)
        self.stats.asked += bool(other_predictions)
        apart = disagreement(candidate.observation, other_predictions)
        selection = self._select(candidate, apart)
        if selection is None or not (selection.reason in _ALWAYS or self._is_wanted(candidate)):
            return
        made = self._build(pending, selection, other_predictions)
        if made is None:
            return
        if selection.reason is not SamplingReason.RANDOM:
            self._kept_since_draw += self._add(*made, store)
            return
        self._reserve.add(made)
        if self._reserve.seen >= _BLOCK:
            self.draw_random_share(store)

    def draw_random_share(self, store: SampleStore) -> None:
        """Keeps as many of the drawn faces as make up their share, one at least, and as many as the store lacks for a
        round: also of easy times something is to be tested on, and where hardly anything is hard they are what there is
        to learn from. StoreError when one cannot be written."""
        wanted = self._kept_since_draw * self.settings.random_share / (1 - self.settings.random_share)
        whole = int(wanted + self.random.random())
        self._kept_since_draw = 0
        count = max(whole, 1, self._random_missing, self._missing) if self.settings.random_share else 0
        count = min(count, self._reserve.seen)
        made_up_for = min(count, self._known_random)
        self._known_random -= made_up_for
        failure: StoreError | None = None
        for sample, picture in self._reserve.draw(count - made_up_for):
            try:
                self._random_missing -= self._add(self._ranked(sample), picture, store)
            except StoreError as error:
                failure = error
        if failure is not None:
            raise failure

    def _ranked(self, sample: Sample) -> Sample:
        """Those that are missing to judge by are to be labelled before all others."""
        return replace(sample, priority=_JUDGES_FIRST) if self._random_missing > 0 else sample

    def _select(self, candidate: Candidate, apart: float) -> SelectionReason | None:
        """An easy frame is of little use, one that two detectors see differently of most."""
        is_disputed = apart > self.settings.disagree
        if candidate.reason is None:
            return SelectionReason(SamplingReason.DISAGREE, 0.6 + min(apart, 0.3)) if is_disputed else None
        # What was drawn must not be worth more for what it shows: the least worth is evicted first.
        more = 0.1 if is_disputed and candidate.reason is not SamplingReason.RANDOM else 0.0
        return SelectionReason(candidate.reason, min(candidate.priority + more, 1.0))

    def _is_wanted(self, candidate: Candidate) -> bool:
        if self._is_rate_limited(candidate):
            self.stats.limited += 1
            return False
        image_hash = difference_hash(candidate.scene.frame.image, candidate.observation.face)
        is_new = self._duplicates.is_new(image_hash)
        is_known = self._was_kept(candidate.scene.frame.timestamp)
        if is_new or is_known:
            # What an earlier run kept counts as kept: what is like it is no more wanted now than it was then.
            self._times.append(candidate.scene.frame.timestamp)
            self._last[candidate.observation.face.track_id] = candidate.scene.frame.timestamp
            self._duplicates.remember(image_hash)
        self.stats.duplicates += is_known or not is_new
        return is_new and not is_known

    def _was_kept(self, seconds: float) -> bool:
        """Whether an earlier run of the same recording kept what is near."""
        after = bisect_left(self._known_seconds, seconds)
        near = self._known_seconds[max(after - 1, 0) : after + 1]
        return any(abs(known - seconds) < max(self.settings.gap_seconds, _SAME_MOMENT) for known in near)

    def _is_rate_limited(self, candidate: Candidate) -> bool:
        """Whether the last one of this face is too near, or the minute is full."""
        seconds = candidate.scene.frame.timestamp
        last = self._last.get(candidate.observation.face.track_id)
        if self._times and seconds < self._times[-1] - _BACKWARDS:
            self._times.clear()  # a recording that starts again
            self._last.clear()
            last = None
        while self._times and self._times[0] <= seconds - 60:
            self._times.popleft()
        too_near = last is not None and abs(seconds - last) < self.settings.gap_seconds
        return too_near or len(self._times) >= self.settings.per_minute

    def _build(
        self, pending: PendingCandidate, selection: SelectionReason, other_predictions: Sequence[Prediction]
    ) -> tuple[Sample, Image] | None:
        """None for a face that hardly is in the frame."""
        scene, observation = pending.candidate.scene, pending.candidate.observation
        crop = crop_sample(scene.frame.image, observation.face, self.settings.keep)
        if crop is None:
            return None
        sample = build_sample(
            self.recording,
            scene,
            observation,
            SampleCrop(self.settings.keep, *crop),
            predictions=(
                *predictions(pending.detector, pending.version, PupilPair(observation.left, observation.right)),
                *other_predictions,
            ),
            selection=selection,
            captured=pending.captured_at,
        )
        return sample, crop[0]

    def _add(self, sample: Sample, picture: Image, store: SampleStore) -> bool:
        try:
            is_new = store.add(sample, picture)
        except StoreError:
            self.stats.failed += 1
            raise
        if not is_new:
            self.stats.duplicates += 1
            return False
        self.stats.kept[sample.reason] += 1
        self._missing -= 1
        if self.stats.total % _EVICT_EVERY == 0:
            self.stats.evicted += store.evict(self.settings.quota_mb * _MEGABYTE)
        return True
