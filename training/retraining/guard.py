"""The guard for everybody else: eyes that no store brings, on which a round's model must not get worse for sure."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

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
from training.retraining.comparison import MISS, GuardVerdict, compared
from training.retraining.datasets import demo_portrait
from training.synthesis import gaze_shift, render_eyes

_SEED = 77  # rounds replay other eyes: their seeds begin at 1000
_VISIBLE = 0.2
_SHUT = 0.02
_EYE = 0.46  # width of an eye, pupil distances


def guard_sets(out: Path, count: int, watch: Watch) -> Mapping[str, EyeDataset]:
    """The same eyes for every round: drawn ones, and those of the licensed portrait."""
    drawn = recipe.synth(count, out / "guard-drawn", seed=_SEED, workers=cores() if count > 1000 else 1, watch=watch)
    made = recipe.shift_gaze([demo_portrait()], out / "guard-portrait", count=count, seed=_SEED, workers=1, watch=watch)
    return {"drawn": drawn, "portrait": made}


def guarded(old: Path, new: Path, sets: Mapping[str, EyeDataset], most: float) -> GuardVerdict:
    """Two models on the same unsteady crops."""
    before, after = (_errors(model, sets) for model in (old, new))
    drawings = _drawings(sets)
    both = np.isfinite(before[0]) & np.isfinite(after[0])
    position = compared(before[0][both], after[0][both], drawings[both].tolist())
    seen = np.isfinite(before[1])
    return GuardVerdict(position, compared(before[1][seen], after[1][seen], drawings[seen].tolist()), most)


def _drawings(sets: Mapping[str, EyeDataset]) -> NDArray[np.int64]:
    """Of each eye the number of the drawing it is a photograph of: those of one are one observation, (n,)."""
    shots = {"drawn": render_eyes.SHOTS, "portrait": gaze_shift.SHOTS}
    numbers = [np.arange(_even(eyes)) // shots[name] for name, eyes in sets.items()]
    starts = np.cumsum([0, *(each[-1] + 1 for each in numbers[:-1])])
    return np.concatenate([each + start for each, start in zip(numbers, starts, strict=True)])


def _even(eyes: EyeDataset) -> int:
    """The network looks at two eyes at once."""
    return len(eyes) // 2 * 2


def _errors(model: Path, sets: Mapping[str, EyeDataset]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Of position and state, (n,) each; NaN where an eye has none to be wrong about."""
    card, content = read_card(model)
    task = HeatmapTask(CropPipeline.of(card))
    positions, states = [], []
    for eyes in sets.values():
        which = np.arange(_even(eyes))
        batch = task.cutting.batch(eyes, which, CropJitter(), np.random.default_rng(_SEED))
        answer = lite_reading(content, task, batch.crops)
        widths = card.window.width / (1 + 2 * card.window.margin)
        away = np.hypot(*(answer.centres - batch.centres).T) / widths * _EYE
        is_open = 1 / (1 + np.exp(-np.clip(answer.openness, -60, 60))) >= card.decoding.closed_below
        positions.append(np.where(batch.visible > _VISIBLE, np.minimum(away, MISS), np.nan))
        wrong = np.where(batch.visible > _VISIBLE, ~is_open, is_open).astype(np.float64)
        states.append(np.where((batch.visible > _VISIBLE) | (batch.visible < _SHUT), wrong, np.nan))
    return np.concatenate(positions), np.concatenate(states)
