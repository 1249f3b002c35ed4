"""Uncertainty of stored samples under the current model: doubt, stability, disagreement of detectors, embedding."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from livecam.core.crop import EyePair
from livecam.core.errors import SourceError
from livecam.core.image_files.images import read_image
from livecam.core.tflite import TFLiteModel
from livecam.core.types import Face, Frame, Image, Pupil, Side
from livecam.perception.pupils.handcrafted.detector import RingPupilDetector
from livecam.perception.pupils.network.detector import NetworkPupilDetector, eye_width
from livecam.perception.pupils.network.heatmap import decode
from livecam.perception.pupils.network.model_card import read_card
from livecam.store.samples import Sample
from training.active_learning.test_time_augmentation import EyeRoi, TTAStatistics, looks, stability
from training.data.store_samples import face_at
from training.engine.parallel import Columns

BATCH = 64  # samples that are scored at a time
_SIDES = (Side.LEFT, Side.RIGHT)
_UNKNOWN = (np.nan, np.nan)
_MAP_CELL = 2  # cells of the heat map, each way, that are one number of an embedding


class ScoredViews(NamedTuple):
    """What all views of both eyes say."""

    stable: TTAStatistics  # of 2 eyes
    embedding: NDArray[np.float32]  # (d,) the coarse maps and the numbers of both unchanged views


def tasks(samples: Iterable[Sample], picture_path: Callable[[str], Path]) -> Iterator[Columns]:
    """Batches of what `score` needs to know; the pictures stay where they are."""
    rest = iter(samples)
    while some := list(islice(rest, BATCH)):
        yield {
            "id": np.array([sample.id for sample in some]),
            "picture": np.array([str(picture_path(sample.id)) for sample in some]),
            "landmarks": np.array([sample.landmarks.ravel() for sample in some], np.float32),
            "coarse": np.array([_coarse(sample) for sample in some], np.float64),
        }


def _coarse(sample: Sample) -> tuple[float, ...]:
    """What the handcrafted detector said when the sample was kept; NaN where it was not asked or found nothing."""
    predictions = sample.predictions_of("cpu")
    places = [_place(predictions.get(side)) for side in _SIDES]
    return (*places[0], *places[1])


def _place(pupil: Pupil | None) -> tuple[float, float]:
    return _UNKNOWN if pupil is None else (pupil.centre.x, pupil.centre.y)


def score(batch: Columns, *, model: Path) -> Columns:
    """The rows of a batch of `tasks` with their scores; `found` is false where the picture is gone or damaged.

    `variance`, `doubt` and `disagreement` are those of the eye whose answer is worth most;
    see training.active_learning.acquisition.
    """
    scorer = _scorer(model)
    rows = [
        scorer.row(str(path), landmarks.reshape(68, 2), coarse.reshape(2, 2))
        for path, landmarks, coarse in zip(batch["picture"], batch["landmarks"], batch["coarse"], strict=True)
    ]
    return {"id": batch["id"], **{name: np.array([row[name] for row in rows]) for name in rows[0]}}


@cache
def _scorer(model: Path) -> _Scorer:
    return _Scorer(model)


class _Scorer:
    """One a process, for a model takes time to load."""

    def __init__(self, model: Path) -> None:
        self.card, content = read_card(model)
        self.interpreter = TFLiteModel(content)
        self.network = NetworkPupilDetector(self.card, TFLiteModel(content))
        self.handcrafted = RingPupilDetector()

    def row(self, path: str, landmarks: NDArray[np.float32], coarse: NDArray[np.float64]) -> Columns:
        try:
            frame = Frame(read_image(path), 0, 0.0)
        except SourceError:
            return self._lost
        face = face_at(landmarks)
        pair = self.network.cropper(frame, face)
        return self._scored(frame, face, pair, coarse)

    def _scored(self, frame: Frame, face: Face, pair: EyePair, coarse: NDArray[np.float64]) -> Columns:
        views = self._views(cv2.cvtColor(frame.image, cv2.COLOR_BGR2GRAY).astype(np.uint8, copy=False), pair)
        pupils = self.network.detect(pair)
        places = np.array([_place(pupil) for pupil in pupils])
        doubt = np.array([1.0 if pupil is None else 1 - pupil.confidence for pupil in pupils])
        if np.isnan(coarse).any():
            answers = self.handcrafted.detect(self.handcrafted.cropper(frame, face))
            coarse = np.where(np.isnan(coarse), [_place(pupil) for pupil in answers], coarse)
        apart = np.nan_to_num(np.hypot(*(places - coarse).T)) / max(face.pupil_distance, 1.0)
        worst = int(np.argmax(views.stable.uncertainty * doubt))
        return {
            "found": np.array(True),
            "embedding": views.embedding,
            "variance": np.array(views.stable.uncertainty[worst]),
            "doubt": np.array(doubt[worst]),
            "disagreement": np.array((apart * views.stable.surely_open).max()),
            "places": np.nan_to_num(np.concatenate([places, coarse])).ravel(),
        }

    def _views(self, grey: Image, pair: EyePair) -> ScoredViews:
        window, decoding = self.card.window, self.card.decoding
        widths = [eye_width(eye, window.width, window.margin) for eye in pair]
        sites = [_site(pair, side, width) for side, width in zip(_SIDES, widths, strict=True)]
        seen = [looks(grey, site, window, self.card.normalisation) for site in sites]
        pairs = np.stack([each.crops for each in seen], axis=1)[..., None]  # (views, 2, h, w, 1)
        outputs = [self.interpreter.run(self.interpreter.input.quantise(crops)) for crops in pairs]
        ordered = [sorted(output, key=lambda part: -part.size) for output in outputs]
        logits = np.stack([part[0].reshape(2, decoding.rows, decoding.columns) for part in ordered], axis=1)
        numbers = np.stack([part[1] for part in ordered], axis=1)  # (2, views, 3)
        reading = decode(logits.reshape(-1, *logits.shape[2:]), numbers.reshape(-1, 3), window, decoding)
        return ScoredViews(stability(reading, seen, widths, window), _embedding(logits[:, 0], numbers[:, 0]))

    @property
    def _lost(self) -> Columns:
        cells = self.card.decoding.rows // _MAP_CELL * (self.card.decoding.columns // _MAP_CELL)
        nothing = np.array(0.0)
        return {
            "found": np.array(False),
            "embedding": np.zeros(2 * (cells + 3), np.float32),
            "variance": nothing,
            "doubt": nothing,
            "disagreement": nothing,
            "places": np.zeros(8),
        }


def _site(pair: EyePair, side: Side, width: float) -> EyeRoi:
    lids = pair.face.lids(side)
    x, y = lids[[0, 3]].mean(axis=0).tolist()
    return EyeRoi((x, y), width, pair.face.roll, side)


def _embedding(logits: NDArray[np.float32], numbers: NDArray[np.float32]) -> NDArray[np.float32]:
    """Where the network sees an iris in both eyes, coarsely, and its three numbers, each eye of length about one."""
    rows, columns = logits.shape[1] // _MAP_CELL, logits.shape[2] // _MAP_CELL
    cells = logits[:, : rows * _MAP_CELL, : columns * _MAP_CELL]
    coarse = cells.reshape(2, rows, _MAP_CELL, columns, _MAP_CELL).mean(axis=(2, 4)).reshape(2, -1)
    coarse = coarse - coarse.mean(axis=1, keepdims=True)
    coarse /= np.maximum(np.linalg.norm(coarse, axis=1, keepdims=True), 1e-6)
    embedding: NDArray[np.float32] = np.concatenate([coarse, 0.1 * numbers], axis=1).ravel().astype(np.float32)
    return embedding
