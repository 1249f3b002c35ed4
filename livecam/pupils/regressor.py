"""Finds pupils with the trained network: one pass for both eyes, heat maps read out here, outside the int8 graph."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from livecam.core.assets import asset
from livecam.core.crop import EyeCrop, EyePair, cut, similarity
from livecam.core.errors import AssetError
from livecam.core.scene import EyeState, Face, Frame, Image, Point, Points, Pupil, Side
from livecam.core.seams import PupilPair
from livecam.interpreter import Interpreter, Tensor
from livecam.pupils.card import Card, Decoding, Features, Normalisation, Window, logistic, read_card
from livecam.settings import PupilSettings

SHIPPED = "models/pupil.tflite"
_LEVELS = np.arange(256, dtype=np.float32)


@dataclass(frozen=True, slots=True)
class CornerCut:
    """Cuts an eye by its own corners, level with the line of both eyes."""

    window: Window

    def __call__(self, frame: Frame, face: Face) -> EyePair:
        right, left = face.lids(Side.RIGHT), face.lids(Side.LEFT)
        right_width, left_width = _width(right), _width(left)
        least, angle = self.window.other_eye_share, face.roll
        return EyePair(
            self._eye(frame, Side.LEFT, left, max(left_width, least * right_width), angle),
            self._eye(frame, Side.RIGHT, right, max(right_width, least * left_width), angle),
            face,
            frame.seconds,
        )

    def _eye(self, frame: Frame, side: Side, lids: Points, width: float, angle: float) -> EyeCrop:
        matrix = window_matrix(self.window, lids[[0, 3]], width=width, angle=angle, side=side)
        return EyeCrop(side, cut(frame.image, matrix, (self.window.width, self.window.height)), matrix, lids)


def _width(lids: Points) -> float:
    return math.hypot(float(lids[3, 0] - lids[0, 0]), float(lids[3, 1] - lids[0, 1]))


def window_matrix(window: Window, corners: Points, *, width: float, angle: float, side: Side) -> NDArray[np.float64]:
    """The (2, 3) matrix from frame to crop for an eye with these two corners, (2, 2), that counts as `width` wide."""
    (x0, y0), (x1, y1) = corners.tolist()
    scale = window.width / (max(width, 1.0) * (1 + 2 * window.margin))
    matrix = similarity(
        ((x0 + x1) / 2, (y0 + y1) / 2),
        angle=angle,
        scale=scale,
        onto=((window.width - 1) / 2, (window.height - 1) / 2),
    )
    if window.mirror_left and side is Side.LEFT:
        matrix[0] *= -1
        matrix[0, 2] += window.width - 1
    return matrix


def normalised(grey: Image, normalisation: Normalisation) -> NDArray[np.float32]:
    """What the net sees of a grey crop (h, w), as real numbers."""
    seen: NDArray[np.float32] = _tables([grey], normalisation)[0][grey]
    return seen


def _tables(greys: Sequence[Image], normalisation: Normalisation) -> NDArray[np.float32]:
    """What each grey level of each crop becomes, (n, 256): a table is cheaper than arithmetic on every pixel."""
    tables = np.empty((len(greys), 256), np.float32)
    for table, grey in zip(tables, greys, strict=True):
        mean, deviation = cv2.meanStdDev(grey)
        np.subtract(_LEVELS, mean.item(), out=table)
        np.divide(table, deviation.item() + normalisation.softening, out=table)
    limit = np.float32(normalisation.limit)
    np.maximum(tables, -limit, out=tables)
    return np.minimum(tables, limit, out=tables)


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """What the net says of a batch of n crops, in crop pixels."""

    centres: NDArray[np.float64]  # (n, 2)
    spreads: NDArray[np.float64]  # (n,), standard deviation of the heat map, in cells
    radii: NDArray[np.float64]  # (n,)
    openness: NDArray[np.float64]  # (n,), log-odds
    sigmas: NDArray[np.float64]  # (n,), the error the net expects


def decode(logits: NDArray[np.float32], numbers: NDArray[np.float32], window: Window, decoding: Decoding) -> Reading:
    """Reads (n, rows, columns) heat map logits and (n, 3) numbers."""
    weights = logits.reshape(len(logits), -1).astype(np.float64)
    weights -= weights.max(axis=1, keepdims=True)
    moments = np.exp(weights, out=weights) @ _moments(decoding.rows, decoding.columns)
    moments /= moments[:, 3:]
    at = moments[:, :2]
    radius, openness, log_sigma = numbers.astype(np.float64).T
    return Reading(
        (at + 0.5) * (window.width / decoding.columns, window.height / decoding.rows) - 0.5,
        np.sqrt(np.maximum(moments[:, 2] - at[:, 0] ** 2 - at[:, 1] ** 2, 0.0)),
        np.exp(np.minimum(np.maximum(radius, -8), 8) * decoding.radius_step) * decoding.radius_unit,
        openness,
        np.exp(np.minimum(np.maximum(log_sigma, -3), 4)),
    )


@cache
def _moments(rows: int, columns: int) -> NDArray[np.float64]:
    """For every cell of a heat map, (rows * columns, 4): column, row, the sum of their squares, 1."""
    row, column = np.mgrid[:rows, :columns].reshape(2, -1).astype(np.float64)
    return np.column_stack([column, row, column**2 + row**2, np.ones_like(row)])


class Regressor:
    """A PupilFinder that runs a TFLite model as its card says."""

    def __init__(self, card: Card, interpreter: Interpreter) -> None:
        """AssetError when the model's tensors are not those the card describes."""
        self.card = card
        self._interpreter = interpreter
        self._heatmap, self._numbers = _output_places(card, interpreter)

    @classmethod
    def open(cls, settings: PupilSettings) -> Regressor:
        """The model of the settings, or the one that ships; AssetError when it, or its card, cannot be used."""
        card, content = read_card(settings.model or asset(SHIPPED))
        return cls(card, Interpreter(content, runtime=settings.runtime, threads=settings.threads))

    @cached_property
    def cutter(self) -> CornerCut:
        return CornerCut(self.card.window)

    def locate(self, eyes: EyePair) -> PupilPair:
        """Both pupils; a closed eye is found too, with that state and little confidence."""
        reading = self.read([cv2.cvtColor(eye.patch, cv2.COLOR_BGR2GRAY).astype(np.uint8, copy=False) for eye in eyes])
        centres = [in_frame(eye, centre) for eye, centre in zip(eyes, reading.centres.tolist(), strict=True)]
        features = confidence_features(eyes, reading, centres)
        left, right = (self._pupil(eye, reading, k, centres[k], features[k]) for k, eye in enumerate(eyes))
        return PupilPair(left, right)

    def read(self, greys: Sequence[Image]) -> Reading:
        """What the net says of two grey crops, (h, w) each."""
        tensor, decoding = self._interpreter.input, self.card.decoding
        tables = tensor.quantise(_tables(greys, self.card.normalisation))
        stored = np.array([cv2.LUT(grey, table) for table, grey in zip(tables, greys, strict=True)])
        outputs = self._interpreter.run(stored.reshape(tensor.shape))
        logits = outputs[self._heatmap].reshape(len(greys), decoding.rows, decoding.columns)
        return decode(logits, outputs[self._numbers], self.card.window, decoding)

    def _pupil(self, eye: EyeCrop, reading: Reading, which: int, centre: Point, features: Features) -> Pupil:
        radius, confidence = float(reading.radii[which]) / _scale(eye), self.card.calibration.confidence(features)
        if logistic(float(reading.openness[which])) < self.card.decoding.closed_below:
            return Pupil(centre, radius, min(confidence, 0.49), EyeState.CLOSED)
        return Pupil(centre, radius, confidence)


