"""Pseudo-labels for a retraining round: accepted by the quality classifier, stable, a few of them audited by people."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from livecam.core.placeholder_landmarks import is_placeholder
from livecam.core.types import Frame, Pupil, Side
from livecam.perception.pupils.network.detector import NetworkPupilDetector
from livecam.store.samples import Sample, SampleState, SamplingReason, Split
from livecam.store.store import Store
from training.active_learning.uncertainty import BATCH, score, tasks
from training.data.augmentation import CropPipeline
from training.data.contact_sheet import contact_sheet, write_picture
from training.data.dataset import EyeSample, gathered, save
from training.data.store_samples import face_of, predicted_eye
from training.engine.files import write_json
from training.engine.parallel import cores, stream
from training.label_quality.classifier import judge
from training.label_quality.label_corruption import as_drawn
from training.label_quality.train import ClassifierFolder, load_classifier
from training.pupil_detector.detectors import open_circle
from training.pupil_detector.recipe import Watch
from training.retraining.plan import RoundPlan

WEIGHT = 0.5


@dataclass(frozen=True, slots=True)
class PseudoLabelPolicy:
    """A good score alone never makes a fine label: turned and shifted crops must give the same answer too."""

    least_good: float = 0.98  # probability of the quality classifier
    most_spread: float = 0.015  # standard deviation over test-time augmentations, pupil distances
    checked: float = 0.05  # of the promoted go to a person


class PseudoLabelled(NamedTuple):
    """Places in the arrays that were given; each in one of the two, or in neither."""

    taught: NDArray[np.int64]
    to_a_person: NDArray[np.int64]


def promoted(good: ArrayLike, spread: ArrayLike, rules: PseudoLabelPolicy, rng: np.random.Generator) -> PseudoLabelled:
    """Of labels with these scores (n,) and spreads (n,); a score that is no number is not good."""
    good, spread = np.asarray(good, float), np.asarray(spread, float)
    if good.shape != spread.shape:
        raise ValueError(f"{good.shape} scores and {spread.shape} spreads")
    passed = np.flatnonzero((good >= rules.least_good) & (spread <= rules.most_spread))
    # Rounded up: where anything is promoted at all, somebody looks at one.
    looked_at = rng.permutation(passed)[: int(np.ceil(rules.checked * len(passed)))]
    return PseudoLabelled(np.setdiff1d(passed, looked_at), np.sort(looked_at))


PROMOTED = "promoted"
LOOK_FIRST = 1.5  # priority of those that go to a person, above what a selection chose
_EYE = 0.46  # width of an eye, pupil distances
_MOST, _MANY = 20_000, 500  # samples


@dataclass(frozen=True, slots=True)
class PseudoLabelPolicies:
    """Ids of samples."""

    taught: tuple[str, ...]
    to_a_person: tuple[str, ...]


class _Steady(NamedTuple):
    sample: Sample
    spread: float  # pupil distances


def pseudo_labelled_set(
    store: Store, plan: RoundPlan, model: Path, out: Path, watch: Watch, rules: PseudoLabelPolicy | None = None
) -> list[Path]:
    """The data set of what was promoted from unlabelled recordings for training; none without a quality classifier.

    Samples kept at random stay out of it: they are to judge by.
    """
    kept = out / "promotions.json"
    if not kept.exists():
        place = ClassifierFolder(store.folder)
        if not place.card.exists():
            return []
        _promote(store, plan, model, out, watch, rules or PseudoLabelPolicy())
    promotions: dict[str, Any] = json.loads(kept.read_text())
    return [out] if promotions["taught"] else []


def _promote(store: Store, plan: RoundPlan, model: Path, out: Path, watch: Watch, rules: PseudoLabelPolicy) -> None:
    steady = list(_steady(store, model, rules, watch))
    classifier, detector = (
        load_classifier(ClassifierFolder(store.folder)),
        open_circle(model),
    )
    judged = [_judged(classifier, detector, store, each.sample) for each in watch("quality", steady, len(steady))]
    good, spread = [worst for _, worst in judged], [each.spread for each in steady]
    chosen = promoted(good, spread, rules, np.random.default_rng(plan.settings.seed + plan.number))
    ids = [each.sample.id for each in steady]
    promotions = PseudoLabelPolicies(
        tuple(ids[place] for place in chosen.taught), tuple(ids[place] for place in chosen.to_a_person)
    )
    eyes = [eye for place in chosen.taught for eye in judged[place][0]]
    if eyes:
        made = gathered(eyes)
        save(made, out, {"made_by": "round", "round": plan.number, "promoted": len(promotions.taught)})
        write_picture(out / "sheet.png", contact_sheet(made))
    store.prioritise(dict.fromkeys(promotions.to_a_person, LOOK_FIRST))
    write_json(out / "promotions.json", asdict(promotions))


def _steady(store: Store, model: Path, rules: PseudoLabelPolicy, watch: Watch) -> Iterator[_Steady]:
    """Samples whose answer hardly moves when the picture is turned, shifted and lit otherwise."""
    pool = store.samples(states=[SampleState.NEW], splits=[Split.TRAIN])
    found = (stored.sample for stored in pool if not is_placeholder(stored.sample.landmarks))
    candidates = [sample for sample in found if sample.reason is not SamplingReason.RANDOM][:_MOST]
    known = {sample.id: sample for sample in candidates}
    # A few are scored before other processes have started.
    workers = cores() if len(candidates) > _MANY else 1
    batches = stream(partial(score, model=model), tasks(candidates, store.picture_path), workers=workers)
    for batch in watch("steadiness", batches, -(-len(candidates) // BATCH)):
        spreads = np.sqrt(batch["variance"]) * _EYE
        for name, found, spread in zip(batch["id"], batch["found"], spreads, strict=True):
            if found and spread <= rules.most_spread:
                yield _Steady(known[str(name)], float(spread))


def _judged(
    classifier: object, detector: NetworkPupilDetector, store: Store, sample: Sample
) -> tuple[Sequence[EyeSample], float]:
    """Both eyes as the model in use sees them, and the worse one's probability of being labelled well."""
    picture, face = store.picture(sample.id), face_of(sample)
    pair = detector.detect(detector.cropper(Frame(picture, 0, 0.0), face))
    found: Iterable[tuple[Side, Pupil | None]] = ((Side.LEFT, pair.left), (Side.RIGHT, pair.right))
    eyes = [
        predicted_eye(sample, picture, side, pupil, weight=WEIGHT, origin=PROMOTED)._replace(group=sample.id)
        for side, pupil in found
        if pupil is not None
    ]
    if not eyes:
        return [], 0.0
    return eyes, float(judge(classifier, as_drawn(eyes, CropPipeline())).good.min())
