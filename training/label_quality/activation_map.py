"""Class activation maps of the label quality classifier, blended over both eyes of a sample."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from livecam.core.types import Image, Side
from livecam.store.samples import Sample
from training.data.augmentation import CropPipeline
from training.data.store_samples import PSEUDO, predicted_eye, predictions_by_side
from training.label_quality.classifier import QualityVerdicts, judge
from training.label_quality.label_corruption import RenderedLabels, as_drawn

_ZOOM = 5
_GAP = 8
_ALPHA = 0.45
_WHITE, _GREEN, _DARK = (235, 235, 235), (90, 220, 90), (24, 24, 24)


def activation_picture(
    model: object, sample: Sample, picture: Image, detectors: Sequence[str], cutting: CropPipeline
) -> Image | None:
    """Left half the labels, right half the evidence against them, a row an eye; None when no detector saw an eye."""
    predictions = predictions_by_side(sample, detectors)
    if not predictions:
        return None
    sides = [side for side in (Side.RIGHT, Side.LEFT) if side in predictions]
    eyes = [predicted_eye(sample, picture, side, predictions[side], weight=1.0, origin=PSEUDO) for side in sides]
    drawn = as_drawn(eyes, cutting)
    verdicts = judge(model, drawn)
    rows = [_row(drawn, verdicts, place, side) for place, side in enumerate(sides)]
    gap = np.full((_GAP, rows[0].shape[1], 3), _DARK, np.uint8)
    stacked: Image = np.vstack([part for row in rows for part in (row, gap)][:-1])
    return stacked


def _row(drawn: RenderedLabels, verdicts: QualityVerdicts, place: int, side: Side) -> Image:
    crop = _levels(drawn.crops[place, ..., 0])
    # The subject's left eye was turned round for the classifier; people see it as it is.
    turn = side is Side.LEFT
    shown, blended = crop.copy(), _blended(crop, verdicts.maps[place])
    _mark(shown, drawn, place)
    halves = [cv2.flip(half, 1) if turn else half for half in (shown, blended)]
    gap = np.full((crop.shape[0], _GAP, 3), _DARK, np.uint8)
    row = np.hstack([halves[0], gap, halves[1]]).astype(np.uint8)
    text = f"{side.value}: good {verdicts.good[place]:.0%}" + (", called closed" if drawn.closed[place] else "")
    cv2.putText(row, text, (8, 20), cv2.FONT_HERSHEY_SIMPLEX, 0.5, _DARK, 3, cv2.LINE_AA)
    cv2.putText(row, text, (8, 20), cv2.FONT_HERSHEY_SIMPLEX, 0.5, _WHITE, 1, cv2.LINE_AA)
    return row


def _levels(crop: NDArray[np.float32]) -> Image:
    low, high = np.percentile(crop, [1, 99])
    grey: Image = np.clip((crop - low) / max(float(high - low), 1e-6) * 255, 0, 255).astype(np.uint8)
    large = cv2.resize(grey, None, fx=_ZOOM, fy=_ZOOM, interpolation=cv2.INTER_CUBIC)
    colours: Image = cv2.cvtColor(large, cv2.COLOR_GRAY2BGR).astype(np.uint8)
    return colours


def _blended(crop: Image, evidence: NDArray[np.float32]) -> Image:
    """JET from the least to the most evidence; below nothing there is only blue."""
    height, width = crop.shape[:2]
    smooth = cv2.resize(np.maximum(evidence, 0), (width, height), interpolation=cv2.INTER_CUBIC)
    scaled = np.clip(smooth / max(float(evidence.max()), 1.0) * 255, 0, 255).astype(np.uint8)
    colours = cv2.applyColorMap(scaled, cv2.COLORMAP_JET)
    return cv2.addWeighted(crop, 1 - _ALPHA, colours, _ALPHA, 0).astype(np.uint8)


def _mark(shown: Image, drawn: RenderedLabels, place: int) -> None:
    if drawn.closed[place]:
        return
    # OpenCV draws sixteenths of a pixel; pixel centres are whole numbers before and after the enlargement.
    x, y = (((drawn.centres[place] + 0.5) * _ZOOM - 0.5) * 16).round().astype(int).tolist()
    radius = round(float(drawn.radii[place]) * _ZOOM * 16)
    cv2.circle(shown, (x, y), radius, _GREEN, 1, cv2.LINE_AA, 4)
    cv2.circle(shown, (x, y), 32, _GREEN, -1, cv2.LINE_AA, 4)


def encoded(picture: Image) -> bytes:
    """PNG."""
    _, content = cv2.imencode(".png", picture)
    return content.tobytes()
