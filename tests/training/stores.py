"""Small stores of real-looking faces for the tests of selection."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from livecam.core.types import Image
from livecam.store.samples import SamplingReason, Split
from livecam.store.store import Store
from tests.fakes import make_landmarks, make_sample

SPLITS = (Split.TRAIN, Split.TRAIN, Split.TRAIN, Split.VALIDATION, Split.TEST)
REASONS = (SamplingReason.LOW, SamplingReason.RANDOM, SamplingReason.DISAGREE)


def draw_face(seed: int, width: int = 160, height: int = 110) -> Image:
    """Two eyes that look somewhere; the higher the seed, the noisier."""
    rng = np.random.default_rng(seed)
    picture = np.full((height, width, 3), (130, 150, 190), np.uint8)
    look = rng.normal(0, 2.5, 2)
    for x in (width / 2 - width / 6, width / 2 + width / 6):
        middle = (round(x), round(height / 3))
        cv2.ellipse(picture, middle, (12, 6), 0, 0, 360, (225, 225, 225), -1, cv2.LINE_AA)
        iris = (round(middle[0] + float(look[0])), round(middle[1] + float(look[1]) / 2))
        cv2.circle(picture, iris, 5, (60, 40, 30), -1, cv2.LINE_AA)
    noise = rng.normal(0, 1 + seed % 12, picture.shape)
    return np.clip(picture + noise, 0, 255).astype(np.uint8)


def fill(
    folder: Path, count: int, *, reasons: Sequence[SamplingReason] = REASONS, splits: Sequence[Split] = SPLITS
) -> Store:
    """An open store with so many samples, of all reasons and splits in turn."""
    store = Store.open(folder)
    for number in range(count):
        picture = draw_face(number)
        landmarks = make_landmarks(centre=(80, 110 / 3), pupil_distance=160 / 3)
        reason, split = reasons[number % len(reasons)], splits[number % len(splits)]
        predictions = make_sample(number, picture)[0].predictions if number % 2 else ()
        store.add(
            *make_sample(number, picture, landmarks=landmarks, reason=reason, split=split, predictions=predictions)
        )
    return store
