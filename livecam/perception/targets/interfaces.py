"""The interface of a segmentation network: its maps, and what the search needs to know of it."""

from __future__ import annotations

from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from livecam.core.types import Image

Map = NDArray[np.float32]


class SegmentationMaps(NamedTuple):
    """Cell (row, column) stands for `stride` x `stride` pixels, from (column * stride, row * stride) on."""

    centre: Map  # (rows, columns), 0..1: the probability that the centre of a target is here
    mask: Map  # (rows, columns), 0..1: how much of the cell belongs to a target


class SegmentationNetwork(Protocol):
    """Answers for a picture (h, w, 3) uint8 BGR whose sides are multiples of `multiple`, in cells of `stride`."""

    @property
    def stride(self) -> int:
        """Pixels a cell."""
        ...

    @property
    def multiple(self) -> int:
        """Pixels; a multiple of the stride."""
        ...

    @property
    def margin(self) -> int:
        """Pixels of context that a cell needs on each side: half the receptive field, rounded up."""
        ...

    def __call__(self, panel: Image) -> SegmentationMaps: ...
