"""Work for the tests of streaming that other processes can import."""

from __future__ import annotations

import os

import numpy as np

from training.engine.parallel import Columns


def double(batch: Columns) -> Columns:
    """Twice the values, and the sum of each row."""
    return {"id": batch["id"], "twice": batch["v"] * 2, "sum": batch["v"].astype(np.float64).sum(axis=1)}


def whoami(batch: Columns) -> Columns:
    """Which process did it."""
    return {"process": np.full(len(batch["id"]), os.getpid())}


def fail(batch: Columns) -> Columns:
    """What a mistake in the work looks like."""
    return {"broken": batch["v"] * (1 // 0)}
