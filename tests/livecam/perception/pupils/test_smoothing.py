"""Steady pupils in resting eyes, quick glances, no second lag on a moving head."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from livecam.core.interfaces import PupilPair
from livecam.core.types import EyeState, Face, Pupil, Side
from livecam.perception.pupils.smoothing import PupilSmoother
from tests.fakes import make_face, make_pupil

FPS = 30.0


def steadied(shown: Sequence[tuple[Face, PupilPair]], fps: float = FPS) -> list[PupilPair]:
    smoother = PupilSmoother()
    return [smoother.smooth(pupils, face, index / fps) for index, (face, pupils) in enumerate(shown)]


def pair(face: Face, shift: tuple[float, float] = (0, 0), **changes: object) -> PupilPair:
    pupils = (make_pupil(face, side, shift=shift) for side in (Side.LEFT, Side.RIGHT))
    return PupilPair(*(replace(pupil, **changes) for pupil in pupils))  # type: ignore[arg-type]


def left(pairs: Sequence[PupilPair]) -> list[Pupil]:
    return [found.left for found in pairs if found.left is not None]


def test_a_trembling_pupil_comes_to_rest() -> None:
    rng, face = np.random.default_rng(3), make_face()
    tremble = [(face, pair(face, tuple(rng.normal(0, 0.007, 2)))) for _ in range(150)]
    before = np.array([found.left.centre for _, found in tremble if found.left])[30:]
    after = np.array([pupil.centre for pupil in left(steadied(tremble))])[30:]
    assert after.std(axis=0).max() < min(0.3, before.std(axis=0).max() / 1.5)


def test_a_glance_arrives_within_a_tenth_of_a_second() -> None:
    face = make_face()
    glance = [(face, pair(face))] * 10 + [(face, pair(face, (0.1, 0)))] * 3
    start, end = (np.array(pupil.centre) for pupil in (left(steadied(glance))[0], left(steadied(glance))[-1]))
    assert (end - start)[0] > 0.6 * 0.1 * face.pupil_distance


def test_a_pupil_that_rests_in_a_moving_head_does_not_lag() -> None:
    heads = [make_face(centre=(200 + 12 * step, 240), pupil_distance=70 + step) for step in range(30)]
    shown = left(steadied([(head, pair(head, (0.05, -0.02))) for head in heads]))
    true = pair(heads[-1], (0.05, -0.02)).left
    assert shown[-1].centre == pytest.approx(true and true.centre, abs=0.05)


def test_the_radius_is_steadied_as_well() -> None:
    rng, face = np.random.default_rng(4), make_face()
    shown = left(steadied([(face, pair(face, radius=6.5 + rng.normal(0, 0.4))) for _ in range(120)]))
    assert np.std([pupil.radius for pupil in shown[30:]]) < 0.15


def test_a_shut_eye_is_doubtful_at_once() -> None:
    face = make_face()
    blink = [(face, pair(face))] * 10 + [(face, pair(face, state=EyeState.CLOSED, confidence=0.1))]
    assert left(steadied(blink))[-1].confidence == pytest.approx(0.1)


def test_a_pupil_that_was_not_found_stays_unfound() -> None:
    face = make_face()
    assert steadied([(face, pair(face)), (face, PupilPair(None, None))])[-1] == PupilPair(None, None)


def test_a_new_identity_starts_where_it_is() -> None:
    first, second = make_face(), make_face(identity=2)
    shown = left(steadied([(first, pair(first))] * 10 + [(second, pair(second, (0.1, 0)))]))
    true = pair(second, (0.1, 0)).left
    assert shown[-1].centre == pytest.approx(true and true.centre)


def test_after_another_detector_took_over_its_first_answer_stands() -> None:
    smoother, face = PupilSmoother(), make_face()
    for index in range(10):
        smoother.smooth(pair(face), face, index / FPS)
    smoother.forget()
    assert left([smoother.smooth(pair(face, (0.1, 0)), face, 10 / FPS)]) == left([pair(face, (0.1, 0))])
