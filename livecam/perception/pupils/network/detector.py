"""The network pupil detector: one pass for both eyes, and a wider retry where it is in doubt."""

from __future__ import annotations

import cmath
import math
from collections.abc import Sequence
from functools import cached_property
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from livecam.core.assets import asset
from livecam.core.crop import EyeCrop, EyePair, warp_crop
from livecam.core.errors import AssetError
from livecam.core.interfaces import PupilPair
from livecam.core.tflite import Tensor, TFLiteModel
from livecam.core.types import EyeState, Face, Image, IrisVisibility, Point, Pupil
from livecam.perception.pupils.network.eye_crop import EyeCornerCropper, Matrix, window_matrix
from livecam.perception.pupils.network.heatmap import CropReading, line, normalised, readings
from livecam.perception.pupils.network.model_card import (
    SHIPPED,
    ConfidenceFeatures,
    Normalisation,
    PupilModelCard,
    log_odds,
    read_card,
)
from livecam.settings import PupilConvention, PupilSettings

VERSION_FIGURES = 8
# An eye that is not shut, but whose iris the net expects to miss by more than this (pupil distances, and pixels more:
# small faces are blurred), has something in front of it. Chosen on sunglasses, reflections, hands and hair drawn on
# photographs, and on open eyes of webcams, of which it takes one in thirty: docs/experiments.md, "Eye states".
_COVERED_DOUBT, _COVERED_DOUBT_PX = 0.015, 0.1


class EyePrediction(NamedTuple):
    """What the net says of one eye, in frame pixels."""

    centre: Point
    radius: float
    sigma: float  # the error it expects
    spread: float  # standard deviation of its heat map
    openness: float  # log-odds


class NetworkPupilDetector:
    """A PupilDetector that runs a TFLite model as its card says."""

    def __init__(
        self, card: PupilModelCard, model: TFLiteModel, convention: PupilConvention = PupilConvention.IRIS
    ) -> None:
        """AssetError when the model's tensors are not those the card describes."""
        self.card = card
        asks_person = convention is PupilConvention.PERSON
        self._beside = complex(card.convention.person_right, card.convention.person_down) if asks_person else 0j
        self._closed_at = log_odds(card.decoding.closed_below)
        self._model = model
        self._heatmap, self._numbers = _output_indices(card, model)

    @classmethod
    def open(cls, settings: PupilSettings) -> NetworkPupilDetector:
        """The model of the settings, or the one that ships; AssetError when it, or its card, cannot be used."""
        card, content = read_card(settings.model or asset(SHIPPED))
        model = TFLiteModel(content, runtime=settings.runtime, threads=settings.threads)
        return cls(card, model, settings.convention)

    @property
    def version(self) -> str:
        """The first figures of the model's sha256."""
        return self.card.sha256[:VERSION_FIGURES]

    @cached_property
    def cropper(self) -> EyeCornerCropper:
        return EyeCornerCropper(self.card.window)

    def detect(self, eyes: EyePair) -> PupilPair:
        """Both pupils; a closed eye is found too, with that state and little confidence."""
        predictions = self.predict(eyes)
        left, right = (
            self._pupil(prediction, features, eyes.face)
            for prediction, features in zip(predictions, confidence_features(eyes, predictions), strict=True)
        )
        return PupilPair(left, right)

    def predict(self, eyes: EyePair) -> tuple[EyePrediction, EyePrediction]:
        """What the net says of the left and the right eye, with a wider retry where the first was in doubt."""
        first = self._predict_crops([_grey(eye.patch) for eye in eyes], [eye.matrix for eye in eyes])
        doubt = self.card.second_look.doubt * eyes.face.pupil_distance
        if eyes.image is None or max(prediction.sigma for prediction in first) <= doubt:
            return first
        second = self._predict_wide(eyes, eyes.image)
        left, right = (
            again if before.sigma > doubt and again.sigma < before.sigma else before
            for before, again in zip(first, second, strict=True)
        )
        return left, right

    def _predict_wide(self, eyes: EyePair, image: Image) -> tuple[EyePrediction, EyePrediction]:
        """The landmarks may be beside the eye: look wider, then at what was found there."""
        centres = [eye.lids[[0, 3]].mean(axis=0).tolist() for eye in eyes]
        widths = [eye_width(eye, self.card.window.width, self.card.window.margin) for eye in eyes]
        wide = self._predict_at(eyes, image, centres, [self.card.second_look.widen * width for width in widths])
        return self._predict_at(eyes, image, [prediction.centre for prediction in wide], widths)

    def _predict_at(
        self, eyes: EyePair, image: Image, centres: Sequence[Sequence[float]], widths: Sequence[float]
    ) -> tuple[EyePrediction, EyePrediction]:
        window, angle = self.card.window, eyes.face.roll
        matrices = [
            window_matrix(window, centre, width=width, angle=angle, side=eye.side)
            for eye, centre, width in zip(eyes, centres, widths, strict=True)
        ]
        greys = [_grey(warp_crop(image, matrix, (window.width, window.height))) for matrix in matrices]
        return self._predict_crops(greys, matrices)

    def _predict_crops(self, greys: Sequence[Image], matrices: Sequence[Matrix]) -> tuple[EyePrediction, EyePrediction]:
        left, right = map(_to_frame, self.run_network(greys), matrices)
        return left, right

    def run_network(self, greys: Sequence[Image]) -> list[CropReading]:
        """What the net says of two grey crops, (h, w) each, in crop pixels."""
        tensor, decoding = self._model.input, self.card.decoding
        crops = np.empty((len(greys), *greys[0].shape), tensor.dtype)
        for crop, grey in zip(crops, greys, strict=True):
            store(crop, grey, tensor, self.card.normalisation)
        outputs = self._model.run(crops.reshape(tensor.shape))
        logits = outputs[self._heatmap].reshape(len(greys), decoding.rows, decoding.columns)
        return readings(logits, outputs[self._numbers], self.card.window, decoding)

    def _pupil(self, prediction: EyePrediction, features: ConfidenceFeatures, face: Face) -> Pupil:
        confidence = self.card.calibration.confidence(features)
        openness = prediction.openness - self._closed_at
        doubtful = prediction.sigma > _COVERED_DOUBT * face.pupil_distance + _COVERED_DOUBT_PX
        evidence = IrisVisibility(openness, covered=doubtful and openness >= 0)
        centre = self.as_labelled(prediction.centre, face)
        if openness < 0:
            return Pupil(centre, prediction.radius, min(confidence, 0.49), EyeState.CLOSED, evidence)
        return Pupil(centre, prediction.radius, confidence, evidence=evidence)

    def as_labelled(self, centre: Point, face: Face) -> Point:
        """Where the person whose labels the model learnt from would put this centre."""
        if not self._beside:
            return centre
        step = self._beside * face.pupil_distance * cmath.exp(1j * face.roll)
        return Point(centre.x + step.real, centre.y + step.imag)


