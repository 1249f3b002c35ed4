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
from labeler.texts.catalogue import Language, has_text, text
from livecam.core.types import Image, Side
from livecam.store.labels import SIDES
from livecam.store.samples import LabelAction, Sample, SampleState

_ROWS = 18  # of labels that fit
_HINTS = {
    LabelingMode.REVIEW: (
        LabelingAction.ACCEPT,
        LabelingAction.REJECT,
        LabelingAction.SKIP,
        LabelingAction.UNDO,
        LabelingAction.NEXT,
        LabelingAction.PREVIOUS,
        LabelingAction.LANDMARKS,
        LabelingAction.HELP,
        LabelingAction.QUIT,
    ),
    LabelingMode.ANNOTATE: (
        LabelingAction.WIDER,
        LabelingAction.OTHER_EYE,
        LabelingAction.CLOSED,
        LabelingAction.OCCLUDED,
        LabelingAction.ACCEPT,
        LabelingAction.SKIP,
        LabelingAction.UNDO,
        LabelingAction.HELP,
    ),
}
_STATES = {
    SampleState.LABELLED: "window.accepted",
    SampleState.REJECTED: "window.false",
    SampleState.SKIPPED: "window.skipped",
    SampleState.NOT_A_FACE: "window.not a face",
}
_STATE_COLOURS = {
    SampleState.LABELLED: primitives.GREEN,
    SampleState.REJECTED: primitives.RED,
    SampleState.SKIPPED: primitives.SOFT,
    SampleState.NOT_A_FACE: primitives.RED,
}
_EYES = {
    LabelAction.POINT: "window.placed",
    LabelAction.CLOSED: "window.closed",
    LabelAction.OCCLUDED: "window.hidden",
}


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
    language = session.language
    end = primitives.write(
        canvas, text(language, f"mode.{session.mode.value}"), (14, area.top + 11), primitives.TEXT, 22
    )
    primitives.write(canvas, session.annotator, (end + 12, area.top + 11), primitives.SOFT, 22)
    count = (
        f"{min(session.position + 1, total(session))}/{total(session)}"
        if session.assignment
        else text(language, "window.the end")
    )
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
        words = text(session.language, "window.you said", what=text(session.language, _STATES[state]))
        if places(session) and state is SampleState.REJECTED:
            words = text(session.language, "window.wrong in review")
        primitives.write(canvas, words, (left, top), _STATE_COLOURS[state], 22)
    if sample:
        primitives.write(
            canvas, primitives.fitting(_about(session, sample), right - left, 18), (left, top + 40), primitives.SOFT, 18
        )
    primitives.write(canvas, _pace(session.language, facts), (left, top + 68), primitives.SOFT, 18)
    primitives.write(
        canvas,
        primitives.fitting(_kept(session.language, facts), right - left, 18),
        (left, top + 96),
        primitives.SOFT,
        18,
    )
    primitives.write(
        canvas, primitives.fitting(_hint(session, facts), right - left, 18), (left, top + 132), primitives.TEXT, 18
    )


