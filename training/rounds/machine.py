"""Machine labels that may teach in a round: called good by the classifier, steady under small changes, and few of them
looked at by a person."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from livecam.core.samples import Reason, Sample, SampleState, Split
from livecam.core.scene import Frame, Pupil, Side
from livecam.core.store.store import Store
from livecam.pupils.regressor import Regressor
from livecam.settings import PupilSettings
from training.active.scoring import BATCH, score, tasks
from training.augment import Cutting
from training.dataset import Eye, gathered, save
from training.files import write_json
from training.parallel import cores
from training.quality.classifier import judge
from training.quality.judgements import as_drawn
from training.quality.promotion import WEIGHT, Promotion, promoted
from training.quality.teach import Place, load_classifier
from training.recipe import Watch
from training.rounds.plan import Plan
from training.sheet import contact_sheet, write_picture
from training.stored import face_of, guessed_eye
from training.streaming import stream

PROMOTED = "promoted"
LOOK_FIRST = 1.5  # priority of those that go to a person, above what a selection chose
_EYE = 0.46  # width of an eye, pupil distances
_MOST, _MANY = 20_000, 500  # samples


@dataclass(frozen=True, slots=True)
class Promotions:
    """Ids of samples."""

    taught: tuple[str, ...]
    to_a_person: tuple[str, ...]


class _Steady(NamedTuple):
    sample: Sample
    spread: float  # pupil distances


def machine_set(
    store: Store, plan: Plan, model: Path, out: Path, watch: Watch, rules: Promotion | None = None
) -> list[Path]:
    """The data set of what was promoted from unlabelled recordings for training; none without a quality classifier.

    Samples kept at random stay out of it: they are to judge by.
    """
    kept = out / "promotions.json"
    if not kept.exists():
        place = Place(store.folder)
        if not place.card.exists():
            return []
        _promote(store, plan, model, out, watch, rules or Promotion())
    promotions: dict[str, Any] = json.loads(kept.read_text())
    return [out] if promotions["taught"] else []


def _promote(store: Store, plan: Plan, model: Path, out: Path, watch: Watch, rules: Promotion) -> None:
    steady = list(_steady(store, model, rules, watch))
    classifier, finder = load_classifier(Place(store.folder)), Regressor.open(PupilSettings(model=model))
    judged = [_judged(classifier, finder, store, each.sample) for each in watch("quality", steady, len(steady))]
    good, spread = [worst for _, worst in judged], [each.spread for each in steady]
    chosen = promoted(good, spread, rules, np.random.default_rng(plan.settings.seed + plan.number))
    ids = [each.sample.id for each in steady]
    promotions = Promotions(
        tuple(ids[place] for place in chosen.taught), tuple(ids[place] for place in chosen.to_a_person)
    )
    eyes = [eye for place in chosen.taught for eye in judged[place][0]]
    if eyes:
        made = gathered(eyes)
        save(made, out, {"made by": "round", "round": plan.number, "promoted": len(promotions.taught)})
        write_picture(out / "sheet.png", contact_sheet(made))
    store.prioritise(dict.fromkeys(promotions.to_a_person, LOOK_FIRST))
    write_json(out / "promotions.json", asdict(promotions))


def _steady(store: Store, model: Path, rules: Promotion, watch: Watch) -> Iterator[_Steady]:
    """Samples whose answer hardly moves when the picture is turned, shifted and lit otherwise."""
    pool = store.samples(states=[SampleState.NEW], splits=[Split.TRAIN])
    candidates = [stored.sample for stored in pool if stored.sample.reason is not Reason.RANDOM][:_MOST]
    known = {sample.id: sample for sample in candidates}
    # A few are scored before other processes have started.
    workers = cores() if len(candidates) > _MANY else 1
    batches = stream(partial(score, model=model), tasks(candidates, store.picture_path), workers=workers)
    for batch in watch("steadiness", batches, -(-len(candidates) // BATCH)):
        spreads = np.sqrt(batch["variance"]) * _EYE
        for name, found, spread in zip(batch["id"], batch["found"], spreads, strict=True):
            if found and spread <= rules.most_spread:
                yield _Steady(known[str(name)], float(spread))


def _judged(classifier: object, finder: Regressor, store: Store, sample: Sample) -> tuple[Sequence[Eye], float]:
    """Both eyes as the model in use sees them, and the worse one's probability of being labelled well."""
    picture, face = store.picture(sample.id), face_of(sample)
    pair = finder.locate(finder.cutter(Frame(picture, 0, 0.0), face))
    found: Iterable[tuple[Side, Pupil | None]] = ((Side.LEFT, pair.left), (Side.RIGHT, pair.right))
    eyes = [
        guessed_eye(sample, picture, side, pupil, weight=WEIGHT, origin=PROMOTED)._replace(group=sample.id)
        for side, pupil in found
        if pupil is not None
    ]
    if not eyes:
        return [], 0.0
    return eyes, float(judge(classifier, as_drawn(eyes, Cutting())).good.min())
