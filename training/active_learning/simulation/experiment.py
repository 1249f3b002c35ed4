"""Active learning experiment: hidden labels are revealed by each strategy, the network learns, errors are compared."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.active_learning.acquisition import CandidatePool, Numbers, Strategy, choose, hash_keys, ranked
from training.active_learning.simulation.network import SmallNetwork, SmallNetworkSettings, net_of
from training.active_learning.simulation.world import VISIBLE, Places, SimulatedPool, WorldSettings, world
from training.data.augmentation import CropJitter
from training.data.dataset import EyeDataset, load_all, manifest
from training.engine.files import RunError, write_arrays, write_json
from training.engine.parallel import spread

_START = "start"


@dataclass(frozen=True, slots=True)
class SimulationSettings:
    budgets: tuple[int, ...] = (40, 80, 160, 320)  # labels in all, without those of the start
    first_steps: int = 900  # for the model of the start
    steps: int = 250  # a round: it goes on from the model of the round before
    world: WorldSettings = field(default_factory=WorldSettings)
    net: SmallNetworkSettings = field(default_factory=SmallNetworkSettings)


@dataclass(frozen=True, slots=True)
class RoundPoint:
    """One finished round of one strategy and seed, judged on the visible irises of the test, by origin."""

    strategy: str
    seed: int
    labels: int
    errors: dict[str, float]  # means, in pupil distances
    misses: dict[str, float]  # shares further off than 5 % of the pupil distance
    chosen: dict[str, int]  # of the pool's origins, in this round
    unseen: int  # of the chosen: the iris cannot be seen


@dataclass(frozen=True, slots=True)
class _Chain:
    out: Path
    folders: tuple[Path, ...]
    settings: SimulationSettings
    strategy: Strategy | None  # None is the start that all strategies share
    seed: int


def simulate(
    folders: Sequence[Path],
    out: Path,
    settings: SimulationSettings,
    *,
    strategies: Sequence[Strategy],
    seeds: int,
    workers: int,
    watch: Callable[[str, Iterable[Any], int], Iterable[Any]],
) -> list[RoundPoint]:
    """Every point of the strategies and seeds; those that `out` holds already are not computed again."""
    _record(out, folders, settings)
    points: list[RoundPoint] = []
    for name, kinds in (("start", [None]), ("simulate", list(strategies))):
        chains = [_Chain(out, tuple(folders), settings, kind, seed) for seed in range(1, seeds + 1) for kind in kinds]
        points += [point for part in watch(name, spread(_run, chains, workers=workers), len(chains)) for point in part]
    return points


def _record(out: Path, folders: Sequence[Path], settings: SimulationSettings) -> None:
    wanted = {"settings": asdict(settings), "data": sorted(manifest(folder)["sha256"] for folder in folders)}
    wanted = json.loads(json.dumps(wanted, default=lambda part: part.model_dump()))
    path = out / "settings.json"
    if path.exists() and _known_settings(path) != wanted:
        raise RunError(f"{out} was begun with other settings or data; name another folder or remove it")
    write_json(path, wanted)


def _known_settings(path: Path) -> Any:
    try:
        return json.loads(path.read_text())
    except (OSError, ValueError) as fault:
        raise RunError(f"{path} is damaged; remove the folder and begin the simulation again") from fault


def _run(chain: _Chain) -> list[RoundPoint]:
    """All rounds of one strategy and seed."""
    experiment = _Experiment(chain)
    if chain.strategy is None:
        return [experiment.start()]
    before = experiment.path(_START, 0)
    points = []
    for labels in chain.settings.budgets:
        point, before = experiment.round(chain.strategy, labels, before)
        points.append(point)
    return points


class _Experiment:
    """Data and network are only there once something is to be computed."""

    def __init__(self, chain: _Chain) -> None:
        self.chain, self.seed, self.settings = chain, chain.seed, chain.settings

    @cached_property
    def eyes(self) -> EyeDataset:
        return load_all(self.chain.folders)

    @cached_property
    def world(self) -> SimulatedPool:
        return world(self.eyes, self.settings.world, self.seed, self.chain.out / f"coarse-{self.seed}.npy")

    @cached_property
    def net(self) -> SmallNetwork:
        return net_of(self.settings.net)

    def path(self, strategy: str, labels: int) -> Path:
        return self.chain.out / "points" / f"{strategy}-{self.seed}-{labels}.json"

    def start(self) -> RoundPoint:
        path, none = self.path(_START, 0), np.zeros(0, np.int64)
        if not path.exists():
            self.net.begin(self.seed)
            self._learn(none, self.settings.first_steps)
            self._keep(path, _START, none, none)
        return _read(path)

    def round(self, strategy: Strategy, labels: int, before: Path) -> tuple[RoundPoint, Path]:
        path = self.path(strategy, labels)
        if not path.exists():
            labelled = self._taken_up(before)
            chosen = self._chosen(strategy, labelled, labels - len(labelled))
            self._learn(np.concatenate([labelled, chosen]), self.settings.steps)
            self._keep(path, strategy, np.concatenate([labelled, chosen]), chosen)
        return _read(path), path

    def _taken_up(self, before: Path) -> Places:
        with np.load(before.with_suffix(".npz")) as kept:
            self.net.weights = [kept[f"arr_{k}"] for k in range(len(kept.files) - 1)]
            return np.asarray(kept["labelled"], np.int64)

    def _chosen(self, strategy: Strategy, labelled: Places, budget: int) -> Places:
        hidden = np.setdiff1d(np.arange(len(self.world.pool)), labelled).astype(np.int64)
        lots = hash_keys([f"{len(labelled)} {place}" for place in hidden], self.seed)
        if strategy is Strategy.RANDOM:
            # What needs no score is not scored: half the time of the experiment.
            drawn: Places = hidden[ranked(-lots, lots)[:budget]]
            return drawn
        covered = self.net.embed(self.eyes, self._known(labelled))
        chosen: Places = hidden[choose(strategy, self._candidates(hidden, lots), budget, covered=covered).places]
        return chosen

    def _candidates(self, hidden: Places, lots: Numbers) -> CandidatePool:
        places = self.world.pool[hidden]
        scores = self.net.score(self.eyes, places)
        apart = np.hypot(*(scores.stable.places - self.world.coarse[hidden]).T) / self._pupil_distances(places)
        return CandidatePool(
            scores.embeddings, scores.stable.uncertainty, scores.doubt, apart * scores.stable.surely_open, lots
        )

    def _learn(self, labelled: Places, steps: int) -> None:
        rng = np.random.default_rng([self.seed, len(labelled)])
        self.net.learn(self.eyes, self._known(labelled), steps, rng)

    def _known(self, labelled: Places) -> Places:
        """What is labelled: what was known before the loop, and these places of the pool."""
        return np.concatenate([self.world.start, self.world.pool[labelled]])

    def _keep(self, path: Path, strategy: str, labelled: Places, chosen: Places) -> None:
        origins = self.eyes.origins[self.world.pool[chosen]]
        point = RoundPoint(
            str(strategy),
            self.seed,
            len(labelled),
            *self._judged(),
            {str(origin): int((origins == origin).sum()) for origin in self.settings.world.mix},
            int((self.eyes.visible[self.world.pool[chosen]] <= VISIBLE).sum()),
        )
        weights = {f"arr_{number}": values for number, values in enumerate(self.net.weights)}
        write_arrays(path.with_suffix(".npz"), {**weights, "labelled": labelled})
        write_json(path, asdict(point))

    def _judged(self) -> tuple[dict[str, float], dict[str, float]]:
        """Errors and misses. Crops are cut as unsteadily as landmarks are, the same for every model."""
        test = self.world.test
        batch = self.net.cutting.batch(self.eyes, test, CropJitter(), np.random.default_rng(0))
        reading, _ = self.net.answer(batch.crops[..., 0])
        away = np.hypot(*(reading.centres - batch.centres).T) / batch.scales / self._pupil_distances(test)
        kinds = {origin: self.eyes.origins[test] == origin for origin in self.settings.world.mix}
        errors = {origin: float(away[kind].mean()) for origin, kind in kinds.items()}
        return errors, {origin: float((away[kind] > 0.05).mean()) for origin, kind in kinds.items()}

    def _pupil_distances(self, places: Places) -> NDArray[np.float64]:
        """As an eye's width is 0.43 of it in people; a data set of single eyes has no other."""
        along = self.eyes.corners[places].mean(axis=1).astype(np.float64)
        distances: NDArray[np.float64] = np.maximum(np.hypot(*(along[:, 1] - along[:, 0]).T), 1.0) / 0.43
        return distances


def _read(path: Path) -> RoundPoint:
    try:
        return RoundPoint(**json.loads(path.read_text()))
    except (OSError, ValueError, TypeError) as fault:
        raise RunError(f"{path} is damaged; remove it to have it computed again") from fault
