"""A labeling session as JSON for the page: plain values, nothing left to decide."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from labeler.session.controller import AnnotationController
from labeler.session.gold import GoldAnswer
from labeler.session.item import EyeAnnotation, JudgedKind, LabelingItem
from labeler.session.progress import Overview
from labeler.session.state import AnnotationState
from labeler.statistics.report import HASTY
from livecam.core.shell import typed
from livecam.core.types import EyeState, Pupil, Side
from livecam.store.labels import SIDES
from livecam.store.resolution import DECIDING, standing_events
from livecam.store.samples import LabelEvent, SampleState, StoredSample

Json = dict[str, Any]


def session_to_json(controller: AnnotationController, session: AnnotationState) -> Json:
    """Everything the page shows; points are in pixels of the picture, pixel centres are whole numbers."""
    stored, ahead = controller.before, controller.ahead(session)
    at_the_end = session.finished or session.item is None
    return {
        "mode": session.mode.value,
        "showing": session.showing,
        "by": session.annotator,
        "finished": session.finished,
        "position": session.position,
        "turns": len(session.assignments),
        "left": session.left,
        "elsewhere": session.elsewhere,
        "map": session.item is not None and controller.map_path(session) is not None,
        "tally": {state.value: count for state, count in session.tally.items()},
        "notice": session.message,
        "view": {
            "zoom": session.view.zoom,
            "contrast": session.view.contrast.value,
            "smooth": session.view.smooth,
            "landmarks": session.view.landmarks,
            "bare": session.view.bare,
            "panel": session.view.panel.value,
        },
        "eye": session.eye.value,
        "pace": controller.pace,
        "written": controller.written.isoformat() if controller.written else None,
        "store": str(controller.store.folder),
        "progress": _progress(controller.overview()),
        "sample": _sample(stored, session.item, session.annotations) if stored and session.item else None,
        "ahead": _sample(ahead[0], ahead[1], ahead[1].annotations) if ahead else None,
        "feedback": _feedback(controller.feedback),
        "summary": _summary(controller, session) if at_the_end else None,
        "options": {"auto_advance": controller.settings.auto_advance},
    }


def _progress(overview: Overview) -> Json:
    return {
        "done": overview.done,
        "of": overview.of,
        "judging": {"done": overview.round.judging, "of": overview.round.judging_needed},
        "until_round": overview.round.labels_missing,
        "label_minutes": overview.round.label_minutes,
        "frames_missing": overview.round.frames_missing,
        "camera_minutes": overview.round.camera_minutes,
    }


def _summary(controller: AnnotationController, session: AnnotationState) -> Json:
    """What was done in this session, and how to go on."""
    made: Counter[SampleState] = Counter(
        DECIDING[event.action] for event in standing_events(controller.made) if not event.is_repeat
    )
    folder = controller.store.folder
    commands = {
        "label": typed("livecam-label", session.mode.value, folder),
        "stats": typed("livecam-label", "stats", folder),
        "round": typed("livecam-train", "round", folder),
    }
    if disputed := controller.disputed():
        commands["adjudicate"] = typed("livecam-label", "adjudicate", folder)
    return {
        "decided": made.total(),
        "labelled": made[SampleState.LABELLED],
        "rejected": made[SampleState.REJECTED],
        "skipped": made[SampleState.SKIPPED],
        "not_a_face": made[SampleState.NOT_A_FACE],
        "median_seconds": controller.pace,
        "hasty": sum(seconds < HASTY for seconds in controller.paces),
        "left": session.left,
        "disputed": disputed,
        "commands": [{"code": code, "command": command} for code, command in commands.items()],
    }


def _feedback(answer: GoldAnswer | None) -> Json | None:
    if answer is None:
        return None
    truth = {label.side: label for label in answer.truth}
    eyes = [
        {
            "side": side.value,
            "error": answer.errors.get(side),
            "truth": {"x": label.centre.x, "y": label.centre.y} if label.centre else None,
        }
        for side, label in truth.items()
    ]
    return {"sample": answer.sample_id, "right": answer.right, "eyes": eyes}


def _sample(stored: StoredSample, item: LabelingItem, annotations: Mapping[Side, EyeAnnotation]) -> Json:
    sample = stored.sample
    return {
        "id": sample.id,
        "width": sample.size[0],
        "height": sample.size[1],
        "unit": item.unit,
        "reason": sample.reason.value,
        "source": sample.source,
        "recording": sample.session,
        "seconds": sample.seconds,
        "frame": sample.frame_index,
        "split": sample.split.value,
        "decision": item.decision.value if item.decision else None,
        "disputed": stored.resolved.disputed,
        "comments": comments_json(item.comments),
        "landmarks": sample.landmarks.round(2).tolist(),
        "current": current_json(item),
        "eyes": [_eye(item, side, annotations) for side in SIDES],
    }


def comments_json(comments: Iterable[LabelEvent]) -> list[Json]:
    """Who said what in words, oldest first."""
    return [{"by": each.annotator, "text": each.text, "when": each.when.isoformat()} for each in comments]


def current_json(item: LabelingItem) -> Json:
    """What is to be judged, and whose it is."""
    shown = item.shown_predictions[0] if item.shown_predictions else None
    is_prediction = shown is not None and item.judged is JudgedKind.PREDICTION
    return {
        "kind": item.judged.value,
        "author": item.author,
        "finder": shown.detector if shown and is_prediction else None,
        "version": shown.version if shown and is_prediction else None,
        "seconds": item.carried.seconds if item.carried else None,
    }


def _eye(item: LabelingItem, side: Side, annotations: Mapping[Side, EyeAnnotation]) -> Json:
    return {
        "side": side.value,
        "middle": list(item.middles[side]),
        "guess": judged_eye_json(item, side),
        "said": _annotation_json(annotations.get(side)),
    }


def judged_eye_json(item: LabelingItem, side: Side) -> Json | None:
    """What is to be judged of one eye; null where nothing was found."""
    pupil = item.prediction(side)
    if side in item.hidden:
        x, y = item.middles[side]
        place: Json = {"x": x, "y": y, "confidence": 1.0, "closed": False}
    elif pupil is None:
        return None
    else:
        place = _pupil_json(pupil)
    shown = next((each for each in item.shown_predictions if each.side is side), None)
    about = {"radius": item.radius(side), "hidden": side in item.hidden, "finder": shown.detector if shown else None}
    return {**place, **about}


def _pupil_json(pupil: Pupil) -> Json:
    return {
        "x": pupil.centre.x,
        "y": pupil.centre.y,
        "confidence": pupil.confidence,
        "closed": pupil.state is EyeState.CLOSED,
    }


def _annotation_json(annotation: EyeAnnotation | None) -> Json | None:
    if annotation is None:
        return None
    place = (
        {}
        if annotation.point is None
        else {"x": annotation.point.x, "y": annotation.point.y, "radius": annotation.radius}
    )
    return {"verb": annotation.action.value, "age": annotation.save_state.value, **place}
