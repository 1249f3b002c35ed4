"""A labeling session as JSON for the page: plain values, nothing left to decide."""

from __future__ import annotations

from typing import Any

from labeler.session.controller import AnnotationController
from labeler.session.item import EyeAnnotation, LabelingItem
from labeler.session.state import AnnotationState
from livecam.core.errors import StoreError
from livecam.core.types import EyeState, Pupil, Side
from livecam.store.labels import SIDES
from livecam.store.samples import Sample

Told = dict[str, Any]


def session_to_json(desk: AnnotationController, session: AnnotationState) -> Told:
    """Everything the page shows; points are in pixels of the picture, pixel centres are whole numbers."""
    try:
        sample, trouble = desk.sample(session), ""
    except StoreError as error:
        sample, trouble = None, str(error)
    return {
        "mode": session.mode.value,
        "by": session.by,
        "finished": session.finished,
        "position": session.position,
        "turns": len(session.turns),
        "left": session.left,
        "elsewhere": session.elsewhere,
        "tally": {state.value: count for state, count in session.tally.items()},
        "notice": session.notice or trouble,
        "view": {
            "zoom": session.view.zoom,
            "contrast": session.view.contrast.value,
            "smooth": session.view.smooth,
            "landmarks": session.view.landmarks,
            "bare": session.view.bare,
            "panel": session.view.panel.value,
        },
        "eye": session.eye.value,
        "pace": desk.pace,
        "written": desk.written.isoformat() if desk.written else None,
        "store": str(desk.store.folder),
        "sample": _sample(sample, session) if sample is not None and session.item is not None else None,
    }


def _sample(sample: Sample, session: AnnotationState) -> Told:
    item = session.item
    assert item is not None
    return {
        "id": sample.id,
        "width": sample.size[0],
        "height": sample.size[1],
        "unit": item.unit,
        "reason": sample.reason.value,
        "source": sample.source,
        "seconds": sample.seconds,
        "decision": item.decision.value if item.decision else None,
        "landmarks": sample.landmarks.round(2).tolist(),
        "eyes": [_eye(session, item, side) for side in SIDES],
    }


def _eye(session: AnnotationState, item: LabelingItem, side: Side) -> Told:
    return {
        "side": side.value,
        "middle": list(item.middles[side]),
        "guess": _guess(item.prediction(side)),
        "said": _said(session.said.get(side)),
    }


def _guess(pupil: Pupil | None) -> Told | None:
    if pupil is None:
        return None
    return {
        "x": pupil.centre.x,
        "y": pupil.centre.y,
        "radius": pupil.radius,
        "confidence": pupil.confidence,
        "closed": pupil.state is EyeState.CLOSED,
    }


def _said(said: EyeAnnotation | None) -> Told | None:
    if said is None:
        return None
    place = {} if said.point is None else {"x": said.point.x, "y": said.point.y, "radius": said.radius}
    return {"verb": said.verb.value, "age": said.age.value, **place}
