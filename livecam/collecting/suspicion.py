"""Notices, in the loop and in microseconds, which scenes might teach something."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import NamedTuple

from livecam.collecting.bar import Bar
from livecam.collecting.chance import Chance
from livecam.core.samples import Reason
from livecam.core.scene import EyeState, Face, Look, Pupil, Scene, Side
from livecam.remembered import Remembered
from livecam.settings import CollectSettings

# The other finder may look at one frame in so many: half of what would still not be felt.
_FRAMES_A_PROBE = 20
# Both pupils that leap as one are a glance, unless they go this many times as far as would do for one alone.
_TOGETHER = 2.5
_LONGEST_STEP = 0.15  # seconds: over a longer pause an eye may have gone anywhere


@dataclass(frozen=True, slots=True)
class Suspect:
    """A face of a scene and why to keep it; without a reason the other finder is to be asked. Worth is 0..1."""

    scene: Scene
    look: Look
    reason: Reason | None
    worth: float = 0.0


class _Place(NamedTuple):
    """Where the pupils were in their eyes, pupil distances; None for one that is closed or was not found."""

    seconds: float
    left: complex | None
    right: complex | None


class Suspicion:
    """Looks at every scene of a run, in order."""

    def __init__(self, settings: CollectSettings, chance: Chance, random: Random) -> None:
        self._settings, self._chance, self._random = settings, chance, random
        self._places = Remembered[list[_Place]](list)
        self._bar = Bar(settings.low)
        self._flagged = False
        self._credit = 0
        self._last = -math.inf

    def flag(self) -> None:
        """The next scene with a face is kept, whatever it shows."""
        self._flagged = True

    def of(self, scene: Scene) -> Suspect | None:
        """The strongest reason to keep a face of the scene.

        A random moment goes before doubt: hard frames are part of what the camera sees.
        """
        self._credit = min(self._credit + 1, _FRAMES_A_PROBE)
        if not scene.looks:
            return None
        seconds = scene.frame.seconds
        doubtful = max(self._doubtful(scene), key=lambda suspect: suspect.worth, default=None)
        is_due = self._chance.is_due(seconds)
        if self._flagged:
            self._flagged = False
            return self._kept(Suspect(scene, scene.looks[0], Reason.FLAG, 1.0))
        if is_due:
            self._chance.taken()
            return self._kept(Suspect(scene, self._random.choice(scene.looks), Reason.RANDOM, 0.5))
        if doubtful is not None and not 0 <= seconds - self._last < self._settings.gap_seconds:
            self._last = seconds
            self._bar.lower()
            return self._kept(doubtful)
        if self._credit == _FRAMES_A_PROBE:
            return self._kept(Suspect(scene, self._random.choice(scene.looks), None))
        return None

    def of_flag_only(self, scene: Scene) -> Suspect | None:
        """While collecting is switched off, only what the person asks for is kept."""
        return self.of(scene) if self._flagged else None

    def _kept(self, suspect: Suspect) -> Suspect:
        # What is kept is looked at by the other finder too, and paid for before it is asked for its own sake.
        self._credit -= _FRAMES_A_PROBE
        return suspect

    def _doubtful(self, scene: Scene) -> Iterator[Suspect]:
        for look in scene.looks:
            jump = self._jump(look, scene.frame.seconds)
            if jump > self._settings.jump:
                yield Suspect(scene, look, Reason.JUMP, 0.5 + min(jump, 0.4))
            confidence = least_confidence(look)
            if self._bar.is_below(confidence, scene.frame.seconds):
                yield Suspect(scene, look, Reason.LOW, 0.9 - 0.4 * confidence)

    def _jump(self, look: Look, seconds: float) -> float:
        """How far, in pupil distances, a pupil leapt in its eye since the frame before in a way no eye does."""
        memory = self._places.of(look.face.identity, seconds)
        now = _Place(seconds, *(_place(look.face, look.pupil(side), side) for side in (Side.LEFT, Side.RIGHT)))
        before = memory[0] if memory else None
        memory[:] = [now]
        if before is None or not 0 < seconds - before.seconds <= _LONGEST_STEP:
            return 0.0
        if before.left is None or before.right is None or now.left is None or now.right is None:
            return 0.0
        left, right = now.left - before.left, now.right - before.right
        return max(abs(left - right), abs(left + right) / 2 / _TOGETHER)


def least_confidence(look: Look) -> float:
    """Of the two pupils; 0 for one that was not found."""
    return min(pupil.confidence if pupil is not None else 0.0 for pupil in (look.left, look.right))


def _place(face: Face, pupil: Pupil | None, side: Side) -> complex | None:
    if pupil is None or pupil.state is EyeState.CLOSED:
        return None
    (x0, y0), *_, (x1, y1), _, _ = face.lids(side).tolist()
    return (complex(*pupil.centre) - complex(x0 + x1, y0 + y1) / 2) / max(face.pupil_distance, 1.0)
