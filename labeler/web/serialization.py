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

Json = dict[str, Any]


def session_to_json(controller: AnnotationController, session: AnnotationState) -> Json:
    """Everything the page shows; points are in pixels of the picture, pixel centres are whole numbers."""
    try:
        sample, problem = controller.sample(session), ""
    except StoreError as error:
        sample, problem = None, str(error)
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
        "notice": session.message or problem,
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
        "sample": _sample(sample, session) if sample is not None and session.item is not None else None,
    }


def _sample(sample: Sample, session: AnnotationState) -> Json:
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


def _eye(session: AnnotationState, item: LabelingItem, side: Side) -> Json:
    return {
        "side": side.value,
        "middle": list(item.middles[side]),
        "guess": _prediction_json(item.prediction(side)),
        "said": _annotation_json(session.annotations.get(side)),
    }


def _prediction_json(pupil: Pupil | None) -> Json | None:
    if pupil is None:
        return None
    return {
        "x": pupil.centre.x,
        "y": pupil.centre.y,
        "radius": pupil.radius,
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
