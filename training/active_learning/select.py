"""`livecam-train select`: streams the unlabelled pool through the model, and enqueues samples for labelling."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from livecam.core.errors import StoreError
from livecam.perception.pupils.network.model_card import read_card
from livecam.store.judging import round_readiness
from livecam.store.samples import SampleState, SamplingReason, Split
from livecam.store.store import Store
from training.active_learning.acquisition import NamedCandidates, Selection, Strategy, choose, hash_keys, shortlist
from training.active_learning.uncertainty import BATCH, score, tasks
from training.active_learning.unlabelled_pool import CHOSEN_ABOVE, UNLABELLED, UnlabelledPool
from training.engine.files import DatasetError, RunError, write_json
from training.engine.parallel import Work, stream
from training.pupil_detector.recipe import Watch

SCHEMA = 1
JUDGING = "judging"  # the arm of what is labelled first, to judge models by
_REASONS = ("variance", "doubt", "disagreement")
_COVERED = 1000  # of the labelled samples, the newest: what is like them is not chosen for being different


@dataclass(frozen=True, slots=True)
class SelectionRequest:
    """What is asked for."""

    budget: int
    strategy: Strategy
    seed: int
    model: Path


@dataclass(frozen=True, slots=True)
class Workers:
    """Where the scores are computed."""

    workers: int = 1
    ray: str | None = None


@dataclass(frozen=True, slots=True)
class SelectedSample:
    """A sample that is to be labelled, and why."""

    id: str
    arm: str  # judging, uncertain, disagreement, diverse or random
    variance: float  # of the place in changed views, squares of the eye's width
    doubt: float
    disagreement: float  # of the two detectors, pupil distances
    places: tuple[float, ...]  # x, y of the network's left and right pupil and of the handcrafted detector's, pixels


@dataclass(frozen=True, slots=True)
class SelectionRecord:
    """What was chosen once, the first to be labelled first."""

    number: int
    strategy: str
    budget: int
    seed: int
    model: str  # sha256
    pool: int  # samples it was chosen from
    lost: int  # samples whose picture could not be read
    chosen: tuple[SelectedSample, ...]


def select(store: Store, request: SelectionRequest, machines: Workers, watch: Watch) -> SelectionRecord:
    """Chooses, writes the priorities of all unlabelled samples, and keeps the selection beside the store.

    DatasetError when there is nothing to choose from. The same pool and seed give the same selection, whatever the
    number of processes.
    """
    work = partial(score, model=request.model)
    pool, waiting = UnlabelledPool(store, request.strategy, request.seed), _waiting(store)
    scored = watch("score", stream(work, pool.batches(), workers=machines.workers, ray=machines.ray), waiting)
    short = shortlist((pool.named(batch) for batch in scored), request.budget)
    if short is None or not short.ids:
        raise DatasetError(
            f"the store {store.folder} has no unlabelled sample; collect some with: livecam run --queue {store.folder}"
        )
    first = _judging(store, request.seed, request.budget // 2)
    choice = _chosen(request, short, first, partial(_covered, store, work, machines))
    selection = _selection(store, request, pool, [*first, *choice.ids], (JUDGING,) * len(first) + choice.arms)
    store.prioritise({**pool.former, **_wanted(selection)})
    write_json(_folder(store.folder) / f"{selection.number:03d}.json", {"schema": SCHEMA, **asdict(selection)})
    return selection


def selections(folder: Path) -> list[SelectionRecord]:
    """All selections of the store in `folder`, the oldest first; RunError for one that is damaged."""
    return [_read(path) for path in sorted(_folder(folder).glob("[0-9][0-9][0-9].json"))]


def sheet_path(store: Path, selection: SelectionRecord) -> Path:
    """Where the contact sheet of a selection is kept."""
    return _folder(store) / f"{selection.number:03d}.png"


def _waiting(store: Store) -> int:
    states = store.counts().states
    return -(-sum(states[state] for state in UNLABELLED) // BATCH)


class _Chosen(NamedTuple):
    ids: Sequence[str]
    arms: tuple[str, ...]


def _judging(store: Store, seed: int, most: int) -> Sequence[str]:
    """Random samples, drawn by lot, whose labels are still missing to judge a model; half of what is asked for at most,
    so that there is something to judge."""
    missing = min(round_readiness(store).judging_missing, most)
    if not missing:
        return ()
    ids = [stored.sample.id for stored in store.samples(states=UNLABELLED, reasons=(SamplingReason.RANDOM,))]
    by_lot = [ids[place] for place in np.argsort(hash_keys(ids, seed))]
    return list(islice((name for name in by_lot if _is_readable(store, name)), missing))


def _is_readable(store: Store, name: str) -> bool:
    try:
        store.picture(name)
    except StoreError:
        return False  # counted as lost where the pool is scored
    return True


def _chosen(
    request: SelectionRequest,
    short: NamedCandidates,
    first: Sequence[str],
    covered: Callable[[], NDArray[np.float32] | None],
) -> _Chosen:
    """What the strategy chooses beside the `first`."""
    rest = np.array([place for place, name in enumerate(short.ids) if name not in set(first)], np.int64)
    if not len(rest) or len(first) == request.budget:
        return _Chosen((), ())
    candidates = short.candidates.at(rest)
    choice = _in_turn(choose(request.strategy, candidates, request.budget - len(first), covered=covered()))
    return _Chosen([short.ids[rest[place]] for place in choice.places], choice.arms)


def _covered(store: Store, work: Work, machines: Workers) -> NDArray[np.float32] | None:
    labelled = store.samples(states=(SampleState.LABELLED,), splits=(Split.TRAIN,), newest_first=True)
    batches = tasks((stored.sample for stored in islice(labelled, _COVERED)), store.picture_path)
    parts = [batch["embedding"][batch["found"]] for batch in map(work, batches)]
    return np.concatenate(parts) if parts else None


def _in_turn(choice: Selection) -> Selection:
    """The arms take turns in proportion, so that whoever stops early has labelled some of each."""
    names = sorted(set(choice.arms))
    turns = [(number + 0.5) / len(arm) for arm in map(choice.arm, names) for number in range(len(arm))]
    order = np.argsort(turns, kind="stable")
    places = np.concatenate([choice.arm(name) for name in names])
    arms = [name for name in names for _ in choice.arm(name)]
    return Selection(places[order], tuple(arms[place] for place in order))


def _selection(
    store: Store, request: SelectionRequest, pool: UnlabelledPool, ids: Sequence[str], arms: Sequence[str]
) -> SelectionRecord:
    past = selections(store.folder)
    return SelectionRecord(
        number=past[-1].number + 1 if past else 1,
        strategy=request.strategy.value,
        budget=request.budget,
        seed=request.seed,
        model=read_card(request.model)[0].sha256,
        pool=pool.samples,
        lost=pool.lost,
        chosen=tuple(_why(store, request.model, ids, arms)),
    )


def _why(store: Store, model: Path, ids: Sequence[str], arms: Sequence[str]) -> Iterator[SelectedSample]:
    """Scored once more: what may not be chosen for its scores stood in the list without them."""
    samples = (store.sample(name).sample for name in ids)
    turns = iter(arms)
    for batch in tasks(samples, store.picture_path):
        scores = score(batch, model=model)
        for row, name in enumerate(scores["id"].tolist()):
            variance, doubt, disagreement = (float(scores[why][row]) for why in _REASONS)
            yield SelectedSample(
                name, next(turns), variance, doubt, disagreement, tuple(scores["places"][row].tolist())
            )


def _wanted(selection: SelectionRecord) -> Mapping[str, float]:
    """Priorities from 2 down to just above 1, in the order of the selection."""
    count = len(selection.chosen)
    return {each.id: CHOSEN_ABOVE + (count - rank) / count for rank, each in enumerate(selection.chosen)}


def _folder(store: Path) -> Path:
    return store / "selections"


def _read(path: Path) -> SelectionRecord:
    try:
        content: dict[str, Any] = json.loads(path.read_text())
        if content.pop("schema") != SCHEMA:
            raise ValueError("schema")
        return SelectionRecord(**{**content, "chosen": tuple(map(_read_chosen, content["chosen"]))})
    except (OSError, ValueError, KeyError, TypeError) as fault:
        raise RunError(f"{path} is damaged or of another version; remove it to go on") from fault


def _read_chosen(content: dict[str, Any]) -> SelectedSample:
    return SelectedSample(**{**content, "places": tuple(content["places"])})
