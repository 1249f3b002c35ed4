"""A store of crops of the demo's portrait, each a little different, with what a detector that errs would say of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

from livecam.core.assets import asset
from livecam.core.types import EyeState, Image, Point, Pupil, Side
from livecam.store.samples import Prediction, SamplingReason, Split, pixel_hash
from livecam.store.store import Store
from tests.fakes import make_landmarks, make_sample

SIZE = (160, 140)  # of a crop, width and height
TRUTH = {Side.RIGHT: Point(203.5, 100.5), Side.LEFT: Point(246.5, 102.9)}  # iris centres, pixels of the portrait
RADIUS = 4.1
UNIT = 43.0
_REASONS = (SamplingReason.LOW, SamplingReason.DISAGREE, SamplingReason.JUMP, SamplingReason.RANDOM)


def corner(number: int) -> tuple[int, int]:
    """Where the crop of a sample begins in the portrait."""
    return 145 + number % 7, 55 + number % 5


def truth(number: int, side: Side) -> Point:
    """Of a sample, in pixels of its crop."""
    left, top = corner(number)
    return Point(TRUTH[side].x - left, TRUTH[side].y - top)


def crop(number: int) -> Image:
    left, top = corner(number)
    width, height = SIZE
    portrait = cv2.imread(str(asset("demo/portrait.png")))
    part = portrait[top : top + height, left : left + width].astype(np.float32)
    picture = np.clip(part * (0.7 + 0.02 * (number % 20)), 0, 255).astype(np.uint8)
    picture[0, 0] = (number % 256, number // 256, 3)
    return picture


def fill(folder: Path, count: int) -> list[str]:
    """A new store with so many samples; their ids."""
    ids = []
    with Store.open(folder) as opened:
        for number in range(count):
            picture = crop(number)
            middle = np.add(truth(number, Side.RIGHT), truth(number, Side.LEFT)) / 2
            sample, _ = make_sample(number, picture)
            sample = replace(
                sample,
                id=pixel_hash(picture),
                landmarks=make_landmarks(centre=(middle[0], middle[1]), pupil_distance=UNIT),
                predictions=tuple(_prediction(number, side) for side in Side),
                reason=_REASONS[number % 4],
                priority=1 - number / 1000,
                split=Split.TEST if number % 4 == 3 else Split.TRAIN,
                session=f"clip-{number % 3}",
                source=f"clip-{number % 3}.mp4",
            )
            opened.add(sample, picture)
            ids.append(sample.id)
    return ids


def _prediction(number: int, side: Side) -> Prediction:
    if number % 9 == 8 and side is Side.LEFT:
        return Prediction("tflite", "1", side, None)
    x, y = truth(number, side)
    off = 2.5 * np.sin(number)  # pixels: now and then it is wrong
    state = EyeState.CLOSED if number % 11 == 10 else EyeState.OPEN
    return Prediction("tflite", "1", side, Pupil(Point(x + off, y), RADIUS, 0.3 + 0.05 * (number % 12), state))
