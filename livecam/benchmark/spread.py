"""Many durations in four figures."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple, Self

import numpy as np


class Spread(NamedTuple):
    """Milliseconds."""

    p50: float
    p95: float
    p99: float
    max: float

    @classmethod
    def of(cls, milliseconds: Iterable[float]) -> Self:
        taken = np.fromiter(milliseconds, np.float64)
        p50, p95, p99, longest = map(float, np.percentile(taken, [50, 95, 99, 100]))
        return cls(p50, p95, p99, longest)

    def as_json(self) -> dict[str, float]:
        return {name: round(value, 4) for name, value in self._asdict().items()}
