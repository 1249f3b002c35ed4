"""Which samples are shown a second time without telling, so that a person's agreement with themselves is known."""

from __future__ import annotations

import hashlib

from labeler.samples.actions import Mode
from labeler.samples.item import Turn
from labeler.samples.session import Session
from livecam.core.samples import Verb

GAP = 10  # decisions at least between the two showings

_REPEATED = {Mode.REVIEW: frozenset({Verb.ACCEPT, Verb.REJECT}), Mode.ANNOTATE: frozenset({Verb.ACCEPT})}


def due(session: Session, share: float) -> Turn | None:
    """What is to be shown again after the latest decision: nothing most of the time.

    It depends on the person and on the decisions alone, so that a session that goes on chooses as this one would have.
    """
    decided = [turn for turn in session.decisions if not turn.repeat]
    if not _is_its_time(session, len(decided), share):
        return None
    old = decided[: max(0, len(decided) - GAP)]
    verbs = _REPEATED[session.mode]
    candidates = [
        again
        for turn in old
        if session.decisions[turn].verb in verbs and (again := Turn(turn.sample_id, repeat=True)) not in session.turns
    ]
    return min(candidates, key=lambda turn: _chance(session.by, turn.sample_id), default=None)


def _is_its_time(session: Session, count: int, share: float) -> bool:
    """Once in so many decisions, at a place that nobody can foresee."""
    if share <= 0:
        return False
    every = max(1, round(1 / share))
    block, place = divmod(count - 1, every)
    return place == int(_chance(session.by, session.mode.value, str(block)) * every)


def _chance(*words: str) -> float:
    """0..1, the same for the same words."""
    figures = hashlib.sha256("\n".join(words).encode()).digest()
    return int.from_bytes(figures[:7], "big") / 256**7
