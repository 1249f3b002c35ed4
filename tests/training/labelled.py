"""A store of drawn faces, some of them labelled: recordings to learn from, to calibrate on, and to be judged by."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np

from livecam.core.types import LID_POINTS, Image, Point, Pupil, Side
from livecam.store.samples import LabelAction, LabelEvent, Prediction, Sample, SamplingReason, Split
from livecam.store.store import Store
from tests.fakes import make_face, make_sample

# Where the people of these tests see a pupil: a little below the iris that is drawn, which is their habit, and further
# to the side the further it looks there, which is to be learnt.
BELOW, OUTWARDS = 0.02, 0.8


def drawn_sample(number: int, split: Split, reason: SamplingReason) -> tuple[Sample, Image, dict[Side, Point]]:
    """A face of 160x120 with irises that look somewhere, and where they are."""
    rng = np.random.default_rng([number, list(Split).index(split)])
    face = make_face(centre=(80, 50), pupil_distance=66)
    image = np.full((120, 160, 3), rng.integers(90, 190, 3), np.uint8)
    shift, truth = rng.uniform([-6, -2], [6, 2]), {}
    for side in Side:
        lids = face.lids(side)
        inside = np.zeros((120, 160), np.uint8)
        cv2.fillPoly(inside, [np.round(lids * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
        eye = np.full_like(image, 220)
        x, y = lids[[0, 3]].mean(axis=0) + shift
        cv2.circle(eye, (round(x * 16), round(y * 16)), int(0.0935 * 66 * 16), (45, 40, 35), -1, cv2.LINE_AA, 4)
        image = np.where(inside[..., None] > 127, eye, image)
        truth[side] = Point(float(x), float(y))
    image = np.clip(cv2.GaussianBlur(image, (0, 0), 0.8) + rng.normal(0, 3, image.shape), 0, 255).astype(np.uint8)
    predictions = tuple(Prediction("tflite", "1", side, Pupil(truth[side], 6.2, 0.7)) for side in Side)
    sample, _ = make_sample(
        number,
        image,
        landmarks=face.landmarks,
        predictions=predictions,
        split=split,
        reason=reason,
        session=split.value,
        seconds=3.0 * number,
    )
    return sample, image, truth


def corrections(sample: Sample, truth: dict[Side, Point], outwards: float = OUTWARDS) -> Iterator[LabelEvent]:
    """What a person says who puts both pupils lower and further out."""
    for side, place in truth.items():
        middle = float(sample.landmarks[LID_POINTS[side]][[0, 3], 0].mean())
        said = Point(place.x + outwards * (place.x - middle), place.y + BELOW * 66)
        yield LabelEvent(
            sample.id,
            LabelAction.POINT,
            "ann",
            side=side,
            point=said,
            radius=6.2,
            shown_predictions=sample.predictions,
        )
    yield LabelEvent(sample.id, LabelAction.ACCEPT, "ann", shown_predictions=sample.predictions)


def fill_as_shown(store: Store, count: int, split: Split, reason: SamplingReason) -> None:
    """Adds samples whose answers a person accepted as they were shown."""
    for number in range(count):
        sample, picture, _ = drawn_sample(number, split, reason)
        store.add(sample, picture)
        store.append_events([LabelEvent(sample.id, LabelAction.ACCEPT, "ann", shown_predictions=sample.predictions)])


def fill(
    store: Store,
    count: int,
    split: Split,
    reason: SamplingReason = SamplingReason.LOW,
    *,
    start: int = 0,
    outwards: float = OUTWARDS,
) -> list[str]:
    """Adds labelled samples; their ids."""
    ids = []
    for number in range(start, start + count):
        sample, picture, truth = drawn_sample(number, split, reason)
        store.add(sample, picture)
        store.append_events(list(corrections(sample, truth, outwards)))
        ids.append(sample.id)
    return ids