def confidence_features(eyes: EyePair, reading: Reading, centres: Sequence[Point]) -> tuple[Features, Features]:
    """What the calibration weighs, for each eye; `centres` are the answers in frame pixels."""
    near = 0.05 * max(eyes.face.pupil_distance, 1.0)
    apart = math.log1p(_disagreement(eyes, centres) / near)
    left, right = (
        Features(
            reach=math.log(near * _scale(eye) / float(reading.sigmas[k])),
            spread=math.log(max(float(reading.spreads[k]), 0.1)),
            openness=min(max(float(reading.openness[k]), -4.0), 4.0),
            disagreement=apart,
        )
        for k, eye in enumerate(eyes)
    )
    return left, right


def _disagreement(eyes: EyePair, centres: Sequence[Point]) -> float:
    """How far apart, in frame pixels, the eyes would put a pupil relative to the middle of their corners."""
    (left_x, left_y), (right_x, right_y) = (
        (centre.x - float(eye.lids[0, 0] + eye.lids[3, 0]) / 2, centre.y - float(eye.lids[0, 1] + eye.lids[3, 1]) / 2)
        for eye, centre in zip(eyes, centres, strict=True)
    )
    return math.hypot(left_x - right_x, left_y - right_y)


def in_frame(eye: EyeCrop, centre: Sequence[float]) -> Point:
    """`EyeCrop.to_frame` of one point, without the price of a general matrix inversion."""
    (a, b, left), (c, d, top) = eye.matrix.tolist()
    x, y, area = centre[0] - left, centre[1] - top, a * d - b * c
    return Point((d * x - b * y) / area, (a * y - c * x) / area)


def _scale(eye: EyeCrop) -> float:
    (a, b, _), (c, d, _) = eye.matrix.tolist()
    return math.sqrt(abs(a * d - b * c))


def _output_places(card: Card, interpreter: Interpreter) -> tuple[int, int]:
    window, decoding = card.window, card.decoding
    _fits("input", interpreter.input, (2, window.height, window.width))
    cells = (2, decoding.rows, decoding.columns)
    places = {_bare(tensor.shape): place for place, tensor in enumerate(interpreter.outputs)}
    if set(places) != {cells, (2, len(decoding.numbers))}:
        raise AssetError(
            f"the model's outputs are {sorted(places)}, its card promises {cells} and (2, 3); export again"
        )
    return places[cells], places[2, len(decoding.numbers)]


def _fits(name: str, tensor: Tensor, shape: tuple[int, ...]) -> None:
    if _bare(tensor.shape) != shape:
        raise AssetError(f"the model's {name} is {tensor.shape}, its card promises {shape}; export it again")


def _bare(shape: tuple[int, ...]) -> tuple[int, ...]:
    return shape[:-1] if shape[-1] == 1 else shape
