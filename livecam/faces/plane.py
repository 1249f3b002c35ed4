"""Points of the plane as complex numbers, x + iy: one multiplication turns and scales all of them."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from livecam.core.scene import Points


def as_complex(points: ArrayLike) -> NDArray[np.complex128]:
    """(n, 2) as (n,)."""
    return np.ascontiguousarray(points, np.float64).view(np.complex128)[:, 0]


def as_points(numbers: NDArray[np.complex128]) -> Points:
    """(n,) as (n, 2) float32."""
    return numbers.astype(np.complex64).view(np.float32).reshape(-1, 2)
