"""Asks the finder that is not in use what it makes of a face."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from livecam.core.errors import LivecamError
from livecam.core.samples import Guess
from livecam.core.scene import EyeState, Frame, Look, Pupil, Side
from livecam.core.seams import PupilFinder, PupilPair
from livecam.settings import PupilFinderName

Say = Callable[[str], None]
_SIDES = (Side.LEFT, Side.RIGHT)


class Named(NamedTuple):
    """A finder of pupils, its name, and how to ask which version it is."""

    name: str
    finder: PupilFinder
    version: Callable[[], str]


class SecondOpinion:
    """Each finder is opened when it is first asked; one that cannot be is told about once, and then does without."""

    def __init__(self, openers: Mapping[str, Callable[[], Named]], say: Say) -> None:
        self._openers, self._say = openers, say
        self._opened: dict[str, Named | None] = {}

    def of(self, frame: Frame, look: Look, finder: str) -> Sequence[Guess]:
        """What the one that is not called `finder` says of both eyes, frame pixels; empty when it cannot be asked."""
        other = self._other(finder)
        if other is None:
            return ()
        found = other.finder.locate(other.finder.cutter(frame, look.face))
        return guesses(other.name, other.version(), found)

    def _other(self, finder: str) -> Named | None:
        name = (PupilFinderName.CPU if finder == PupilFinderName.TFLITE else PupilFinderName.TFLITE).value
        if name not in self._opened:
            self._opened[name] = self._open(name)
        return self._opened[name]

    def _open(self, name: str) -> Named | None:
        try:
            return self._openers[name]()
        except LivecamError as error:
            self._say(f"{error}; frames are collected without a second opinion")
            return None


def guesses(finder: str, version: str, found: PupilPair) -> tuple[Guess, ...]:
    """Left, then right."""
    return tuple(Guess(finder, version, side, pupil) for side, pupil in zip(_SIDES, found, strict=True))


def disagreement(look: Look, others: Sequence[Guess]) -> float:
    """How far, in pupil distances, the worse eye's pupils are apart; 0 for eyes that either found closed or not."""
    apart = [_apart(look.pupil(guess.side), guess.pupil) for guess in others]
    return max(apart, default=0.0) / max(look.face.pupil_distance, 1.0)


def _apart(one: Pupil | None, other: Pupil | None) -> float:
    if one is None or other is None or EyeState.CLOSED in {one.state, other.state}:
        return 0.0
    return math.dist(one.centre, other.centre)
