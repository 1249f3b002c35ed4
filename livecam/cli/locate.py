"""The output of `livecam locate`: faces and pupils of images as JSON records and as annotated images."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from livecam.core.types import FaceObservation, Image, Pupil, Scene, Side
from livecam.live.ui.debug_view import paint_observations


def record(image: str, scene: Scene) -> dict[str, Any]:
    """The scene of one picture, ready for JSON: pixels of the picture, the largest face first."""
    width, height = scene.frame.size
    return {
        "image": image,
        "width": width,
        "height": height,
        "faces": [_face_record(observation) for observation in scene.faces],
    }


def annotate_image(scene: Scene) -> Image:
    """A copy of the picture with landmarks, pupils, gaze and confidences drawn on it."""
    canvas = scene.frame.image.copy()
    paint_observations(canvas, scene.faces, (), line_height=max(12, min(scene.frame.size) // 40))
    return canvas


def _face_record(observation: FaceObservation) -> Mapping[str, Any]:
    return {
        "box": [round(float(value), 2) for value in observation.face.box],
        "confidence": round(float(observation.face.confidence), 4),
        "landmarks": [[round(float(x), 3), round(float(y), 3)] for x, y in observation.face.landmarks],
        **{side.value: _pupil_record(observation, observation.pupil(side), side) for side in Side},
    }


def _pupil_record(observation: FaceObservation, pupil: Pupil | None, side: Side) -> Mapping[str, Any] | None:
    gaze = observation.gaze(side)
    if pupil is None or gaze is None:
        return None
    return {
        "x": round(float(pupil.centre.x), 3),
        "y": round(float(pupil.centre.y), 3),
        "radius": round(float(pupil.radius), 3),
        "confidence": round(float(pupil.confidence), 4),
        "state": pupil.state.value,
        "gaze": [round(float(value), 4) for value in gaze],
    }
