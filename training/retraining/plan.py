"""The plan of a retraining round, written before it begins: labels to learn from, samples to judge by, base model."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from livecam.core.placeholder_landmarks import is_placeholder
from livecam.store.labels import LEAST_TO_JUDGE
from livecam.store.resolution import resolve_labels
from livecam.store.samples import LabelEvent, ResolvedLabels, Sample, SampleState, SamplingReason, Split, StoredSample
from livecam.store.store import Store
from training.engine.files import DatasetError, RunError, sha256, write_json
from training.engine.run_folder import git_commit
from training.retraining.model_registry import ModelRegistry

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class RoundSettings:
    steps: int = 800
    learning_rate: float = 5e-4
    replay: int = 6_000  # procedural eyes, so that what was known is not forgotten
    least: int = LEAST_TO_JUDGE  # labelled samples without which nothing can be judged
    seed: int = 1
    check_every: int = 200
    batch: int = 64


@dataclass(frozen=True, slots=True)
class RoundPlan:
    """Fixed when a round begins, so that it can be repeated, and resumed while people go on labelling."""

    number: int
    last_event: int  # labels after this one belong to the next round
    base: str  # sha256 of the model it starts from
    commit: str
    settings: RoundSettings
    data: tuple[str, ...]  # data sets that are learnt from besides
    learn: tuple[str, ...]  # samples
    frozen: tuple[str, ...]  # samples every round is judged by
    arm: tuple[str, ...]  # random samples labelled since the last round: judged by now, learnt from in the next
    calibrate: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LabelSnapshot:
    """Samples with what stood of them when the plan was made."""

    samples: Mapping[str, StoredSample] = field(default_factory=dict)

    def chosen(self, ids: Iterable[str]) -> list[StoredSample]:
        return [self.samples[name] for name in ids]


def planned(
    store: Store, places: ModelRegistry, settings: RoundSettings, data: Sequence[Path]
) -> tuple[RoundPlan, LabelSnapshot]:
    """The plan of the round that was interrupted, or of a new one; DatasetError when too little is labelled."""
    numbers = places.numbers()
    if numbers and not (places.round(numbers[-1]) / "round.json").exists():
        plan = read_plan(places.round(numbers[-1]))
        return plan, _labelled(store, plan.last_event)
    before = read_plan(places.round(numbers[-1])) if numbers else None
    last_event = max((event.number for event in store.events()), default=0)
    labelled = _labelled(store, last_event)
    plan = _new(labelled, places, settings, data, before, last_event)
    places.round(plan.number).mkdir(parents=True, exist_ok=True)
    write_json(places.frozen, sorted(plan.frozen))
    write_json(places.round(plan.number) / "plan.json", {"schema": SCHEMA, **asdict(plan)})
    return plan, labelled


def _new(
    labelled: LabelSnapshot,
    places: ModelRegistry,
    settings: RoundSettings,
    data: Sequence[Path],
    before: RoundPlan | None,
    last_event: int,
) -> RoundPlan:
    frozen = _frozen(labelled, places, settings.least)
    known = set(before.learn) | set(before.arm) | set(before.calibrate) if before else set()
    rest = [stored.sample for name, stored in labelled.samples.items() if name not in frozen]
    rest = [sample for sample in rest if sample.split is not Split.TEST]
    arm = [sample.id for sample in rest if sample.reason is SamplingReason.RANDOM and sample.id not in known]
    learn = [sample.id for sample in rest if sample.split is Split.TRAIN and sample.id not in arm]
    if not learn:
        raise DatasetError(
            "there is nothing to learn from: no labelled sample of a recording for training; "
            "label more with: livecam-label annotate"
        )
    return RoundPlan(
        number=before.number + 1 if before else 1,
        last_event=last_event,
        base=sha256(places.model),
        commit=git_commit(),
        settings=settings,
        data=tuple(str(folder.resolve()) for folder in data),
        learn=tuple(sorted(learn)),
        frozen=tuple(sorted(frozen)),
        arm=tuple(sorted(arm)),
        calibrate=tuple(sorted(sample.id for sample in rest if sample.split is Split.VALIDATION)),
    )


def _frozen(labelled: LabelSnapshot, places: ModelRegistry, least: int) -> set[str]:
    """Set once, by the first round that has enough; what was removed from the store since is left out."""
    if places.frozen.exists():
        return set(json.loads(places.frozen.read_text())) & set(labelled.samples)
    fit = {name for name, stored in labelled.samples.items() if _judges(stored.sample)}
    if len(fit) < least:
        raise DatasetError(
            f"{len(fit)} random samples of recordings for testing are labelled, {least} are needed to judge a model; "
            "label more with: livecam-label annotate, or ask for fewer with --least"
        )
    return fit


def _judges(sample: Sample) -> bool:
    return sample.split is Split.TEST and sample.reason is SamplingReason.RANDOM


def _labelled(store: Store, last_event: int) -> LabelSnapshot:
    """Every sample that was labelled when event `last_event` was the last."""
    events: dict[str, list[LabelEvent]] = {}
    for event in store.events():
        if event.number <= last_event:
            events.setdefault(event.sample_id, []).append(event)
    stood = {name: resolve_labels(said) for name, said in events.items()}
    usable = {name: store.sample(name).sample for name, stands in stood.items() if _usable(stands)}
    return LabelSnapshot(
        {
            name: StoredSample(sample, stood[name], stood[name].state)
            for name, sample in usable.items()
            # Drawn landmarks are made from the labels: a model would learn, and be judged by, where they are.
            if not is_placeholder(sample.landmarks)
        }
    )


def _usable(stands: ResolvedLabels) -> bool:
    return stands.state is SampleState.LABELLED and any(not label.occluded for label in stands.labels)


def read_plan(folder: Path) -> RoundPlan:
    """RunError when it is damaged."""
    try:
        content: dict[str, Any] = json.loads((folder / "plan.json").read_text())
        if content.pop("schema") != SCHEMA:
            raise ValueError("schema")
        names = ("data", "learn", "frozen", "arm", "calibrate")
        lists = {name: tuple(content.pop(name)) for name in names}
        return RoundPlan(**{**content, **lists, "settings": RoundSettings(**content["settings"])})
    except (OSError, ValueError, KeyError, TypeError) as fault:
        raise RunError(
            f"{folder / 'plan.json'} is missing or damaged; remove {folder} to begin that round again"
        ) from fault
