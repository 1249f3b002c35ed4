"""Trains and evaluates the label quality classifier of a store, saves it beside the samples, and loads it."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.data.augmentation import CropPipeline
from training.data.dataset import EyeDataset, gathered, joined, load, split_by_group
from training.engine.files import DatasetError, RunError, save_weights, sha256, write_json
from training.engine.metrics import roc_auc
from training.engine.run_folder import git_commit
from training.engine.tensorflow import keras
from training.label_quality.classifier import QualitySettings, judge, judge_pairs, learn, network, pointing
from training.label_quality.human_feedback import FeedbackData, Verdict
from training.label_quality.label_corruption import CorruptionConfig, displaced, judged_together

SCHEMA = 1
_HELD_OUT = 0.15
_SHOWN = 2_000  # spoilt labels it is judged by
_LEAST_EYES = 8

Watch = Callable[[str, Iterable[Any], int], Iterable[Any]]


@dataclass(frozen=True, slots=True)
class ClassifierFolder:
    """Where a store keeps its classifier."""

    store: Path

    @property
    def weights(self) -> Path:
        return self.store / "models" / "quality.weights.h5"

    @property
    def card(self) -> Path:
        return self.store / "models" / "quality.json"


def train_quality_classifier(
    feedback: FeedbackData, data: Sequence[Path], place: ClassifierFolder, settings: QualitySettings, watch: Watch
) -> dict[str, Any]:
    """`livecam-train quality`: trains, judges, and keeps both; the scores are returned.

    DatasetError when there is nothing to learn from.
    """
    keras().utils.set_random_seed(settings.seed)
    cutting, model = CropPipeline(), network(CropPipeline().window)
    training, held_out = _eyes(feedback, data)
    said = judged_together(feedback.learnt, cutting) if feedback.learnt else None
    losses = [loss for _, loss in watch("quality", learn(model, training, said, cutting, settings), settings.steps)]
    if not math.isfinite(losses[-1]):
        raise RunError(f"the loss became {losses[-1]}; lower the learning rate")
    scores = {
        "loss": float(np.mean(losses[-50:])),
        "verdicts_learnt_from": len(feedback.learnt),
        **_on_spoilt(model, held_out, cutting),
        **_on_people(model, feedback.kept_back, cutting),
    }
    save_weights(model, place.weights)
    about = {"schema": SCHEMA, "sha256": sha256(place.weights), "commit": git_commit(), "settings": asdict(settings)}
    write_json(place.card, {**about, "data": [str(folder) for folder in data], "scores": scores})
    return scores


def load_classifier(place: ClassifierFolder) -> Any:
    """The classifier of a store; RunError when there is none, or it is damaged."""
    try:
        card = json.loads(place.card.read_text())
        fits = card["sha256"] == sha256(place.weights) and card["schema"] == SCHEMA
    except (OSError, ValueError, KeyError) as fault:
        raise RunError(
            f"{place.store} has no quality classifier; make one with: livecam-train quality {place.store}"
        ) from fault
    if not fits:
        raise RunError(f"{place.weights} is not what its card describes; make it again with: livecam-train quality")
    model = network(CropPipeline().window)
    model.load_weights(str(place.weights))
    return model


def _eyes(feedback: FeedbackData, data: Sequence[Path]) -> tuple[EyeDataset, EyeDataset]:
    """Eyes with right labels to learn from, and others, of other people or recordings where there are enough."""
    parts = [load(folder) for folder in data]
    if feedback.right:
        parts.append(gathered(feedback.right))
    if not parts or sum(map(len, parts)) < _LEAST_EYES:
        raise DatasetError(
            f"{sum(map(len, parts))} labelled eyes are too few to learn quality from, {_LEAST_EYES} would do; "
            "label more, or name data sets with --data"
        )
    eyes = joined(parts)
    try:
        training, held_out = split_by_group(eyes, _HELD_OUT)
    except RunError:
        # One recording only: neighbours are on both sides, which flatters.
        order = np.random.default_rng(0).permutation(len(eyes))
        cut = max(2, round(_HELD_OUT * len(eyes)))
        training, held_out = order[cut:], order[:cut]
    return eyes.chosen(training), eyes.chosen(held_out)


def _on_spoilt(model: Any, eyes: EyeDataset, cutting: CropPipeline) -> dict[str, float]:
    rng = np.random.default_rng(7)
    which = rng.choice(len(eyes), _SHOWN) if len(eyes) < _SHOWN else rng.permutation(len(eyes))[:_SHOWN]
    shown = displaced(eyes, which, cutting, CorruptionConfig(), rng)
    verdicts = judge(model, shown.drawn)
    pointed = pointing(verdicts, shown, cutting)
    sure = verdicts.good >= 0.98
    return {
        "auc_spoilt": roc_auc(verdicts.good, shown.good),
        "share_called_good_spoilt": float(sure.mean()),
        "of_these_good_spoilt": float(shown.good[sure].mean()) if sure.any() else math.nan,
        "map_to_fault_crop_px": pointed.distance,
        "map_to_fault_by_chance_crop_px": pointed.chance,
        "map_nearer_than_chance_share": pointed.nearer,
        "maps": pointed.count,
    }


def _on_people(model: Any, kept_back: Sequence[Verdict], cutting: CropPipeline) -> dict[str, float]:
    """What people said of recordings for testing, if they said both yes and no."""
    good = np.array([right for _, right in kept_back], bool)
    scores: dict[str, float] = {"verdicts_kept_back": len(good)}
    if good.any() and not good.all():
        odds: NDArray[np.float32] = judge_pairs(model, judged_together(kept_back, cutting))
        scores["auc_people"] = roc_auc(odds, good)
        scores["right_people"] = float(((odds >= 0.5) == good).mean())
    return scores
