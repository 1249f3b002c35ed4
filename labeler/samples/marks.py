"""What is drawn on an eye: the machine's guess, what was placed and is not accepted yet, or what was decided."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from labeler.samples.actions import Mode
from labeler.samples.item import Age, Item, Said
from labeler.samples.session import Session
from livecam.core.samples import SampleState, Verb
from livecam.core.scene import EyeState, Side


class Kind(StrEnum):
    """How sure it is; each looks different."""

    GUESS = "guess"
    DRAFT = "placed"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Mark:
    """What is known of an eye, and what of it a person has confirmed."""

    side: Side
    kind: Kind
    said: Said | None  # None: nothing was found, nothing was said
    confidence: float | None = None  # of a guess

    @property
    def words(self) -> str:
        """For the caption of the eye."""
        if self.said is None:
            return "no guess"
        what = {Verb.CLOSED: "closed", Verb.OCCLUDED: "iris hidden"}.get(self.said.verb, "")
        if self.kind is not Kind.GUESS:
            return f"{self.kind}: {what}" if what else self.kind.value
        return f"guess{f' {what}' if what else ''}, confidence {self.confidence or 0:.2f}"


def mark(session: Session, item: Item, side: Side) -> Mark:
    """What is to be drawn on an eye of the item."""
    kind = _KINDS.get(item.decision, Kind.GUESS) if item.decision else Kind.GUESS
    if kind is Kind.REJECTED and session.mode is Mode.ANNOTATE:
        kind = Kind.GUESS
    said = session.said.get(side)
    if said is not None and (session.mode is Mode.ANNOTATE or said.age is Age.DECIDED):
        return Mark(side, kind if said.age is Age.DECIDED else Kind.DRAFT, said)
    pupil = item.guess(side)
    if pupil is None:
        return Mark(side, kind, None)
    closed = pupil.state is EyeState.CLOSED
    verb = Verb.CLOSED if closed else Verb.POINT
    return Mark(side, kind, Said(verb, pupil.centre, pupil.radius), pupil.confidence)


_KINDS = {SampleState.LABELLED: Kind.ACCEPTED, SampleState.REJECTED: Kind.REJECTED}
