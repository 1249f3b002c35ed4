"""Heads that pass each other, and pauses in a stream after which a head is elsewhere, for every face model."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
import pytest

from livecam.core.types import Face, Frame, Image
from livecam.perception.faces.factory import follow_recorded
from livecam.settings import FaceDetectorName
from tests.livecam.perception.faces.opened import EVERY_NAME, opened
from tests.livecam.perception.faces.pictures import head

FPS = 15
HEAD = 200  # pixels, of the picture of a head, whose box has two fifths of it
PAUSES = (0.2, 0.6, 1.2, 2.5)  # seconds
NEAR = 0.25  # pupil distances between the middles of the eyes


def picture(heads: Sequence[tuple[float, float, Image]]) -> Image:
    """Heads at the places (left, top) of their pictures, the last one in front, cut out as ovals."""
    image = np.full((360, 640, 3), 120, np.uint8)
    y, x = np.mgrid[:HEAD, :HEAD]
    oval = np.hypot((x - HEAD / 2) / (0.36 * HEAD), (y - HEAD / 2) / (0.48 * HEAD)) <= 1
    for left, top, one in heads:
        corner = image[round(top) : round(top) + HEAD, round(left) : round(left) + HEAD]
        corner[oval] = one[oval]
    return image


def eyes(face: Face) -> tuple[float, float]:
    x, y = face.landmarks[[36, 39, 42, 45]].mean(axis=0).tolist()
    return x, y


@pytest.mark.parametrize("name", EVERY_NAME)
def test_no_identity_goes_over_when_heads_pass_each_other(name: FaceDetectorName) -> None:
    one, other = head(HEAD), np.ascontiguousarray(head(HEAD)[:, ::-1] // 2 + 30)
    tracker, owners = follow_recorded(opened(name), 2), dict[int, set[str]]()
    for index in range(3 * FPS):
        step = 8.8 * index
        places = {"front": 20 + step, "back": 420 - step}
        image = picture([(places["back"], 70, other), (places["front"], 90, one)])
        apart = abs(places["front"] - places["back"]) > 0.6 * HEAD
        for face in tracker.detect(Frame(image, index, index / FPS)):
            if apart:
                owner = min(places, key=lambda each: abs(places[each] + HEAD / 2 - eyes(face)[0]))
                owners.setdefault(face.track_id, set()).add(owner)
    assert {"front", "back"} == set().union(*owners.values())
    assert all(len(each) == 1 for each in owners.values())


def paused(steps: Sequence[tuple[float, float]]) -> Iterator[tuple[float, Image, float, float]]:
    """A second of a head at each place, with a pause before each but the first: seconds, picture, place."""
    seconds = 0.0
    for (left, top), pause in zip(steps, (0.0, *PAUSES), strict=True):
        seconds += pause
        for _ in range(FPS):
            yield seconds, picture([(left, top, head(HEAD))]), left, top
            seconds += 1 / FPS


@pytest.mark.parametrize("name", EVERY_NAME)
def test_after_a_pause_no_face_is_wrong_for_longer_than_half_a_second(name: FaceDetectorName) -> None:
    tracker, rest, wrong, longest = follow_recorded(opened(name), 2), None, None, 0.0
    places = ((200, 80), (216, 92), (176, 80), (230, 110), (140, 60))
    for index, (seconds, image, left, top) in enumerate(paused(places)):
        faces = tracker.detect(Frame(image, index, seconds))
        if rest is None and index == FPS - 1:
            x, y = eyes(faces[0])
            rest = x - left, y - top
        if rest is None:
            continue
        true = rest[0] + left, rest[1] + top
        off = [face for face in faces if math.dist(eyes(face), true) > NEAR * face.pupil_distance]
        wrong = (seconds if wrong is None else wrong) if off else None
        longest = max(longest, 0.0 if wrong is None else seconds - wrong)
    assert rest is not None
    assert longest <= 0.5
