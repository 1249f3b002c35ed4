"""Looks everywhere in a picture for faces: turned by quarters, and in tiles, which show small ones of huge pictures."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence

import cv2
import numpy as np

from livecam.core.types import Image
from livecam.perception.faces.face_model import FaceModel, FaceRegion, distinct

# A face of a twelfth of a tile is found by every model; below 60 pixels there are no eyes to be measured.
_SMALLEST_TILE = 640
_OVERLAP = 0.25  # of a tile; what is larger is found in the next larger tiles
_TURNED_SIDE = 1280  # a face on its side is looked for in the picture made this small
# A hundred tiles give a hundred times the chances to be mistaken: of an 8K picture of blurred blobs with six faces the
# detectors are at most 0.71 sure of what is none, and at least 0.86 of the faces.
_SURE = 0.75
_Detect = Callable[[Image], Sequence[FaceRegion]]


def search_everywhere(model: FaceModel, image: Image) -> list[FaceRegion]:
    """Where there are faces, each once, the surest first; those that only tiles or turns show are confirmed."""
    found = list(model.detect_thorough(image))
    further = distinct([*_turned(model.detect, image), *_tiled(model.detect, image)])
    settled = [sure for region in further if (sure := _settled(model, image, region)) is not None]
    # What the model is sure of is as it says; only where it doubts another turn may be the right one.
    known = [region for region in found if region.confidence >= _SURE]
    if settled and not known:
        return distinct(settled)  # what it doubts was better than nothing
    return distinct(found + [region for region in settled if not any(region.overlaps(other) for other in known)])


def _settled(model: FaceModel, image: Image, region: FaceRegion) -> FaceRegion | None:
    """The region as two looks on it alone settle, as sure as the first one; None when that was not sure of a face, or
    they see none."""
    first = model.landmarks(image, region) if region.confidence >= _SURE else None
    second = first and model.landmarks(image, first.region)
    if second is None or model.verify(image, second) is None:
        return None
    return second.region._replace(confidence=region.confidence)


def _turned(detect: _Detect, image: Image) -> Iterator[FaceRegion]:
    """What is seen when the picture is turned by one, two or three quarters anticlockwise."""
    scale = min(1.0, _TURNED_SIDE / max(image.shape))
    size = tuple(max(1, round(length * scale)) for length in image.shape[1::-1])
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA) if scale < 1 else image
    height, width = small.shape[:2]
    across, down = image.shape[1] / width, image.shape[0] / height
    for turns in (1, 2, 3):
        for region in detect(np.ascontiguousarray(np.rot90(small, turns)).astype(np.uint8, copy=False)):
            x, y = _back((region.x, region.y), turns, width, height)
            yield FaceRegion(
                (x + 0.5) * across - 0.5,
                (y + 0.5) * down - 0.5,
                region.size * across,
                _angle(region.angle + turns * math.pi / 2),
                region.confidence,
            )


def _back(point: tuple[float, float], turns: int, width: int, height: int) -> tuple[float, float]:
    """A point of a picture of this size after it was turned anticlockwise, where it was before."""
    x, y = point
    return {1: (width - 1 - y, x), 2: (width - 1 - x, height - 1 - y), 3: (y, height - 1 - x)}[turns]


def _tiled(detect: _Detect, image: Image) -> Iterator[FaceRegion]:
    """What is seen in overlapping square tiles, small ones and ever twice as large; nothing in a small picture."""
    side, shortest = _SMALLEST_TILE, min(image.shape[:2])
    while side < max(image.shape[:2]) and side <= 2 * shortest:
        for top in _starts(image.shape[0], side):
            for left in _starts(image.shape[1], side):
                for region in detect(image[top : top + side, left : left + side]):
                    yield region._replace(x=region.x + left, y=region.y + top)
        side *= 2


def _starts(length: int, side: int) -> list[int]:
    """Evenly spread, from edge to edge."""
    if length <= side:
        return [0]
    count = math.ceil((length - side) / (side * (1 - _OVERLAP))) + 1
    return [round(index * (length - side) / (count - 1)) for index in range(count)]


def _angle(radians: float) -> float:
    return (radians + math.pi) % (2 * math.pi) - math.pi
