"""Lets the contestants take turns, so that a slow moment of the machine hits all alike."""

from __future__ import annotations

import gc
import random
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from livecam.benchmark.contestants import Contestant

BLOCK = 50  # frames a turn: consecutive, so that what follows faces has something to follow
_Item = TypeVar("_Item")


def take_turns(
    contestants: Sequence[Contestant[_Item]],
    items: Sequence[_Item],
    *,
    warm_up: int,
    progress: Callable[[], None] = lambda: None,
) -> None:
    """Every contestant takes every item, block by block, in an order that is drawn anew, from a fixed seed, each round.

    Garbage is collected between the turns, so that nobody pays for another's; within a turn it is as it is live.
    """
    draw = random.Random(1)
    for block, keep in blocks(items, warm_up):
        for contestant in draw.sample(list(contestants), len(contestants)):
            gc.collect()
            contestant.take(block, keep=keep)
            progress()


def blocks(items: Sequence[_Item], warm_up: int) -> Iterator[tuple[Sequence[_Item], bool]]:
    """The warm-up, which does not count, then blocks that do."""
    if warm_up:
        yield items[:warm_up], False
    for start in range(warm_up, len(items), BLOCK):
        yield items[start : start + BLOCK], True