def lines(canvas: Image, area: Area, texts: Sequence[str], size: int) -> None:
    """In the middle of an area, one under the other."""
    step = round(size * 1.25)
    top = area.top + max(8, (area.height - step * len(texts)) // 2)
    for row, words in enumerate(texts):
        shown = primitives.fitting(words, area.width - 240, size)
        primitives.write(canvas, shown, (area.left + 120, top + step * row), primitives.TEXT, size)


def draw_help(canvas: Image, area: Area, session: AnnotationState, facts: StatusInfo) -> None:
    shown = help_lines(session.mode, _keys(session, facts), session.language)
    step = min(28, (area.height - 16) // len(shown))
    top = area.top + (area.height - step * len(shown)) // 2
    column = area.left + 230 + max(primitives.width(keys, 20) for keys, _ in shown)
    for row, (keys, what) in enumerate(shown):
        primitives.write(canvas, keys, (area.left + 200, top + row * step), primitives.CYAN, 20)
        primitives.write(canvas, what, (column, top + row * step), primitives.TEXT, 20)


def summary(session: AnnotationState, facts: StatusInfo) -> tuple[str, ...]:
    """What this person has decided, what is left, how long it took."""
    language = session.language
    said = ", ".join(
        text(language, "window.counted", count=session.tally[state], what=text(language, word))
        for state, word in _STATES.items()
        if session.tally[state]
    )
    held = text(language, "window.elsewhere", count=session.elsewhere) if session.elsewhere else ""
    passed = sum(assignment not in session.decisions for assignment in session.assignments)
    words = [f"{session.annotator}: {said or text(language, 'window.nothing decided')}"]
    left = session.left + passed
    open_still = ", ".join(filter(None, (text(language, "window.left", count=left), held)))
    words.append(open_still if left else text(language, "window.nothing left"))
    if facts.median_seconds is not None:
        words.append(text(language, "window.median", seconds=f"{facts.median_seconds:.1f}"))
    return tuple(words)


def labels(session: AnnotationState) -> tuple[str, ...]:
    """The latest decisions, the newest last, with what was said of single eyes."""
    language = session.language
    eyes: dict[Assignment, dict[Side, str]] = defaultdict(dict)
    for event in session.history:
        if event.side is not None:
            eyes[Assignment(event.sample_id, event.is_repeat)][event.side] = text(language, _EYES[event.action])
    said = [
        f"{text(language, f'action.{event.action.value}')}   {assignment.sample_id[:12]}   {event.seconds:.1f} s   "
        f"{_eyes(language, eyes[assignment])}"
        for assignment, event in session.decisions.items()
    ]
    return tuple(said[-_ROWS:]) or (text(language, "window.no labels"),)


def _keys(session: AnnotationState, facts: StatusInfo) -> Keys:
    return KEYS[session.mode] if facts.keys is None else facts.keys


def _hint(session: AnnotationState, facts: StatusInfo) -> str:
    keys = _keys(session, facts)
    language, mode = session.language, session.mode
    hints = [f"{key_of(action, keys)} {_hinted(language, action, mode)}" for action in _HINTS[mode]]
    return "   ".join(([text(language, "window.place")] if places(session) else []) + hints)


def _hinted(language: Language, action: LabelingAction, mode: LabelingMode) -> str:
    special = f"hint.{action.value}.{mode.value}"
    return text(language, special if has_text(special) else f"hint.{action.value}")


def _eyes(language: Language, said: Mapping[Side, str]) -> str:
    ordered = [(side, said[side]) for side in SIDES if side in said]
    return ", ".join(
        text(language, "window.eye", eye=text(language, f"eye.{side.value}"), what=what) for side, what in ordered
    )


def _about(session: AnnotationState, sample: Sample) -> str:
    language, item = session.language, session.item
    words = [
        text(language, "window.frame", source=sample.source, frame=sample.frame_index),
        text(language, "window.reason", reason=text(language, f"why.{sample.reason.value}")),
        sample.id[:12],
    ]
    if item and (carried := item.carried):
        seconds = f"{abs(carried.seconds):.1f}"
        words.insert(1, text(language, "window.carried", author=carried.author, seconds=seconds))
    elif item and item.shown_predictions:
        words.insert(1, text(language, "window.prediction", finder=item.shown_predictions[0].detector))
    if session.view.contrast is not Contrast.PLAIN:
        contrast = text(language, f"contrast.{session.view.contrast.value}")
        words.append(text(language, "window.contrast", contrast=contrast))
    return "   ·   ".join(words)


def _pace(language: Language, facts: StatusInfo) -> str:
    if facts.last_seconds is None or facts.median_seconds is None:
        return text(language, "window.no pace")
    last, median = f"{facts.last_seconds:.1f}", f"{facts.median_seconds:.1f}"
    return text(language, "window.pace", last=last, median=median)


def _kept(language: Language, facts: StatusInfo) -> str:
    kept = text(language, "window.kept", store=facts.where)
    if facts.written is None:
        return f"{kept}   ·   {text(language, 'window.not written')}"
    return f"{kept}   ·   {text(language, 'window.written', time=f'{facts.written.astimezone():%H:%M:%S}')}"


def _progress(canvas: Image, area: Area, share: float) -> None:
    left, top, width, height = area
    cv2.rectangle(canvas, (left, top), (left + width, top + height), primitives.FAINT, cv2.FILLED)
    cv2.rectangle(
        canvas, (left, top), (left + round(width * min(share, 1)), top + height), primitives.GREEN, cv2.FILLED
    )
