"""Steady landmarks on a resting head, little lag on a moving one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import pytest

from livecam.core.types import Face
from livecam.perception.faces.smoothing import FaceSmoother
from tests.fakes import make_face


def steadied(faces: Sequence[Face], fps: float = 30.0) -> list[Face]:
    smoother = FaceSmoother()
    return [smoother.smooth([face], index / fps)[0] for index, face in enumerate(faces)]


def trembling(count: int, noise_px: float) -> Iterator[Face]:
    rng, face = np.random.default_rng(2), make_face()
    for _ in range(count):
        yield replace(face, landmarks=face.landmarks + rng.normal(0, noise_px, (68, 2)).astype(np.float32))


def swaying(fps: float, seconds: float = 2.0) -> list[Face]:
    """Half a pupil distance to each side, once a second."""
    return [
        make_face(centre=(320 + 35 * np.sin(2 * np.pi * index / fps), 240)) for index in range(round(fps * seconds))
    ]


def test_a_resting_face_is_shown_as_it_is() -> None:
    assert steadied([make_face()] * 30)[-1].landmarks == pytest.approx(make_face().landmarks, abs=1e-3)


def test_the_tremble_of_single_points_is_halved() -> None:
    shown = np.array([face.landmarks for face in steadied(list(trembling(150, noise_px=0.4)))])[30:]
    assert shown.std(axis=0).mean() < 0.2


@pytest.mark.parametrize("fps", [15.0, 30.0, 60.0])
def test_a_swaying_head_lags_less_than_a_fortieth_of_a_second(fps: float) -> None:
    faces = swaying(fps)
    true, shown = (np.array([face.landmarks.mean(axis=0)[0] for face in row]) for row in (faces, steadied(faces, fps)))
    speed = np.gradient(true) * fps
    assert ((true - shown) * speed).sum() / (speed**2).sum() < 0.025


def test_a_head_that_turns_and_comes_nearer_keeps_its_shape() -> None:
    faces = [make_face(pupil_distance=60 + step, roll=step * 0.01) for step in range(40)]
    shown = steadied(faces)[-1]
    true_width, width = (np.hypot(*(face.landmarks[16] - face.landmarks[0])) for face in (faces[-1], shown))
    assert width / shown.pupil_distance == pytest.approx(true_width / faces[-1].pupil_distance, rel=0.01)


def test_a_new_identity_starts_where_it_is() -> None:
    other = make_face(identity=2, centre=(100, 100))
    assert steadied([make_face()] * 10 + [other])[-1].landmarks == pytest.approx(other.landmarks, abs=1e-3)


def test_the_box_goes_with_the_landmarks() -> None:
    shown = steadied(swaying(30))[17]
    assert shown.box.x == pytest.approx(float(shown.landmarks[:, 0].min()))
