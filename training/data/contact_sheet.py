"""Contact sheets: many eyes of a data set on one picture, half of them with their labels drawn in."""

from __future__ import annotations

from itertools import cycle
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from livecam.core.types import Image
from training.data.dataset import EyeDataset
from training.engine.files import replacing

_TILE = (120, 96)
_CORNER_COLOURS = ((0, 0, 255), (255, 128, 0), (255, 0, 255))  # BGR, one a face detector


def contact_sheet(eyes: EyeDataset, *, columns: int = 12, rows: int = 10, seed: int = 0) -> Image:
    """Random eyes; the lower half of the sheet with iris, corners and visible share drawn in."""
    rng = np.random.default_rng(seed)
    which = rng.permutation(len(eyes))[: columns * rows]
    tiles = [_tile(eyes, int(k), marked=place >= len(which) // 2) for place, k in enumerate(which)]
    tiles += [np.zeros((_TILE[1], _TILE[0], 3), np.uint8)] * (-len(tiles) % columns)
    sheet: Image = np.vstack([np.hstack(tiles[k : k + columns]) for k in range(0, len(tiles), columns)])
    return sheet


def _tile(eyes: EyeDataset, which: int, *, marked: bool) -> Image:
    patch = eyes.patch(which)
    factor = min(_TILE[0] / patch.shape[1], _TILE[1] / patch.shape[0])
    size = int(patch.shape[1] * factor), int(patch.shape[0] * factor)
    tile = np.zeros((_TILE[1], _TILE[0], 3), np.uint8)
    tile[: size[1], : size[0]] = cv2.cvtColor(cv2.resize(patch, size), cv2.COLOR_GRAY2BGR)
    if marked:
        _mark(tile, eyes, which, factor)
    return tile


def _mark(tile: Image, eyes: EyeDataset, which: int, factor: float) -> None:
    def at(point: NDArray[np.float32]) -> tuple[int, int]:
        x, y = np.round(((point + 0.5) * factor - 0.5) * 16).astype(int)
        return int(x), int(y)

    radius = int(eyes.radii[which] * factor * 16)
    cv2.circle(tile, at(eyes.centres[which]), radius, (0, 255, 0), 1, cv2.LINE_AA, 4)
    for colour, pair in zip(cycle(_CORNER_COLOURS), eyes.corners[which], strict=False):
        for corner in pair:
            cv2.circle(tile, at(corner), 24, colour, -1, cv2.LINE_AA, 4)
    cv2.putText(tile, f"{eyes.visible[which]:.2f}", (2, 92), cv2.FONT_HERSHEY_SIMPLEX, 0.4, (255, 255, 0))


def write_picture(path: Path, picture: Image) -> None:
    """A PNG, whole or not at all."""
    with replacing(path) as stream:
        stream.write(cv2.imencode(".png", picture)[1].tobytes())
