"""Random sampling of scenes: Poisson moments and a reservoir, which know nothing of what is in the image."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Generic, TypeVar

# Only what is drawn here judges a model: docs/decisions/judged-by-random-samples.md
_LONGEST_STEP = 0.5  # seconds: a longer pause between two frames with a face was time without one
_Item = TypeVar("_Item")


class PoissonSampler:
    """Moments of a Poisson process that runs only while there is a face: each such moment is as likely as any other."""

    def __init__(self, random: Random, per_minute: float) -> None:
        self._random, self._per_second = random, per_minute / 60
        self._last = 0.0
        self.taken()

    def is_due(self, seconds: float) -> bool:
        """To be asked once for every frame with a face; stays true until `taken`."""
        step, self._last = seconds - self._last, seconds
        # Time that goes back is a recording that starts again.
        self._left -= min(max(step, 0.0), _LONGEST_STEP)
        return self._left <= 0

    def taken(self) -> None:
        """Draws the next moment."""
        self._left = self._random.expovariate(self._per_second)  # seconds with a face


class ReservoirSampler(Generic[_Item]):
    """A fair choice of `size` among all that came since it was last emptied (algorithm R, J. Vitter, 1985).

    How many of them will be wanted need not be known before: any that are drawn from it are a fair choice too.
    """

    def __init__(self, random: Random, size: int) -> None:
        self._random, self._size = random, size
        self._kept: list[_Item] = []
        self.seen = 0

    def add(self, item: _Item) -> None:
        self.seen += 1
        place = self._random.randrange(self.seen)
        if len(self._kept) < self._size:
            self._kept.append(item)
        elif place < self._size:
            self._kept[place] = item

    def draw(self, count: int) -> Sequence[_Item]:
        """That many, or all there are; then it is empty."""
        drawn = self._random.sample(self._kept, len(self._kept))[:count]
        self._kept, self.seen = [], 0
        return drawn
