"""How rare the target is: the histogram of the label values, and the weights that follow from it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from training.errors import DatasetError
from training.segmentation.pages import Page

SANE = 20.0  # of a target's pixel; those of the background have 1
MOST = 50.0


class Balance(NamedTuple):
    """Pixels by their label value."""

    counts: NDArray[np.int64]  # (256,)

    @property
    def background(self) -> int:
        return int(self.counts[:128].sum())

    @property
    def target(self) -> int:
        return int(self.counts[128:].sum())

    @property
    def share(self) -> float:
        """Of all pixels, that of the target's."""
        return self.target / max(self.target + self.background, 1)

    @property
    def printed(self) -> tuple[float, float]:
        """The tutorial's weights of background and target, 1 / (pixels of background) and 1: nearly every pixel is
        taken for the target, as a wrong one costs nothing."""
        return 1.0 / max(self.background, 1), 1.0

    @property
    def sane(self) -> tuple[float, float]:
        """Weights that keep the background's say: a target's pixel counts 20 times, up to 50 where it is rarer."""
        return 1.0, float(np.clip(np.sqrt(1 / max(self.share, 1e-9)), SANE / 2, MOST))


def balance(pages: Sequence[Page]) -> Balance:
    """Counts the label values of all pages, one page at a time."""
    counts = np.zeros(256, np.int64)
    for page in pages:
        counts += np.bincount(page.mask().ravel(), minlength=256)
    return Balance(counts)


def chosen(name: str, pages: Sequence[Page]) -> tuple[float, float]:
    """`sane`, `printed`, or two numbers with a comma between; DatasetError for anything else."""
    if name in ("sane", "printed"):
        return tuple(getattr(balance(pages), name))
    try:
        background, target = (float(part) for part in name.split(","))
    except ValueError as fault:
        raise DatasetError(f"the weights '{name}' must be sane, printed, or two numbers such as 1,20") from fault
    if not (0 < background < np.inf and 0 < target < np.inf):
        raise DatasetError(f"the weights '{name}' must both be above 0")
    return background, target