def confidence_features(
    eyes: EyePair, predictions: Sequence[EyePrediction]
) -> tuple[ConfidenceFeatures, ConfidenceFeatures]:
    """What the calibration weighs, for the left and the right eye."""
    near = 0.05 * max(eyes.face.pupil_distance, 1.0)
    apart = math.log1p(_disagreement(eyes, predictions) / near)
    left, right = (
        ConfidenceFeatures(
            reach=math.log(near / prediction.sigma),
            spread=math.log(max(prediction.spread / near, 0.01)),
            openness=min(max(prediction.openness, -4.0), 4.0),
            disagreement=apart,
        )
        for prediction in predictions
    )
    return left, right


def _disagreement(eyes: EyePair, predictions: Sequence[EyePrediction]) -> float:
    """How far apart, in frame pixels, the eyes would put a pupil relative to the middle of their corners."""
    (left_x, left_y), (right_x, right_y) = (
        (
            prediction.centre.x - float(eye.lids[0, 0] + eye.lids[3, 0]) / 2,
            prediction.centre.y - float(eye.lids[0, 1] + eye.lids[3, 1]) / 2,
        )
        for eye, prediction in zip(eyes, predictions, strict=True)
    )
    return math.hypot(left_x - right_x, left_y - right_y)


def eye_width(eye: EyeCrop, width: int, margin: float) -> float:
    """The width, frame pixels, that an eye was taken to have when its crop was cut."""
    return width / (eye.scale * (1 + 2 * margin))


def _to_frame(reading: CropReading, matrix: Matrix) -> EyePrediction:
    (a, b, left), (c, d, top) = matrix.tolist()
    area = a * d - b * c
    scale = math.sqrt(abs(area))
    x, y, spread, radius, openness, sigma = reading
    x, y = x - left, y - top
    centre = Point((d * x - b * y) / area, (a * y - c * x) / area)
    return EyePrediction(centre, radius / scale, sigma / scale, spread / scale, openness)


def store(crop: NDArray[Any], grey: Image, tensor: Tensor, normalisation: Normalisation) -> None:
    """Writes a grey crop (h, w) as the net sees it into `crop`, its place in the input."""
    if tensor.dtype != np.int8:
        crop[...] = tensor.quantise(normalised(grey, normalisation))
        return
    # Normalised, quantised and clipped in one pass. The net was calibrated on limited numbers, so that eight bits end
    # where the limit is.
    gain, offset = line(grey, normalisation)
    cv2.addWeighted(grey, gain / tensor.scale, grey, 0, offset / tensor.scale + tensor.zero, crop, cv2.CV_8S)


def _grey(patch: Image) -> Image:
    grey: Image = cv2.cvtColor(patch, cv2.COLOR_BGR2GRAY)  # type: ignore[assignment]
    return grey


def _output_indices(card: PupilModelCard, model: TFLiteModel) -> tuple[int, int]:
    window, decoding = card.window, card.decoding
    _fits("input", model.input, (2, window.height, window.width))
    cells = (2, decoding.rows, decoding.columns)
    indices = {_bare(tensor.shape): index for index, tensor in enumerate(model.outputs)}
    if set(indices) != {cells, (2, len(decoding.numbers))}:
        raise AssetError(
            f"the model's outputs are {sorted(indices)}, its card promises {cells} and (2, 3); export again"
        )
    return indices[cells], indices[2, len(decoding.numbers)]


def _fits(name: str, tensor: Tensor, shape: tuple[int, ...]) -> None:
    if _bare(tensor.shape) != shape:
        raise AssetError(f"the model's {name} is {tensor.shape}, its card promises {shape}; export it again")


def _bare(shape: tuple[int, ...]) -> tuple[int, ...]:
    return shape[:-1] if shape[-1] == 1 else shape
