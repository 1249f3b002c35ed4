"""The plan of a retraining round, written before it begins: labels to learn from, samples to judge by, base model."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from livecam.store.judging import JudgesByWord, deal_samples, learnt_samples, round_readiness, usable
from livecam.store.resolution import resolve_labels
from livecam.store.samples import LEAST_TO_JUDGE, LabelEvent, SampleState, StoredSample
from livecam.store.store import Store
from training.engine.files import DatasetError, RunError, sha256, write_json
from training.engine.run_folder import git_commit
from training.retraining.model_registry import ModelRegistry, unfinished

SCHEMA = 2
# Labels of one person teach from here on: docs/experiments.md. Of 40 that are made in a sitting 20 judge, and some are
# too near to those.
FINE_TUNE_FROM = 10


@dataclass(frozen=True, slots=True)
class RoundSettings:
    steps: int = 800
    learning_rate: float = 5e-4
    replay: int = 6_000  # procedural eyes, so that what was known is not forgotten
    least: int = LEAST_TO_JUDGE  # labelled samples without which nothing can be judged
    seed: int = 1
    check_every: int = 200
    batch: int = 64
    portraits: int = 1_200  # eyes of a portrait that looks ahead and elsewhere, for the same
    fine_tune_from: int = FINE_TUNE_FROM  # labelled samples; fewer teach no more than where their person puts a pupil
    self_train_from: int = 20  # unlabelled frames of which the model is sure, for them to be learnt from
    keep: float = 0.5  # of the weights it started from
    guard: int = 400  # eyes of each kind that guard everybody else
    worse: float = 0.05  # share by which the error on those may grow


@dataclass(frozen=True, slots=True)
class RoundPlan:
    """Fixed when a round begins, so that it can be repeated, and resumed while people go on labelling."""

    number: int
    last_event: int  # labels after this one belong to the next round
    base: str  # sha256 of the model it starts from
    commit: str
    settings: RoundSettings
    data: tuple[str, ...] = ()  # data sets that are learnt from besides
    learn: tuple[str, ...] = ()  # samples
    judge: tuple[str, ...] = ()  # samples that both models are judged by, never learnt from; none: only the offset
    calibrate: tuple[str, ...] = ()

    @property
    def fits(self) -> bool:
        """Whether labels are learnt from; else only how far they lie from the iris circle."""
        return len(self.learn) >= self.settings.fine_tune_from


class TooFewLabelsError(DatasetError):
    """Nothing can be judged yet, or nothing learnt from."""


@dataclass(frozen=True, slots=True)
class LabelSnapshot:
    """Samples with what stood of them when the plan was made."""

    samples: Mapping[str, StoredSample] = field(default_factory=dict)

    def chosen(self, ids: Iterable[str]) -> list[StoredSample]:
        return [self.samples[name] for name in ids]


def planned(
    store: Store,
    places: ModelRegistry,
    settings: RoundSettings,
    data: Sequence[Path],
    by_word: JudgesByWord | None = None,
) -> tuple[RoundPlan, LabelSnapshot]:
    """The plan of the round that was interrupted, or of a new one; TooFewLabelsError when too little is labelled."""
    if (number := unfinished(places)) is not None:
        plan = read_plan(places.round(number))
        return plan, _labelled(store, plan.last_event)
    plan, labelled = drafted(store, places, settings, data, by_word)
    write_plan(places, plan)
    return plan, labelled


def drafted(
    store: Store,
    places: ModelRegistry,
    settings: RoundSettings,
    data: Sequence[Path],
    by_word: JudgesByWord | None = None,
) -> tuple[RoundPlan, LabelSnapshot]:
    """What a new round would be, of which nothing is written; TooFewLabelsError when too little is labelled."""
    last_event, labelled = labelled_now(store)
    samples = [stored.sample for stored in labelled.samples.values()]
    if by_word is not None and not any(by_word.covers(sample) for sample in samples):
        raise DatasetError("--judge-by names no picture that was imported or flagged, and labelled")
    dealt = deal_samples(samples, learnt_samples(store.folder), least=settings.least, by_word=by_word)
    if len(dealt.judging) < settings.least or not dealt.learning:
        lacks = round_readiness(store, least=settings.least, by_word=by_word)
        raise TooFewLabelsError(f"{lacks.told()}; label more with: livecam-label annotate")
    plan = new_plan(places, last_event, settings)
    plan = replace(
        plan,
        data=tuple(str(folder.resolve()) for folder in data),
        learn=dealt.learning,
        judge=dealt.judging,
        calibrate=dealt.calibrating,
    )
    return plan, labelled


def new_plan(places: ModelRegistry, last_event: int, settings: RoundSettings) -> RoundPlan:
    """Of the next round, that neither learns nor judges."""
    numbers = places.numbers()
    return RoundPlan(
        number=numbers[-1] + 1 if numbers else 1,
        last_event=last_event,
        base=sha256(places.model),
        commit=git_commit(),
        settings=settings,
    )


def write_plan(places: ModelRegistry, plan: RoundPlan) -> None:
    """From now on the round is one that was begun."""
    write_json(places.round(plan.number) / "plan.json", {"schema": SCHEMA, **asdict(plan)})


def labelled_now(store: Store) -> tuple[int, LabelSnapshot]:
    """The last event, and every sample that is labelled."""
    last_event = max((event.number for event in store.events()), default=0)
    return last_event, _labelled(store, last_event)


def _labelled(store: Store, last_event: int) -> LabelSnapshot:
    """Every sample that was labelled when event `last_event` was the last."""
    events: dict[str, list[LabelEvent]] = {}
    for event in store.events():
        if event.number <= last_event:
            events.setdefault(event.sample_id, []).append(event)
    stood = {name: resolve_labels(said) for name, said in events.items()}
    decided = [name for name, stands in stood.items() if stands.state is SampleState.LABELLED]
    labelled = {name: store.sample(name).sample for name in decided}
    return LabelSnapshot(
        {
            name: StoredSample(sample, stood[name], stood[name].state)
            for name, sample in labelled.items()
            if usable(sample, stood[name])
        }
    )


def read_plan(folder: Path) -> RoundPlan:
    """RunError when it is damaged."""
    try:
        content: dict[str, Any] = json.loads((folder / "plan.json").read_text())
        schema = content.pop("schema")
        if schema not in (1, SCHEMA):
            raise ValueError("schema")
        if schema == 1:  # once a set that was fixed by the first round judged, and new random samples beside it
            content["judge"] = sorted({*content.pop("frozen"), *content.pop("arm")})
        names = ("data", "learn", "judge", "calibrate")
        lists = {name: tuple(content.pop(name)) for name in names}
        return RoundPlan(**{**content, **lists, "settings": RoundSettings(**content["settings"])})
    except (OSError, ValueError, KeyError, TypeError) as fault:
        raise RunError(
            f"{folder / 'plan.json'} is missing or damaged; remove {folder} to begin that round again"
        ) from fault
