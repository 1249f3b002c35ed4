"""Decides in peace, beside the loop, which suspects are kept, and puts them into the store."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Protocol

from livecam.collecting.chance import Reserve
from livecam.collecting.cutting import cut_out
from livecam.collecting.likeness import Seen, fingerprint
from livecam.collecting.recording import Cutting, Recording, Verdict, make_sample
from livecam.collecting.second_opinion import SecondOpinion, disagreement, guesses
from livecam.collecting.suspicion import Suspect
from livecam.collecting.tally import Tally
from livecam.core.errors import StoreError
from livecam.core.samples import Guess, Reason, Sample
from livecam.core.scene import Image
from livecam.core.seams import PupilPair
from livecam.settings import CollectSettings

_MEGABYTE = 1_000_000
_EVICT_EVERY = 10  # samples
# Faces are drawn blindly at this rate, more often than they are kept; of each block, five minutes with a face, as many
# are kept as make up their share. So within a block every moment with a face is as likely as any other.
DRAWS_PER_MINUTE = 20.0
_BLOCK = 100
_RESERVE = 20


# Asked for, or drawn: neither likeness nor haste may leave it out.
_ALWAYS = frozenset({Reason.FLAG, Reason.RANDOM})


class SampleStore(Protocol):
    """What a keeper needs of the sample store."""

    def add(self, sample: Sample, picture: Image) -> bool: ...
    def evict(self, most_bytes: int) -> int: ...


@dataclass(frozen=True, slots=True)
class Caught:
    """A suspect as it left the loop: when, and which finder found its pupils."""

    suspect: Suspect
    finder: str
    version: str
    captured: datetime


@dataclass(slots=True)
class Keeper:
    """Works in one thread."""

    settings: CollectSettings
    recording: Recording
    second: SecondOpinion
    tally: Tally
    random: Random
    _seen: Seen = field(default_factory=Seen, init=False)
    _reserve: Reserve[tuple[Sample, Image]] = field(init=False)
    _others: int = field(default=0, init=False)  # kept since the last draws were settled
    _times: deque[float] = field(default_factory=deque, init=False)  # seconds at which the last ones were kept

    def __post_init__(self) -> None:
        self._reserve = Reserve(self.random, _RESERVE)

    def take(self, caught: Caught, store: SampleStore) -> None:
        """Keeps it if it is worth it; StoreError when it cannot be written."""
        suspect = caught.suspect
        others = self.second.of(suspect.scene.frame, suspect.look, caught.finder)
        self.tally.asked += bool(others)
        apart = disagreement(suspect.look, others)
        verdict = self._judged(suspect, apart)
        if verdict is None or not (verdict.reason in _ALWAYS or self._is_wanted(suspect)):
            return
        made = self._made(caught, verdict, others)
        if made is None:
            return
        if verdict.reason is not Reason.RANDOM:
            self._others += self._is_added(*made, store)
            return
        self._reserve.add(made)
        if self._reserve.seen >= _BLOCK:
            self.settle(store)

    def settle(self, store: SampleStore) -> None:
        """Keeps as many of the drawn faces as make up their share, one at least: also of easy times something is to be
        tested on. StoreError when one cannot be written."""
        wanted = self._others * self.settings.random_share / (1 - self.settings.random_share)
        whole = int(wanted + self.random.random())
        self._others = 0
        failure: StoreError | None = None
        for sample, picture in self._reserve.draw(max(whole, 1) if self.settings.random_share else 0):
            try:
                self._is_added(sample, picture, store)
            except StoreError as error:
                failure = error
        if failure is not None:
            raise failure

    def _judged(self, suspect: Suspect, apart: float) -> Verdict | None:
        """An easy frame is of little use, one that two finders see differently of most."""
        is_disputed = apart > self.settings.disagree
        if suspect.reason is None:
            return Verdict(Reason.DISAGREE, 0.6 + min(apart, 0.3)) if is_disputed else None
        # What was drawn must not be worth more for what it shows: the least worth is evicted first.
        more = 0.1 if is_disputed and suspect.reason is not Reason.RANDOM else 0.0
        return Verdict(suspect.reason, min(suspect.worth + more, 1.0))

    def _is_wanted(self, suspect: Suspect) -> bool:
        if self._is_hasty(suspect.scene.frame.seconds):
            self.tally.limited += 1
            return False
        print_ = fingerprint(suspect.scene.frame.image, suspect.look.face)
        if not self._seen.is_new(print_):
            self.tally.alike += 1
            return False
        self._times.append(suspect.scene.frame.seconds)
        self._seen.remember(print_)
        return True

    def _is_hasty(self, seconds: float) -> bool:
        """Whether the last one is too near, or the minute is full."""
        if self._times and seconds < self._times[-1]:
            self._times.clear()  # a recording that starts again
        while self._times and self._times[0] <= seconds - 60:
            self._times.popleft()
        too_near = bool(self._times) and seconds - self._times[-1] < self.settings.gap_seconds
        return too_near or len(self._times) >= self.settings.per_minute

    def _made(self, caught: Caught, verdict: Verdict, others: Sequence[Guess]) -> tuple[Sample, Image] | None:
        """None for a face that hardly is in the frame."""
        scene, look = caught.suspect.scene, caught.suspect.look
        cutting = cut_out(scene.frame.image, look.face, self.settings.keep)
        if cutting is None:
            return None
        sample = make_sample(
            self.recording,
            scene,
            look,
            Cutting(self.settings.keep, *cutting),
            guesses=(*guesses(caught.finder, caught.version, PupilPair(look.left, look.right)), *others),
            verdict=verdict,
            captured=caught.captured,
        )
        return sample, cutting[0]

    def _is_added(self, sample: Sample, picture: Image, store: SampleStore) -> bool:
        try:
            is_new = store.add(sample, picture)
        except StoreError:
            self.tally.failed += 1
            raise
        if not is_new:
            self.tally.alike += 1
            return False
        self.tally.kept[sample.reason] += 1
        if self.tally.total % _EVICT_EVERY == 0:
            self.tally.evicted += store.evict(self.settings.quota_mb * _MEGABYTE)
        return True
