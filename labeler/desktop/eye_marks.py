"""Marks on an eye: the prediction, what was placed and is not accepted yet, or what was decided."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from labeler.session.actions import LabelingMode
from labeler.session.item import EyeAnnotation, JudgedKind, LabelingItem, SaveState
from labeler.session.state import AnnotationState
from labeler.texts.catalogue import Language, has_text, text
from livecam.core.types import EyeState, Side
from livecam.store.samples import LabelAction, SampleState


class MarkKind(StrEnum):
    """How sure it is; each looks different."""

    PREDICTION = "prediction"
    CARRIED = "carried"
    DRAFT = "placed"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class EyeMark:
    """What is known of an eye, and what of it a person has confirmed."""

    side: Side
    kind: MarkKind
    annotation: EyeAnnotation | None  # None: nothing was found, nothing was said
    confidence: float | None = None  # of a prediction

    def words(self, language: Language = Language.ENGLISH) -> str:
        """For the caption of the eye."""
        if self.annotation is None:
            return text(language, "mark.none")
        state = f"mark.{self.annotation.action.value}"
        what = text(language, state) if has_text(state) else ""
        alike = self.confidence or 0.0
        values = {"what": what, "confidence": f"{alike:.2f}", "percent": round(100 * alike)}
        return text(language, f"mark.{self.kind.value}", **values)


def mark(session: AnnotationState, item: LabelingItem, side: Side) -> EyeMark:
    """What is to be drawn on an eye of the item."""
    kind = _KINDS.get(item.decision, MarkKind.PREDICTION) if item.decision else MarkKind.PREDICTION
    if kind is MarkKind.REJECTED and session.mode is LabelingMode.ANNOTATE:
        kind = MarkKind.PREDICTION
    annotation = session.annotations.get(side)
    if annotation is not None and (session.mode is LabelingMode.ANNOTATE or annotation.save_state is SaveState.DECIDED):
        return EyeMark(side, kind if annotation.save_state is SaveState.DECIDED else MarkKind.DRAFT, annotation)
    pupil = item.prediction(side)
    if pupil is None:
        return EyeMark(side, kind, None)
    if kind is MarkKind.PREDICTION and item.judged is JudgedKind.CARRIED:
        kind = MarkKind.CARRIED
    closed = pupil.state is EyeState.CLOSED
    action = LabelAction.CLOSED if closed else LabelAction.POINT
    return EyeMark(side, kind, EyeAnnotation(action, pupil.centre, pupil.radius), pupil.confidence)


_KINDS = {SampleState.LABELLED: MarkKind.ACCEPTED, SampleState.REJECTED: MarkKind.REJECTED}
