"""A clip's score: what is followed, what is followed without a label, exchanged ids, pupils and confidences."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from livecam.benchmark.calibration import Verdict, expected_calibration_error
from livecam.benchmark.clip_accuracy import ClipScore, ClipTally, LabelledFace, read_clip_truth
from livecam.core.errors import SourceError
from livecam.core.types import FaceObservation, Frame, Point, Pupil
from tests.fakes import make_face, make_frame

HEAD = "frame,face,lx,ly,rx,ry,left_state,right_state,agreement\n"


def at(x: float, *, track_id: int = 1, off: float = 0.0, confidence: float = 1.0) -> FaceObservation:
    """A face whose pupils are at x and x + 100, and answers that are `off` pixels too far right."""
    face = make_face(pupil_distance=100)
    middle = face.landmarks[[36, 39, 42, 45]].mean(axis=0)
    moved = (face.landmarks + np.array([x + 50, 100]) - middle).astype(np.float32)
    right, left = (Pupil(Point(place + off, 100.0), 9.0, confidence) for place in (x, x + 100))
    return FaceObservation(replace(face, landmarks=moved, track_id=track_id), left, right, None, None)


def label(x: float, number: int = 0, state: str = "open", agreement: float = 0.0) -> LabelledFace:
    return LabelledFace(number, (x, 100.0), (x + 100, 100.0), (state, state), agreement)


def scored(truth: list[list[LabelledFace]], seen: list[list[FaceObservation]]) -> ClipScore:
    tally = ClipTally(dict(enumerate(truth)))
    for index, faces in enumerate(seen):
        tally.add(Frame(make_frame().image, index, index / 10), faces)
    return tally.score("made")


def test_frames_in_which_the_largest_face_is_followed_are_counted() -> None:
    score = scored([[label(100)], [label(100)]], [[at(100)], []])
    assert (score.frames, score.followed, score.found) == (2, 0.5, 0.5)


def test_a_face_where_no_label_is_counts_for_as_long_as_it_stays() -> None:
    score = scored([[label(100)]] * 4, [[at(100)], [at(100), at(600, track_id=2)], [at(600, track_id=2)], []])
    assert score.unlabelled_s == pytest.approx(0.1)


def test_a_track_that_goes_over_to_another_person_is_a_switch() -> None:
    both = [label(100, 0), label(600, 1)]
    kept = [at(100, track_id=1), at(600, track_id=2)]
    crossed = [at(100, track_id=2), at(600, track_id=1)]
    assert scored([both] * 3, [kept, crossed, crossed]).switches == 2


def test_pupils_are_judged_where_labels_agree_and_eyes_are_open() -> None:
    truth = [[label(100)], [label(100, agreement=0.2)], [label(100, state="unsure")]]
    score = scored(truth, [[at(100, off=2)], [at(100)], [at(100)]])
    assert (score.eyes, score.within[:2]) == (2, (0.0, 1.0))


def test_a_sure_answer_for_a_closed_eye_is_a_miss_of_the_calibration() -> None:
    assert scored([[label(100, state="closed")]], [[at(100, confidence=0.9)]]).calibration_error == pytest.approx(0.9)


def test_confidences_that_are_kept_have_no_error() -> None:
    assert expected_calibration_error([Verdict(0.75, hit) for hit in (True, True, True, False)]) == pytest.approx(0)


def test_nothing_said_is_nothing_judged() -> None:
    assert expected_calibration_error([]) is None


def test_the_labels_lie_beside_the_clip(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(HEAD + "3,1,10,20,30,20,open,closed,\n")
    (face,) = read_clip_truth(tmp_path / "a.mp4")[3]
    assert (face.middle, face.states, face.agreement) == ((20, 20), ("open", "closed"), float("inf"))


@pytest.mark.parametrize("text", [None, "", HEAD, HEAD + "a,1,2\n", HEAD + "1,1,5,5,5,5,open,open,0\n"])
def test_labels_that_cannot_be_used_are_one_line(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / "a.csv").write_text(text)
    with pytest.raises(SourceError, match=r"a\.csv"):
        read_clip_truth(tmp_path / "a.mp4")
