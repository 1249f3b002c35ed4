"""When a machine's label may teach like a person's: rarely, for half the weight, and with a person looking on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

WEIGHT = 0.5


@dataclass(frozen=True, slots=True)
class Promotion:
    """A good score alone never makes a fine label: turned and shifted crops must give the same answer too."""

    least_good: float = 0.98  # probability of the quality classifier
    most_spread: float = 0.015  # standard deviation over test-time augmentations, pupil distances
    checked: float = 0.05  # of the promoted go to a person


class Promoted(NamedTuple):
    """Places in the arrays that were given; each in one of the two, or in neither."""

    taught: NDArray[np.int64]
    to_a_person: NDArray[np.int64]


def promoted(good: ArrayLike, spread: ArrayLike, rules: Promotion, rng: np.random.Generator) -> Promoted:
    """Of labels with these scores (n,) and spreads (n,); a score that is no number is not good."""
    good, spread = np.asarray(good, float), np.asarray(spread, float)
    if good.shape != spread.shape:
        raise ValueError(f"{good.shape} scores and {spread.shape} spreads")
    passed = np.flatnonzero((good >= rules.least_good) & (spread <= rules.most_spread))
    # Rounded up: where anything is promoted at all, somebody looks at one.
    looked_at = rng.permutation(passed)[: int(np.ceil(rules.checked * len(passed)))]
    return Promoted(np.setdiff1d(passed, looked_at), np.sort(looked_at))
