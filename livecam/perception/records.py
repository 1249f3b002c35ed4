"""A face observation as plain values for JSON: box, landmarks and both eyes, in frame pixels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from livecam.core.types import Face, FaceObservation, Side

Record = Mapping[str, Any]


def face_record(observation: FaceObservation) -> Record:
    """Of one face; `left` and `right` are those of `eye_record`."""
    landmarks = observation.face.landmarks.astype(float).round(3).tolist()
    eyes = {side.value: eye_record(observation, side) for side in Side}
    return {**face_place(observation.face), "landmarks": landmarks, **eyes}


def face_place(face: Face) -> Record:
    """Its box (x, y, width, height) and its confidence."""
    return {
        "box": [round(float(value), 2) for value in face.box],
        "confidence": round(float(face.confidence), 4),
    }


def eye_record(observation: FaceObservation, side: Side) -> Record | None:
    """Of the subject's own left or right eye; None where no pupil was found."""
    pupil, gaze = observation.pupil(side), observation.gaze(side)
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
