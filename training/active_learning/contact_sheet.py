"""Contact sheet of selected samples: both eyes with the answers of both detectors, and why each was selected."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from livecam.core.crop import similarity_matrix, warp_crop
from livecam.core.types import Image
from livecam.store.samples import Sample
from livecam.store.store import Store
from training.active_learning.select import SelectedSample, SelectionRecord

_TILE = (240, 104)  # of which the lower part is for words
_WORDS = 24
_COLOURS = {
    "judging": (120, 255, 255),
    "uncertain": (80, 170, 255),
    "disagreement": (255, 170, 80),
    "random": (190, 190, 190),
}
_NETWORK, _HANDCRAFTED = (80, 80, 255), (255, 200, 60)
MOST = 60


def selection_sheet(store: Store, selection: SelectionRecord, *, columns: int = 5) -> Image:
    """The first of the chosen; the network's answer is a red cross, the handcrafted detector's a blue circle."""
    shown = selection.chosen[:MOST]
    tiles = [_tile(store, each) for each in shown]
    tiles += [np.zeros_like(tiles[0])] * (-len(tiles) % columns)
    rows = [np.hstack(tiles[start : start + columns]) for start in range(0, len(tiles), columns)]
    sheet: Image = np.vstack([_legend(columns * _TILE[0], selection), *rows])
    return sheet


def _tile(store: Store, chosen: SelectedSample) -> Image:
    sample = store.sample(chosen.id).sample
    matrix = _around_the_eyes(sample)
    tile = warp_crop(store.picture(sample.id), matrix, _TILE)
    network, handcrafted = np.array(chosen.places).reshape(2, 2, 2) @ matrix[:, :2].T + matrix[:, 2]
    for x, y in _whole(handcrafted):
        cv2.circle(tile, (x, y), 6, _HANDCRAFTED, 1, cv2.LINE_AA)
    for x, y in _whole(network):
        cv2.drawMarker(tile, (x, y), _NETWORK, cv2.MARKER_CROSS, 9, 1, cv2.LINE_AA)
    tile[-_WORDS:] = 0
    colour = _COLOURS.get(chosen.arm, (120, 220, 120))
    unsteady = 100 * float(np.sqrt(chosen.variance))
    _write(tile, f"{chosen.arm} {sample.reason.value}", _TILE[1] - 14, colour)
    why = f"moves {unsteady:.1f}%  doubt {chosen.doubt:.2f}  apart {100 * chosen.disagreement:.1f}%"
    _write(tile, why, _TILE[1] - 3, (220, 220, 220))
    return tile


def _around_the_eyes(sample: Sample) -> NDArray[np.float64]:
    right, left = (sample.landmarks[part].mean(axis=0) for part in (slice(36, 42), slice(42, 48)))
    apart = max(float(np.hypot(*(left - right))), 1.0)
    angle = float(np.arctan2(*(left - right)[::-1]))
    middle = ((_TILE[0] - 1) / 2, (_TILE[1] - _WORDS - 1) / 2)
    return similarity_matrix((left + right) / 2, angle=angle, scale=0.55 * _TILE[0] / apart, onto=middle)


def _whole(points: NDArray[np.float64]) -> Sequence[tuple[int, int]]:
    return [(round(float(x)), round(float(y))) for x, y in points]


def _legend(width: int, selection: SelectionRecord) -> Image:
    strip = np.zeros((22, width, 3), np.uint8)
    said = (
        f"selection {selection.number}: {len(selection.chosen)} of {selection.pool} by {selection.strategy};  "
        "cross: network, circle: handcrafted;  "
        "moves: sd of the place in changed views, % of the eye's width;  apart: % of the pupil distance"
    )
    _write(strip, said, 15, (255, 255, 255))
    return strip


def _write(picture: Image, said: str, row: int, colour: tuple[int, int, int]) -> None:
    cv2.putText(picture, said, (4, row), cv2.FONT_HERSHEY_SIMPLEX, 0.36, colour, 1, cv2.LINE_AA)
