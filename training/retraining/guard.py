"""The guard for everybody else: eyes that no store brings, on which a round's model must not get worse for sure."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from livecam.perception.pupils.network.model_card import read_card
from training.data.augmentation import CropJitter, CropPipeline
from training.data.dataset import EyeDataset
from training.engine.parallel import cores
from training.pupil_detector import recipe
from training.pupil_detector.export import lite_reading
from training.pupil_detector.recipe import Watch
from training.pupil_detector.tasks import HeatmapTask
from training.retraining.comparison import MISS, Comparison, compared
from training.retraining.datasets import demo_portrait

_SEED = 77  # rounds replay other eyes: their seeds begin at 1000
_VISIBLE = 0.2
_SHUT = 0.02
_EYE = 0.46  # width of an eye, pupil distances
# A change that is sure on hundreds of eyes may still be of no account: this much of what it was, in pupil distances
# and in states, is.
_LEAST_POSITION, _LEAST_STATE = 0.0005, 0.01


class GuardVerdict(NamedTuple):
    """Errors on eyes of other people: drawn ones, a portrait that looks ahead, elsewhere, and blinks."""

    position: Comparison  # pupil distances
    state: Comparison  # share of eyes
    most: float  # share by which the error of position may grow

    @property
    def worse(self) -> bool:
        """For sure, and by more than is of no account."""
        allowed = max(self.most * self.position.old, _LEAST_POSITION)
        return self.position.floor > allowed or self.state.floor > max(self.most * self.state.old, _LEAST_STATE)


def guard_sets(out: Path, count: int, watch: Watch) -> Mapping[str, EyeDataset]:
    """The same eyes for every round: drawn ones, and those of the licensed portrait."""
    drawn = recipe.synth(count, out / "guard-drawn", seed=_SEED, workers=cores() if count > 1000 else 1, watch=watch)
    made = recipe.shift_gaze([demo_portrait()], out / "guard-portrait", count=count, seed=_SEED, workers=1, watch=watch)
    return {"drawn": drawn, "portrait": made}


def guarded(old: Path, new: Path, sets: Mapping[str, EyeDataset], most: float) -> GuardVerdict:
    """Two models on the same unsteady crops."""
    before, after = (_errors(model, sets) for model in (old, new))
    both = np.isfinite(before[0]) & np.isfinite(after[0])
    position = compared(before[0][both], after[0][both])
    seen = np.isfinite(before[1])
    return GuardVerdict(position, compared(before[1][seen], after[1][seen]), most)


def _errors(model: Path, sets: Mapping[str, EyeDataset]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Of position and state, (n,) each; NaN where an eye has none to be wrong about."""
    card, content = read_card(model)
    task = HeatmapTask(CropPipeline.of(card))
    positions, states = [], []
    for eyes in sets.values():
        which = np.arange(len(eyes) // 2 * 2)
        batch = task.cutting.batch(eyes, which, CropJitter(), np.random.default_rng(_SEED))
        answer = lite_reading(content, task, batch.crops)
        widths = card.window.width / (1 + 2 * card.window.margin)
        away = np.hypot(*(answer.centres - batch.centres).T) / widths * _EYE
        is_open = 1 / (1 + np.exp(-np.clip(answer.openness, -60, 60))) >= card.decoding.closed_below
        positions.append(np.where(batch.visible > _VISIBLE, np.minimum(away, MISS), np.nan))
        wrong = np.where(batch.visible > _VISIBLE, ~is_open, is_open).astype(np.float64)
        states.append(np.where((batch.visible > _VISIBLE) | (batch.visible < _SHUT), wrong, np.nan))
    return np.concatenate(positions), np.concatenate(states)
