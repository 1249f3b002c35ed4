"""Small labelled eyes for the tests of the training."""

from __future__ import annotations

import numpy as np

from training.data.dataset import CORNER_SETS, EyeDataset, EyeSample, gathered
from training.synthesis.render_eyes import chunks, synthesise


def make_eye(*, centre: tuple[float, float] = (40.0, 31.0), group: str = "somebody", visible: float = 0.8) -> EyeSample:
    """A grey patch with a dark disc where the iris is said to be."""
    rows, columns = np.mgrid[:64, :80]
    disc = np.hypot(columns - centre[0], rows - centre[1]) < 9
    patch = np.where(disc, 40, 190).astype(np.uint8)
    corners = np.array([[20.0, 32.0], [60.0, 32.0]])
    return EyeSample(patch, np.stack([corners] * CORNER_SETS), centre, 9.0, visible, 0.0, 1.0, group, "portrait")


def make_synthetic(count: int, seed: int = 3) -> EyeDataset:
    return gathered(eye for chunk in chunks(count, seed) for eye in synthesise(chunk))
