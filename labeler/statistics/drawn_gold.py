"""Gold items from drawn eyes: pictures of the demo's portrait whose irises were put where nobody has to guess.

Their landmarks are placeholders, so that no training learns from them and no model is judged by them. What they show to
be judged in review is right in one half and clearly beside the iris in the other.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import cv2
import numpy as np

from livecam.core.interfaces import PupilPair
from livecam.core.placeholder_landmarks import placeholder_landmarks
from livecam.core.types import Box, EyeState, Face, Image, Point, Points, Pupil, Side
from livecam.live.collection.sample_builder import crop_sample
from livecam.live.sources.demo import DemoPose, DemoSource
from livecam.store.samples import (
    DRAWN,
    CropMode,
    LabelAction,
    LabelEvent,
    Prediction,
    Sample,
    SamplingReason,
    Split,
    pixel_hash,
)
from livecam.store.store import Store

_SIZE = (960, 540)  # of the frame that is drawn; a face in it is some 80 pixels between the pupils
_CLOSED_SHARE = 0.1
_BESIDE = (0.08, 0.14)  # pupil distances that a wrong proposal is off
_BETWEEN_S = 60.0  # so that nothing is carried from one to the next


def add_drawn_gold(store: Store, count: int) -> int:
    """Adds so many drawn samples that the store does not have yet, labelled by DRAWN and known to be true."""
    first = len(store.seconds_of(DRAWN))
    source = DemoSource(*_SIZE)
    added = 0
    for number in range(first, first + count):
        sample, picture, pupils = drawn_sample(source, number)
        if store.add(sample, picture):
            store.append_events(list(_said(sample, pupils)))
            added += 1
    return added


def drawn_sample(source: DemoSource, number: int) -> tuple[Sample, Image, dict[Side, Pupil]]:
    """The sample of this number, always the same, its picture, and the true pupils in it."""
    random = np.random.default_rng(number)
    pose = _pose(random)
    frame = source.posed(pose, number)
    resting = _by_side(source.pupils(replace(pose, gaze=(0.0, 0.0))))
    # By where the eyes are, not the irises: the picture is not to be centred on the answer.
    landmarks = placeholder_landmarks({side: pupil.centre for side, pupil in resting.items()}, frame.size)
    cut = crop_sample(frame.image, _face(landmarks), CropMode.FACE)
    assert cut is not None
    picture, origin = _spoilt(cut[0], random), cut[1]
    pupils = {side: _within(pupil, origin) for side, pupil in _by_side(source.pupils(pose)).items()}
    sample = Sample(
        id=pixel_hash(picture),
        session=DRAWN,
        captured=datetime.now(UTC),
        source=DRAWN,
        frame_index=number,
        seconds=number * _BETWEEN_S,
        size=(picture.shape[1], picture.shape[0]),
        keep=CropMode.FACE,
        origin=origin,
        frame_size=frame.size,
        landmarks=(landmarks - np.array(origin)).astype(np.float32),
        predictions=tuple(_shown(pupils, random, wrong=number % 2 == 1)),
        reason=SamplingReason.FLAG,
        priority=0.0,
        split=Split.TEST,
    )
    return sample, picture, pupils


def _pose(random: np.random.Generator) -> DemoPose:
    """Eyes are open or shut, nothing in between: of that nobody knows the truth."""
    return DemoPose(
        gaze=(float(random.uniform(-0.85, 0.85)), float(random.uniform(-0.4, 0.45))),
        closing=float(random.random() < _CLOSED_SHARE),
        shift=(float(random.uniform(-0.1, 0.1)), float(random.uniform(-0.03, 0.03))),
        roll=float(random.uniform(-0.19, 0.19)),
        nearness=float(random.uniform(0.75, 1.2)),
    )


def _spoilt(picture: Image, random: np.random.Generator) -> Image:
    """As cameras show it: blurred, noisy, too dark or too bright."""
    blurred = cv2.GaussianBlur(picture, (0, 0), float(random.uniform(0.4, 1.2))).astype(np.float32)
    toned = 255 * (blurred / 255) ** float(random.uniform(0.7, 1.4))
    noisy = toned + random.normal(scale=random.uniform(1, 6), size=picture.shape)
    return np.clip(noisy.round(), 0, 255).astype(np.uint8)


def _face(landmarks: Points) -> Face:
    low, high = landmarks.min(axis=0), landmarks.max(axis=0)
    return Face(Box(*map(float, low), *map(float, high - low)), landmarks, 1.0)


def _by_side(pair: PupilPair) -> dict[Side, Pupil]:
    return {side: pupil for side, pupil in zip((Side.LEFT, Side.RIGHT), pair, strict=True) if pupil is not None}


def _within(pupil: Pupil, origin: tuple[int, int]) -> Pupil:
    return replace(pupil, centre=Point(pupil.centre.x - origin[0], pupil.centre.y - origin[1]))


def _shown(pupils: dict[Side, Pupil], random: np.random.Generator, *, wrong: bool) -> Iterator[Prediction]:
    """As they are, or clearly beside the irises, and open where they are shut."""
    unit = math.dist(pupils[Side.LEFT].centre, pupils[Side.RIGHT].centre)
    for side, pupil in pupils.items():
        away, angle = random.uniform(*_BESIDE) * unit, random.uniform(0, 2 * np.pi)
        beside = Point(pupil.centre.x + away * math.cos(angle), pupil.centre.y + away * math.sin(angle))
        shown = Pupil(beside, pupil.radius, 0.5, EyeState.OPEN) if wrong else replace(pupil, confidence=0.5)
        yield Prediction(DRAWN, "1", side, shown)


def _said(sample: Sample, pupils: dict[Side, Pupil]) -> Iterator[LabelEvent]:
    for side, pupil in pupils.items():
        if pupil.state is EyeState.CLOSED:
            yield LabelEvent(sample.id, LabelAction.CLOSED, DRAWN, side)
        else:
            yield LabelEvent(sample.id, LabelAction.POINT, DRAWN, side, pupil.centre, pupil.radius)
    yield LabelEvent(sample.id, LabelAction.ACCEPT, DRAWN)
    yield LabelEvent(sample.id, LabelAction.GOLD, DRAWN)
