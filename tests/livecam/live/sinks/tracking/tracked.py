"""Faces as tracking sinks get them, with the state that a run would have made of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from livecam.core.types import FaceObservation, Gaze, Side
from livecam.live.effects.face_state.signals import Signals
from livecam.live.effects.face_state.tracker import FaceStateTracker
from livecam.live.sinks.tracking.faces import TrackedFace, tracked_faces
from tests.fakes import make_face, make_look, make_scene


def tracked(*looks: FaceObservation) -> Sequence[TrackedFace]:
    scene = make_scene(looks=looks or (make_look(),))
    return tracked_faces(scene, FaceStateTracker(0, 0).update(scene, 0.0))


def doing(signals: Signals = Signals(), gaze: Gaze = Gaze(0, 0), lids: dict[Side, float] | None = None) -> TrackedFace:
    """A face that does just this; `lids` are 0 open .. 1 shut."""
    (face,) = tracked(make_look(make_face(), gaze))
    assert face.state is not None
    eyes = {side: replace(eye, gaze=gaze, lid=(lids or {}).get(side, 0.0)) for side, eye in face.state.eyes.items()}
    return face._replace(state=replace(face.state, signals=signals, eyes=eyes))
