"""Which left and which right eye are of one face, by where they are: for files that do not say it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import permutations

from labeler.formats.elements.parsing import MalformedError
from livecam.core.types import Point

_MOST = 6  # eyes a side; the ways to pair more are too many to compare
_REVERSED = 3.0  # a left eye on the left of its right one is so much less likely: the head is upside down
_CLEAR = 1.3  # the second best way must be so much worse than the best

Pair = tuple[int | None, int | None]


def pair_eyes(lefts: Sequence[Point], rights: Sequence[Point]) -> list[Pair]:
    """(left, right) by their places in the lists, each once; None where an eye has no other one.

    MalformedError when two ways to pair them are about as good.
    """
    if len(lefts) < len(rights):
        return [(left, right) for right, left in _paired(rights, lefts, mirrored=True)]
    return _paired(lefts, rights, mirrored=False)


def _paired(many: Sequence[Point], few: Sequence[Point], *, mirrored: bool) -> list[Pair]:
    if len(many) > _MOST:
        raise MalformedError(f"it has {len(many)} eyes of one side and does not say which faces they are of")
    ways = [
        (sum(_cost(many[one], few[place], mirrored=mirrored) for place, one in enumerate(chosen)), chosen)
        for chosen in permutations(range(len(many)), len(few))
    ]
    ways.sort()
    best, chosen = ways[0]
    if few and len(ways) > 1 and ways[1][0] < _CLEAR * best:
        raise MalformedError(f"which of its {len(many) + len(few)} eyes are of one face is not told, and not clear")
    partner = {one: place for place, one in enumerate(chosen)}
    return [(one, partner.get(one)) for one in range(len(many))]


def _cost(one: Point, other: Point, *, mirrored: bool) -> float:
    left, right = (other, one) if mirrored else (one, other)
    return math.dist(one, other) * (1.0 if left.x >= right.x else _REVERSED)
