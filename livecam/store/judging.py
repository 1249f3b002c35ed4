"""Which labelled samples judge a new model and which teach it, and what a training round still lacks."""

from __future__ import annotations

import json
import statistics
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from livecam.core.errors import SettingsError, StoreError
from livecam.core.placeholder_landmarks import is_placeholder
from livecam.store.samples import (
    LEAST_TO_JUDGE,
    ResolvedLabels,
    Sample,
    SampleOutline,
    SampleState,
    SamplingReason,
    Split,
)
from livecam.store.store import Store

# Why only random samples judge: docs/decisions/judged-by-random-samples.md
BLOCK_SECONDS = 2.0  # of a recording, either judged by or learnt from
APART_SECONDS = 1.0  # nothing is learnt from that is nearer to what judges
RANDOM_PER_MINUTE = 20.0  # faces a run draws at random, at most, while a store lacks such as judge
_USUAL_SECONDS = 6.0  # a label, where nobody has made any

_NEVER = datetime.min.replace(tzinfo=UTC)
_WAITING = (SampleState.NEW, SampleState.REJECTED)  # leased ones too
_Known = Sample | SampleOutline


@dataclass(frozen=True, slots=True)
class DealtSamples:
    """Ids of labelled samples, sorted: those that judge, teach, and calibrate the confidence."""

    judging: tuple[str, ...]
    learning: tuple[str, ...]
    calibrating: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class JudgesByWord:
    """Pictures that were imported or flagged and judge because the user says so: of a split, or of a folder."""

    split: Split | None = None
    folder: Path | None = None

    @classmethod
    def parse(cls, words: str) -> JudgesByWord:
        """SettingsError for what is neither a split nor a folder."""
        if words in set(Split):
            return cls(split=Split(words))
        if Path(words).is_dir():
            return cls(folder=Path(words))
        raise SettingsError(f"--judge-by wants {', '.join(Split)} or a folder of pictures, not '{words}'")

    def covers(self, sample: _Known) -> bool:
        """Only what a person chose: the frames that detectors were unsure of are no fair picture of any set."""
        if sample.reason is not SamplingReason.FLAG:
            return False
        if self.folder is None:
            return sample.split is self.split
        place = Path(sample.source)
        inside = place.absolute().is_relative_to(self.folder.absolute())
        return inside or (not place.is_absolute() and (self.folder / place).is_file())


def usable(sample: Sample, resolved: ResolvedLabels) -> bool:
    """Whether labels of a sample can judge or teach: some eye is seen, on a face that was found.

    Placeholder landmarks are made from the labels: a model would learn, and be judged by, where they are.
    """
    labelled = resolved.state is SampleState.LABELLED and any(not label.occluded for label in resolved.labels)
    return labelled and not is_placeholder(sample.landmarks)


