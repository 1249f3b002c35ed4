"""Pool and test set of the active learning simulation: many easy, similar eyes and some hard ones; people held out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from livecam.perception.pupils.handcrafted.detector import RingPupilDetector
from training.data.dataset import EyeDataset, Random, split_by_group
from training.engine.files import DatasetError, replacing
from training.pupil_detector import evaluation

Places = NDArray[np.int64]
VISIBLE = 0.2  # the share of an iris that must be seen for its place to be judged, as in `livecam-train fit`


@dataclass(frozen=True, slots=True)
class WorldSettings:
    """What the pool is made of, and on whom it is judged."""

    pool: int = 2000  # eyes
    mix: Mapping[str, float] = field(default_factory=lambda: {"portrait": 18.0, "gazeshift": 1.0, "synthetic": 1.0})
    start: int = 300  # labelled eyes of the first origin, outside the pool: what the model knows before the loop
    test: int = 400  # eyes with a visible iris of each origin
    held_out: float = 0.25  # of the people; the test is made of them, the pool of the others


@dataclass(frozen=True, slots=True, eq=False)
class SimulatedPool:
    """Places in the data, and what the handcrafted detector says of the pool."""

    start: Places  # (s,)
    pool: Places  # (n,)
    test: Places  # (t,)
    coarse: NDArray[np.float64]  # (n, 2) patch pixels


def world(eyes: EyeDataset, settings: WorldSettings, seed: int, cache: Path) -> SimulatedPool:
    """The world of one seed; the handcrafted detector's answers are kept in the file `cache`."""
    rng = np.random.default_rng([seed, 1])
    rest, people = split_by_group(eyes, settings.held_out)
    start = _drawn(eyes, rest, next(iter(settings.mix)), settings.start, rng)
    pool = _pool(eyes, np.setdiff1d(rest, start), settings, rng)
    return SimulatedPool(start, pool, _test(eyes, people, settings), _coarse(eyes.chosen(pool), cache))


def _pool(eyes: EyeDataset, rest: Places, settings: WorldSettings, rng: Random) -> Places:
    total = sum(settings.mix.values())
    return np.concatenate(
        [
            _drawn(eyes, rest, origin, round(settings.pool * share / total), rng)
            for origin, share in settings.mix.items()
        ]
    )


def _test(eyes: EyeDataset, people: Places, settings: WorldSettings) -> Places:
    """The same for every seed: what differs between seeds is what was learnt."""
    seen = people[eyes.visible[people] > VISIBLE]
    rng = np.random.default_rng(0)
    return np.concatenate([_drawn(eyes, seen, origin, settings.test, rng) for origin in settings.mix])


def _drawn(eyes: EyeDataset, among: Places, origin: str, count: int, rng: Random) -> Places:
    places = among[eyes.origins[among] == origin]
    if len(places) < count:
        raise DatasetError(
            f"the simulation needs {count} eyes of the kind {origin}, the data sets have {len(places)} of them; "
            "make more, or pass a smaller --pool"
        )
    drawn: Places = rng.permutation(places)[:count]
    return drawn


def _coarse(pool: EyeDataset, cache: Path) -> NDArray[np.float64]:
    if cache.exists():
        return np.asarray(np.load(cache), np.float64)
    found = np.array([answer.found[0] for answer in evaluation.evaluate_dataset(RingPupilDetector(), pool)], np.float64)
    with replacing(cache) as stream:
        np.save(stream, found)
    return found
