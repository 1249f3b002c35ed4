"""Text on the labeling page: progress, help, labels so far, where they are kept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import cv2

from labeler.desktop import primitives
from labeler.desktop.primitives import Area
from labeler.session.actions import LabelingAction, LabelingMode
from labeler.session.item import Assignment
from labeler.session.keys import KEYS, Keys, help_lines, key_of
from labeler.session.state import AnnotationState, Contrast
from livecam.core.types import Image
from livecam.store.samples import LabelAction, Sample, SampleState

_ROWS = 18  # of labels that fit
_HINTS = {
    LabelingMode.REVIEW: (
        (LabelingAction.ACCEPT, "true"),
        (LabelingAction.REJECT, "false"),
        (LabelingAction.SKIP, "skip"),
        (LabelingAction.UNDO, "undo"),
        (LabelingAction.NEXT, "next"),
        (LabelingAction.PREVIOUS, "previous"),
        (LabelingAction.LANDMARKS, "landmarks"),
        (LabelingAction.HELP, "help"),
        (LabelingAction.QUIT, "quit"),
    ),
    LabelingMode.ANNOTATE: (
        (LabelingAction.WIDER, "larger"),
        (LabelingAction.OTHER_EYE, "other eye"),
        (LabelingAction.CLOSED, "closed"),
        (LabelingAction.OCCLUDED, "hidden"),
        (LabelingAction.ACCEPT, "accept"),
        (LabelingAction.SKIP, "skip"),
        (LabelingAction.UNDO, "undo"),
        (LabelingAction.HELP, "help"),
    ),
}
_REJECTED = "you called this prediction wrong in review: where are the pupils?"
_STATES = {SampleState.LABELLED: "accepted", SampleState.REJECTED: "false", SampleState.SKIPPED: "skipped"}
_STATE_COLOURS = {
    SampleState.LABELLED: primitives.GREEN,
    SampleState.REJECTED: primitives.RED,
    SampleState.SKIPPED: primitives.SOFT,
}
_EYES = {LabelAction.POINT: "placed", LabelAction.CLOSED: "closed", LabelAction.OCCLUDED: "hidden"}
_WORDS = {LabelAction.ACCEPT: "accept", LabelAction.REJECT: "false", LabelAction.SKIP: "skip"}


@dataclass(frozen=True, slots=True)
class StatusInfo:
    """What the page tells that is no part of the session."""

    where: str
    written: datetime | None = None
    last_seconds: float | None = None
    median_seconds: float | None = None
    keys: Keys | None = None  # None: those of the mode


def places(session: AnnotationState) -> bool:
    """Whether keys place pupils here."""
    return session.mode is LabelingMode.ANNOTATE


def total(session: AnnotationState) -> int:
    """How many turns there are, those to come included."""
    return len(session.assignments) + session.left


def bar(canvas: Image, area: Area, session: AnnotationState) -> None:
    """Who does what, and how far it is."""
    area.of(canvas)[:] = primitives.PANEL
    end = primitives.write(canvas, session.mode.value, (14, area.top + 11), primitives.TEXT, 22)
    primitives.write(canvas, session.annotator, (end + 12, area.top + 11), primitives.SOFT, 22)
    count = f"{min(session.position + 1, total(session))}/{total(session)}" if session.assignment else "the end"
    start = primitives.write_left_of(canvas, count, (area.right - 14, area.top + 11), primitives.TEXT, 22)
    left, right = 300, start - 16
    share = session.position / max(1, total(session))
    _progress(canvas, Area(left, area.top + 18, right - left, 8), share)


def foot(canvas: Image, area: Area, session: AnnotationState, facts: StatusInfo, sample: Sample | None) -> None:
    """What there is to say, what the picture is, what the keys are, and where the labels go."""
    area.of(canvas)[:] = primitives.PANEL
    left, top, right = area.left + 16, area.top + 12, area.right - 16
    if session.message:
        primitives.write(
            canvas, primitives.fitting(session.message, right - left, 22), (left, top), primitives.AMBER, 22
        )
    elif session.item and session.item.decision:
        state = session.item.decision
        words = _REJECTED if places(session) and state is SampleState.REJECTED else f"you said: {_STATES[state]}"
        primitives.write(canvas, words, (left, top), _STATE_COLOURS[state], 22)
    if sample:
        primitives.write(
            canvas, primitives.fitting(_about(session, sample), right - left, 18), (left, top + 40), primitives.SOFT, 18
        )
    primitives.write(canvas, _pace(facts), (left, top + 68), primitives.SOFT, 18)
    primitives.write(canvas, primitives.fitting(_kept(facts), right - left, 18), (left, top + 96), primitives.SOFT, 18)
    primitives.write(
        canvas, primitives.fitting(_hint(session, facts), right - left, 18), (left, top + 132), primitives.TEXT, 18
    )


def lines(canvas: Image, area: Area, texts: Sequence[str], size: int) -> None:
    """In the middle of an area, one under the other."""
    step = round(size * 1.25)
    top = area.top + max(8, (area.height - step * len(texts)) // 2)
    for row, text in enumerate(texts):
        shown = primitives.fitting(text, area.width - 240, size)
        primitives.write(canvas, shown, (area.left + 120, top + step * row), primitives.TEXT, size)


def draw_help(canvas: Image, area: Area, session: AnnotationState, facts: StatusInfo) -> None:
    shown = help_lines(session.mode, _keys(session, facts))
    step = min(28, (area.height - 16) // len(shown))
    top = area.top + (area.height - step * len(shown)) // 2
    for row, (keys, what) in enumerate(shown):
        primitives.write(canvas, keys, (area.left + 260, top + row * step), primitives.CYAN, 20)
        primitives.write(canvas, what, (area.left + 390, top + row * step), primitives.TEXT, 20)


def summary(session: AnnotationState, facts: StatusInfo) -> tuple[str, ...]:
    """What this person has decided, what is left, how long it took."""
    said = ", ".join(f"{session.tally[state]} {word}" for state, word in _STATES.items() if session.tally[state])
    held = f", {session.elsewhere} of them with somebody else now" if session.elsewhere else ""
    passed = sum(assignment not in session.decisions for assignment in session.assignments)
    words = [f"{session.annotator}: {said or 'nothing decided yet'}"]
    left = session.left + passed
    words.append(f"{left} left undecided{held}" if left else "nothing is left")
    if facts.median_seconds is not None:
        words.append(f"median {facts.median_seconds:.1f} seconds each")
    return tuple(words)


def labels(session: AnnotationState) -> tuple[str, ...]:
    """The latest decisions, the newest last, with what was said of single eyes."""
    eyes: dict[Assignment, dict[str, str]] = defaultdict(dict)
    for event in session.history:
        if event.side is not None:
            eyes[Assignment(event.sample_id, event.is_repeat)][event.side.value] = _EYES[event.action]
    said = [
        f"{_WORDS[event.action]}   {assignment.sample_id[:12]}   {event.seconds:.1f} s   {_eyes(eyes[assignment])}"
        for assignment, event in session.decisions.items()
    ]
    return tuple(said[-_ROWS:]) or ("nothing has been decided yet",)


def _keys(session: AnnotationState, facts: StatusInfo) -> Keys:
    return KEYS[session.mode] if facts.keys is None else facts.keys


def _hint(session: AnnotationState, facts: StatusInfo) -> str:
    keys = _keys(session, facts)
    hints = [f"{key_of(action, keys)} {words}" for action, words in _HINTS[session.mode]]
    return "   ".join((["click or arrows place"] if places(session) else []) + hints)


def _eyes(said: Mapping[str, str]) -> str:
    return ", ".join(f"{side} eye {what}" for side, what in sorted(said.items(), reverse=True))


def _about(session: AnnotationState, sample: Sample) -> str:
    words = [f"{sample.source}, frame {sample.frame_index}", f"kept as {sample.reason}", sample.id[:12]]
    if session.item and (carried := session.item.carried):
        words.insert(1, f"proposal: label of {carried.author}, carried over {abs(carried.seconds):.1f} s")
    elif session.item and session.item.shown_predictions:
        words.insert(1, f"prediction of {session.item.shown_predictions[0].detector}")
    if session.view.contrast is not Contrast.PLAIN:
        words.append(f"contrast {session.view.contrast}")
    return "   ·   ".join(words)


def _pace(facts: StatusInfo) -> str:
    if facts.last_seconds is None or facts.median_seconds is None:
        return "seconds an item: none decided yet"
    return f"seconds an item: {facts.last_seconds:.1f} the last, median {facts.median_seconds:.1f}"


def _kept(facts: StatusInfo) -> str:
    written = f"last written {facts.written.astimezone():%H:%M:%S}" if facts.written else "nothing written yet"
    return f"labels in {facts.where}   ·   {written}"


def _progress(canvas: Image, area: Area, share: float) -> None:
    left, top, width, height = area
    cv2.rectangle(canvas, (left, top), (left + width, top + height), primitives.FAINT, cv2.FILLED)
    cv2.rectangle(
        canvas, (left, top), (left + round(width * min(share, 1)), top + height), primitives.GREEN, cv2.FILLED
    )