def deal_samples(
    labelled: Iterable[Sample],
    learnt: Collection[str],
    *,
    least: int = LEAST_TO_JUDGE,
    by_word: JudgesByWord | None = None,
) -> DealtSamples:
    """Judges are random samples of any recording that were never learnt from, in blocks of time of their own.

    Every one of a test recording judges. Of the others, blocks of two seconds are taken in the order of a hash until
    `least` samples, or half of all, judge; what is left of them, and is a second apart, teaches.
    """
    samples = sorted(labelled, key=lambda sample: sample.id)
    known = _Times(sample for sample in samples if sample.id in learnt)
    named = {sample.id for sample in samples if by_word is not None and by_word.covers(sample)} - set(learnt)
    fair = [sample for sample in samples if _may_judge(sample, learnt, known) and sample.id not in named]
    judging = named | {sample.id for sample in fair if sample.split is Split.TEST}
    wanted = max(least, -(-len(samples) // 2))
    for block in _blocks(sample for sample in fair if sample.id not in judging):
        if len(judging) >= wanted:
            break
        judging |= {sample.id for sample in block}
    judged_at = _Times(sample for sample in samples if sample.id in judging)
    rest = [sample for sample in samples if sample.id not in judging and not judged_at.near(sample)]
    return DealtSamples(
        tuple(sorted(judging)),
        tuple(sample.id for sample in rest if sample.split is Split.TRAIN),
        tuple(sample.id for sample in rest if sample.split is Split.VALIDATION),
    )


def apart_in_time(samples: Iterable[Sample], judging: Iterable[Sample]) -> Iterator[Sample]:
    """The samples that are at least a second from everything that judges."""
    judged_at = _Times(judging)
    return (sample for sample in samples if not judged_at.near(sample))


def block_of(sample: _Known) -> tuple[str, int]:
    """The recording and the block of time a sample is of; pictures without a time are blocks of their own."""
    still = sample.reason is SamplingReason.FLAG and sample.seconds == 0
    return sample.session, -1 - sample.frame_index if still else int(sample.seconds // BLOCK_SECONDS)


def _may_judge(sample: _Known, learnt: Collection[str], known: _Times) -> bool:
    return sample.reason is SamplingReason.RANDOM and sample.id not in learnt and not known.near(sample)


def _blocks(samples: Iterable[Sample]) -> Sequence[Sequence[Sample]]:
    blocks: dict[tuple[str, int], list[Sample]] = defaultdict(list)
    for sample in samples:
        blocks[block_of(sample)].append(sample)
    return [blocks[key] for key in sorted(blocks, key=lambda key: sha256(f"{key}".encode()).digest())]


class _Times:
    """When the samples of each recording were seen."""

    def __init__(self, samples: Iterable[Sample]) -> None:
        self._seconds: dict[str, list[float]] = defaultdict(list)
        self._stills: set[tuple[str, int]] = set()
        for sample in samples:
            if block_of(sample)[1] < 0:
                self._stills.add(block_of(sample))
            else:
                self._seconds[sample.session].append(sample.seconds)
        for times in self._seconds.values():
            times.sort()

    def near(self, sample: _Known) -> bool:
        if block_of(sample)[1] < 0:
            return block_of(sample) in self._stills
        times = self._seconds.get(sample.session, [])
        after = bisect_left(times, sample.seconds)
        return any(abs(time - sample.seconds) < APART_SECONDS for time in times[max(after - 1, 0) : after + 1])


def learnt_samples(folder: Path) -> frozenset[str]:
    """The ids of all samples that a round of the store in `folder` was to learn from; StoreError for a damaged plan."""
    found: set[str] = set()
    for plan in sorted((folder / "rounds").glob("[0-9][0-9][0-9]/plan.json")):
        found |= {str(name) for name in _plan(plan)["learn"]}
    return frozenset(found)


def _plan(path: Path) -> dict[str, Any]:
    try:
        content: dict[str, Any] = json.loads(path.read_text())
        _ = [*content["learn"]]
    except (OSError, ValueError, KeyError, TypeError) as fault:
        raise StoreError(f"{path} is damaged; remove {path.parent} to begin that round again") from fault
    return content


@dataclass(frozen=True, slots=True)
class _LastRound:
    begun: datetime = _NEVER
    samples: frozenset[str] = frozenset()  # labelled ones that it learns from, calibrates on or is judged by
    interrupted: bool = False


def _last_round(folder: Path) -> _LastRound:
    plans = sorted((folder / "rounds").glob("[0-9][0-9][0-9]/plan.json"))
    if not plans:
        return _LastRound()
    content = _plan(plans[-1])
    samples = (str(name) for kind in ("learn", "judge", "calibrate") for name in content.get(kind, ()))
    begun = datetime.fromtimestamp(plans[-1].stat().st_mtime, UTC)
    return _LastRound(begun, frozenset(samples), not plans[-1].with_name("round.json").exists())


@dataclass(frozen=True, slots=True)
class RoundReadiness:
    """What a training round has and what it lacks; minutes are estimates."""

    judging: int  # labelled samples that would judge
    judging_needed: int
    judging_waiting: int  # kept samples that would judge once they are labelled
    learning: int  # labelled samples that would teach
    learning_needed: int
    learning_waiting: int
    seconds_a_label: float  # median of this store's labels
    new_labels: int = 0  # labelled samples that the last round did not know
    new_frames: int = 0  # frames that nobody labelled, seen after it began
    interrupted: bool = False  # the last round was begun and not ended

    @property
    def judging_missing(self) -> int:
        return max(0, self.judging_needed - self.judging)

    @property
    def learning_missing(self) -> int:
        return max(0, self.learning_needed - self.learning)

    @property
    def labels_missing(self) -> int:
        return self.judging_missing + self.learning_missing

    @property
    def frames_missing(self) -> int:
        """Of the labels that are missing, those for which there is no frame yet."""
        judging = max(0, self.judging_missing - self.judging_waiting)
        return judging + max(0, self.learning_missing - self.learning_waiting)

    @property
    def label_minutes(self) -> float:
        return round(self.labels_missing * self.seconds_a_label / 60, 1)

    @property
    def camera_minutes(self) -> float:
        return round(self.frames_missing / RANDOM_PER_MINUTE, 1)

    @property
    def ready(self) -> bool:
        return not self.labels_missing

    def as_json(self) -> dict[str, Any]:
        derived = {
            "judging_missing": self.judging_missing,
            "learning_missing": self.learning_missing,
            "labels_missing": self.labels_missing,
            "frames_missing": self.frames_missing,
            "label_minutes": self.label_minutes,
            "camera_minutes": self.camera_minutes,
            "ready": self.ready,
            "told": self.told(),
            "short": self.short(),
        }
        return {**asdict(self), **derived}

    def short(self) -> str:
        """As `told`, in the few words that a window has room for."""
        if self.ready:
            return "a round can run"
        words = f"round: {self.judging}/{self.judging_needed} labels"
        if self.frames_missing:
            words += f", camera {max(self.camera_minutes, 0.1):g} min"
        return f"{words}, labelling {max(self.label_minutes, 0.1):g} min"

    def told(self) -> str:
        """One line for people."""
        have = f"{self.judging} of {self.judging_needed} random labels to judge by, {self.learning} to learn from"
        if self.ready:
            return f"a round can run: {have}"
        what = f"{self.judging_missing} to judge by" if self.judging_missing else ""
        what += (" and " if what and self.learning_missing else "") + (
            f"{self.learning_missing} to learn from" if self.learning_missing else ""
        )
        words = f"{have}; missing: {what}, some {max(self.label_minutes, 0.1):g} minutes of labelling"
        if self.frames_missing:
            frames = f"{self.frames_missing} more frame{'' if self.frames_missing == 1 else 's'}"
            words += f", and first {frames}, some {max(self.camera_minutes, 0.1):g} minutes of camera with a face"
        return words


def round_readiness(
    store: Store, *, least: int = LEAST_TO_JUDGE, by_word: JudgesByWord | None = None
) -> RoundReadiness:
    """What the next round of a store has and lacks: the one count that every part of the program tells."""
    learnt = learnt_samples(store.folder)
    labelled = store.samples(states=[SampleState.LABELLED])
    fit = [stored.sample for stored in labelled if usable(stored.sample, stored.resolved)]
    dealt = deal_samples(fit, learnt, least=least, by_word=by_word)
    known = _Times(sample for sample in fit if sample.id in learnt)
    last = _last_round(store.folder)
    judging = learning = frames = 0
    for sample in store.outlines(_WAITING):
        is_face = not is_placeholder(sample.landmarks)
        frames += sample.captured > last.begun and is_face
        if _may_judge(sample, learnt, known) or (by_word is not None and by_word.covers(sample)):
            judging += 1
        elif sample.split is Split.TRAIN and is_face:
            learning += 1
    seconds = store.label_seconds()
    return RoundReadiness(
        judging=len(dealt.judging),
        judging_needed=least,
        judging_waiting=judging,
        learning=len(dealt.learning),
        learning_needed=1,
        learning_waiting=learning,
        seconds_a_label=round(statistics.median(seconds), 2) if seconds else _USUAL_SECONDS,
        new_labels=sum(sample.id not in last.samples for sample in fit),
        new_frames=frames,
        interrupted=last.interrupted,
    )
