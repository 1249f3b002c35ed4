"""Counts of a clip: faces that are followed, strays, exchanged ids; pupils and their confidences."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from livecam.benchmark.calibration import Verdict, expected_calibration_error
from livecam.benchmark.clips.clip_truth import TrueEye, TrueFace
from livecam.benchmark.clips.pupil_score import PupilCounter, PupilScore
from livecam.benchmark.clips.tracking_score import TrackingCounter, TrackingScore
from livecam.core.types import EyeState, FaceObservation, Frame, Point, Pupil, Scene
from tests.fakes import make_face, make_frame


def at(x: float, *, track_id: int = 1, off: float = 0.0, confidence: float = 1.0) -> FaceObservation:
    """A face whose pupils are at x and x + 100, and answers that are `off` pixels too far right."""
    face = make_face(pupil_distance=100)
    middle = face.landmarks[[36, 39, 42, 45]].mean(axis=0)
    moved = (face.landmarks + np.array([x + 50, 100]) - middle).astype(np.float32)
    right, left = (Pupil(Point(place + off, 100.0), 9.0, confidence) for place in (x, x + 100))
    return FaceObservation(replace(face, landmarks=moved, track_id=track_id), left, right, None, None)


def true(x: float, number: int = 0, state: EyeState = EyeState.OPEN) -> TrueFace:
    return TrueFace(0, number, TrueEye(Point(x + 100, 100.0), state), TrueEye(Point(x, 100.0), state))


def scenes(seen: list[list[FaceObservation]]) -> list[Scene]:
    return [Scene(Frame(make_frame().image, index, index / 10), tuple(faces)) for index, faces in enumerate(seen)]


def followed(truth: list[list[TrueFace]], seen: list[list[FaceObservation]]) -> TrackingScore:
    counter = TrackingCounter(dict(enumerate(truth)), max(map(len, truth)))
    for scene in scenes(seen):
        counter.add(scene)
    return counter.score()


def judged(face: TrueFace, observation: FaceObservation) -> PupilScore:
    counter = PupilCounter({0: [face]})
    counter.add(scenes([[observation]])[0])
    return counter.score()


def test_frames_in_which_the_largest_face_is_followed_are_counted() -> None:
    score = followed([[true(100)], [true(100)], []], [[at(100)], [], []])
    assert (score.frames, score.followed) == (2, 0.5)


def test_a_face_where_nobody_is_counts_for_as_long_as_it_stays() -> None:
    strays = [[at(100)], [at(100), at(600, track_id=2)], [at(600, track_id=2)], []]
    assert followed([[true(100)]] * 4, strays).stray_s == pytest.approx(0.1)


def test_where_somebody_has_no_label_nothing_is_a_stray() -> None:
    truth = [[true(100)]] * 3 + [[true(100), true(600, 1)]]
    assert followed(truth, [[at(100), at(600, track_id=2)]] * 4).stray_s == 0


def test_a_track_that_goes_over_to_another_person_is_a_switch() -> None:
    kept = [at(100, track_id=1), at(600, track_id=2)]
    crossed = [at(100, track_id=2), at(600, track_id=1)]
    assert followed([[true(100), true(600, 1)]] * 3, [kept, crossed, crossed]).switches == 2


def test_errors_are_shares_of_the_true_pupil_distance() -> None:
    score = judged(true(100), at(100, off=2))
    assert (score.eyes, score.within[:2]) == (2, (0.0, 1.0))


@pytest.mark.parametrize(("state", "error"), [(EyeState.CLOSED, 0.9), (EyeState.OPEN, 0.1), (EyeState.HALF, None)])
def test_a_closed_eye_has_no_pupil_to_be_sure_of(state: EyeState, error: float | None) -> None:
    told = judged(true(100, state=state), at(100, confidence=0.9)).calibration_error
    assert (told and told.error) == (error and pytest.approx(error))


def test_confidences_that_are_kept_have_no_error() -> None:
    kept = expected_calibration_error([Verdict(0.75, hit) for hit in (True, True, True, False)])
    assert kept
    assert kept.error == pytest.approx(0)


def test_the_error_by_chance_is_that_of_answers_thrown_by_their_confidences() -> None:
    rng = np.random.default_rng(0)
    confidences = rng.beta(4, 1, 200)
    thrown = [expected_calibration_error(map(Verdict, confidences, rng.random(200) < confidences)) for _ in range(300)]
    errors = [one.error for one in thrown if one]
    assert thrown[0]
    assert thrown[0].chance == pytest.approx(np.mean(errors), rel=0.06)
