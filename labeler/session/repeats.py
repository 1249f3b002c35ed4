"""Which decided samples are shown again, untold, and when something comes whose truth is known."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import lru_cache

from labeler.session.actions import LabelingMode
from labeler.session.item import Assignment
from labeler.session.state import AnnotationState
from livecam.store.samples import LabelAction

GAP = 10  # decisions at least between the two showings

_REPEATED = {
    LabelingMode.REVIEW: frozenset({LabelAction.ACCEPT, LabelAction.REJECT}),
    LabelingMode.ANNOTATE: frozenset({LabelAction.ACCEPT}),
}


def next_repeat(session: AnnotationState, share: float) -> Assignment | None:
    """What is to be shown again after the latest decision: nothing most of the time.

    It depends on the person and on the decisions alone, so that a session that goes on chooses as this one would have.
    """
    if not is_due(session, session.tally.total(), share):
        return None
    decided = [assignment for assignment in session.decisions if not assignment.repeat]
    old = decided[: max(0, len(decided) - GAP)]
    verbs, decisions = _REPEATED[session.mode], session.decisions
    again = {assignment.sample_id for assignment in session.assignments if assignment.repeat}
    candidates = (
        assignment.sample_id
        for assignment in old
        if decisions[assignment].action in verbs and assignment.sample_id not in again
    )
    chosen = first_by_chance(session.annotator, candidates)
    return None if chosen is None else Assignment(chosen, repeat=True)


def first_by_chance(annotator: str, sample_ids: Iterable[str]) -> str | None:
    """One of them that nobody can foresee, the same for the same person."""
    return min(sample_ids, key=lambda sample_id: _hash_fraction(annotator, sample_id), default=None)


def is_due(session: AnnotationState, count: int, share: float, what: str = "") -> bool:
    """Once in so many decisions, at a place that nobody can foresee."""
    if share <= 0:
        return False
    every = max(1, round(1 / share))
    block, place = divmod(count - 1, every)
    return count > 0 and place == int(_hash_fraction(session.annotator, session.mode.value + what, str(block)) * every)


# Choosing among all that was decided asks for the same figures again and again.
@lru_cache(maxsize=100_000)
def _hash_fraction(*words: str) -> float:
    """0..1, the same for the same words."""
    figures = hashlib.sha256("\n".join(words).encode()).digest()
    return int.from_bytes(figures[:7], "big") / 256**7
