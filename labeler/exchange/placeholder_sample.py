"""Placeholder samples for images of which a file says no more than where the pupils are."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import datetime

import numpy as np

from labeler.formats.interfaces import ParsedItem
from livecam.core.types import Image, Point, Points, Side
from livecam.store.samples import CropMode, Prediction, Sample, SamplingReason, Split, pixel_hash

_EYES = {Side.RIGHT: (-0.5, 0.0), Side.LEFT: (0.5, 0.0)}  # pupil distances from the middle between them
_FACE_SHARE = 1 / 4  # of a picture's shorter side is the pupil distance, where one eye at most is known


def placeholder_sample(
    found: ParsedItem, picture: Image, *, session: str, number: int, now: datetime, split: Split
) -> Sample:
    """The whole picture is the frame. Its reason is `flag`, for a person asked for it, so that it is never evicted.

    The landmarks are those of a drawn face put where the eyes are, since nobody looked for the true ones.
    """
    height, width = picture.shape[:2]
    places = {guess.side: guess.pupil.centre for guess in found.guesses if guess.pupil is not None}
    places |= {label.side: label.centre for label in found.labels if label.centre is not None}
    return Sample(
        id=pixel_hash(picture),
        session=session,
        captured=now,
        source=found.picture,
        frame_index=number,
        seconds=0.0,
        size=(width, height),
        keep=CropMode.FRAME,
        origin=(0, 0),
        frame_size=(width, height),
        landmarks=_landmarks(places, (width, height)),
        predictions=_first_of_each(found.guesses),
        reason=SamplingReason.FLAG,
        priority=1.0,
        split=found.split or split,
    )


def _first_of_each(guesses: Sequence[Prediction]) -> tuple[Prediction, ...]:
    """A finder guesses once of an eye, also when a file holds what several models said."""
    first: dict[Side, Prediction] = {}
    for guess in guesses:
        first.setdefault(guess.side, guess)
    return tuple(first.values())


def _landmarks(places: Mapping[Side, Point], size: tuple[int, int]) -> Points:
    """A drawn face turned, scaled and moved so that its eyes are in these places."""
    unit, roll = min(size) * _FACE_SHARE, 0.0
    middle = np.array([size[0] / 2, size[1] / 2])
    if len(places) == 2:
        right, left = np.array(places[Side.RIGHT]), np.array(places[Side.LEFT])
        unit = max(float(math.hypot(*(left - right))), 1.0)
        roll = math.atan2(left[1] - right[1], left[0] - right[0])
        middle = (left + right) / 2
    elif places:
        ((side, place),) = places.items()
        middle = np.array(place) - np.array(_EYES[side]) * unit
    turn = np.array([[math.cos(roll), math.sin(roll)], [-math.sin(roll), math.cos(roll)]])
    landmarks: Points = (_drawn_face() @ turn * unit + middle).astype(np.float32)
    return landmarks


def _drawn_face() -> Points:
    """(68, 2), in pupil distances from the middle between the pupils, iBUG order."""
    down = np.linspace(np.pi, 0, 17)
    jaw = np.column_stack([1.15 * np.cos(down), 0.1 + 1.6 * np.sin(down)])
    brow = np.array([[-0.95, -0.28], [-0.8, -0.4], [-0.6, -0.43], [-0.4, -0.4], [-0.22, -0.33]])
    bridge = [[0, -0.05], [0, 0.2], [0, 0.45], [0, 0.65]]
    nostrils = [[-0.22, 0.78], [-0.11, 0.82], [0, 0.85], [0.11, 0.82], [0.22, 0.78]]
    eye = np.array([[-0.23, 0], [-0.08, -0.09], [0.08, -0.09], [0.23, 0], [0.08, 0.08], [-0.08, 0.08]])
    eyes = [eye + _EYES[Side.RIGHT], eye + _EYES[Side.LEFT]]
    lips = [_ring(12, 0.42, 0.16), _ring(8, 0.34, 0.06)]
    face: Points = np.concatenate([jaw, brow, (brow * [-1, 1])[::-1], bridge, nostrils, *eyes, *lips])
    return face


def _ring(count: int, width: float, height: float) -> Points:
    """Lips, from the corner that is left in the picture, clockwise."""
    angle = np.pi + np.arange(count) * 2 * np.pi / count
    return np.column_stack([width * np.cos(angle), 1.15 + height * np.sin(angle)]).astype(np.float32)
