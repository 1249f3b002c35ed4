"""Faces and pupils of still pictures, as records other programs read and as pictures people look at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from livecam.core.scene import Image, Look, Pupil, Scene, Side
from livecam.effects.debug import paint_looks


def record(image: str, scene: Scene) -> dict[str, Any]:
    """The scene of one picture, ready for JSON: pixels of the picture, the largest face first."""
    width, height = scene.frame.size
    return {"image": image, "width": width, "height": height, "faces": [_face(look) for look in scene.looks]}


def located(scene: Scene) -> Image:
    """A copy of the picture with landmarks, pupils, gaze and confidences drawn on it."""
    canvas = scene.frame.image.copy()
    paint_looks(canvas, scene.looks, (), line_height=max(12, min(scene.frame.size) // 40))
    return canvas


def _face(look: Look) -> Mapping[str, Any]:
    return {
        "box": [round(float(value), 2) for value in look.face.box],
        "confidence": round(float(look.face.confidence), 4),
        "landmarks": [[round(float(x), 3), round(float(y), 3)] for x, y in look.face.landmarks],
        **{side.value: _pupil(look, look.pupil(side), side) for side in Side},
    }


def _pupil(look: Look, pupil: Pupil | None, side: Side) -> Mapping[str, Any] | None:
    gaze = look.gaze(side)
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
