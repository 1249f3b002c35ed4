"""Following faces from frame to frame."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from livecam.core.types import Face, Frame
from livecam.perception.detection_worker import InlineDetection
from livecam.perception.faces.face_model import FaceRegion
from livecam.perception.faces.tracker import FaceTracker
from tests.fakes import make_frame
from tests.livecam.perception.faces.fake_model import (
    CloseFaceModel,
    FakeFaceModel,
    ShrinkingFaceModel,
    StickyFaceModel,
    SureFaceModel,
)

ANNA = FaceRegion(200, 240, 120)
BERT = FaceRegion(450, 240, 90)


class Clip:
    """Feeds a tracking thirty frames a second; `level` is how bright they are."""

    def __init__(self, model: FakeFaceModel, max_faces: int = 4) -> None:
        self.model = model
        self.tracking = FaceTracker(model, InlineDetection(model.detect), max_faces)
        self.index = -1
        self.level = 90
        self.change = slice(0, 0)  # columns that are brighter

    def frames(self, count: int = 1, *, cut: bool = False) -> list[list[Face]]:
        shown = []
        for _ in range(count):
            self.index += 1
            shown.append(list(self.tracking.detect(replace(self._frame(), scene_cut=cut))))
        return shown

    def _frame(self) -> Frame:
        frame = make_frame(index=self.index)
        image = np.full_like(frame.image, self.level)
        image[:, self.change] += 30
        return replace(frame, image=image)


def test_a_face_is_found_in_the_first_frame() -> None:
    assert len(Clip(FakeFaceModel(ANNA)).frames()[0]) == 1


def test_a_followed_face_keeps_its_identity() -> None:
    assert {face.track_id for faces in Clip(FakeFaceModel(ANNA)).frames(60) for face in faces} == {1}


def test_landmarks_that_shrink_on_a_bare_wall_are_soon_no_face() -> None:
    clip = Clip(ShrinkingFaceModel(ANNA))
    clip.frames(30)
    clip.model.room = []
    assert not clip.frames(6)[-1]


def test_a_moving_face_is_followed() -> None:
    clip = Clip(FakeFaceModel(ANNA))
    for step in range(30):
        clip.model.room = [ANNA._replace(x=ANNA.x + 8 * step)]
        shown = clip.frames()[0]
    assert shown[0].box.x + shown[0].box.width / 2 == pytest.approx(ANNA.x + 8 * 29, abs=2)


def test_faces_that_are_not_followed_are_counted_and_counted_again() -> None:
    clip = Clip(FakeFaceModel(ANNA, BERT), max_faces=1)
    clip.frames(30)
    both = clip.tracking.unfollowed
    clip.model.room = [ANNA]
    shown = clip.frames(150)

    assert (both, clip.tracking.unfollowed) == (1, 0)
    assert {face.track_id for faces in shown for face in faces} == {1}


def test_the_detector_rests_while_as_many_faces_as_wanted_are_followed() -> None:
    clip = Clip(FakeFaceModel(ANNA), max_faces=1)
    clip.frames(300)
    assert clip.model.detections == 1


def test_the_detector_looks_ever_more_rarely_at_an_empty_room() -> None:
    clip = Clip(FakeFaceModel())
    clip.frames(300)
    assert clip.model.detections <= 24


def test_a_face_that_the_model_sees_leaving_is_gone_at_once() -> None:
    clip = Clip(SureFaceModel(ANNA))
    clip.frames(10)
    clip.model.room = []
    assert clip.frames() == [[]]


def test_a_wrong_lock_is_let_go_within_half_a_second() -> None:
    clip = Clip(FakeFaceModel(ANNA))
    clip.frames(10)
    clip.model.room = []
    assert clip.frames(15)[-1] == []


def test_one_doubtful_look_does_not_lose_a_face() -> None:
    clip = Clip(FakeFaceModel(ANNA), max_faces=1)
    clip.frames(12)
    clip.model.room = []
    clip.frames()
    clip.model.room = [ANNA]
    assert {face.track_id for faces in clip.frames(60) for face in faces} == {1}


def test_a_face_that_comes_back_has_a_new_identity() -> None:
    clip = Clip(SureFaceModel(ANNA))
    clip.frames(10)
    clip.model.room = []
    clip.frames(10)
    clip.model.room = [ANNA]
    assert [face.track_id for face in clip.frames(30)[-1]] == [2]


def test_a_face_that_is_lost_beside_another_is_back_half_a_second_after_it_can_be_seen() -> None:
    clip = Clip(FakeFaceModel(BERT, ANNA))
    clip.frames(10)
    clip.model.room = [BERT]
    assert len(clip.frames(18)[-1]) == 1
    clip.model.room = [BERT, ANNA]
    assert len(clip.frames(15)[-1]) == 2


@pytest.mark.parametrize("away", range(1, 29, 4))
@pytest.mark.parametrize("before", [[], [ANNA]])
def test_who_can_be_seen_again_within_a_second_is_there_a_quarter_of_a_second_later(
    before: list[FaceRegion], away: int
) -> None:
    clip = Clip(SureFaceModel(*before))
    clip.frames(10 * len(before))
    clip.model.room = []
    clip.frames(away)
    clip.model.room = [ANNA]
    assert len(clip.frames(9)[-1]) == 1


def test_a_face_that_is_lost_for_one_picture_is_back_in_the_next() -> None:
    clip = Clip(SureFaceModel(BERT, ANNA))
    clip.frames(10)
    clip.model.room = [BERT]
    assert len(clip.frames()[-1]) == 1
    clip.model.room = [BERT, ANNA]
    assert len(clip.frames()[-1]) == 2


def test_beside_several_faces_one_that_only_a_part_of_the_picture_shows_is_found() -> None:
    clip = Clip(CloseFaceModel(ANNA, BERT))
    clip.frames(10)
    clip.model.room = [ANNA, BERT, FaceRegion(600, 100, 60)]
    clip.change = slice(560, 640)
    assert len(clip.frames(60)[-1]) == 3


def test_alone_nobody_is_looked_for_more_often_than_once_a_second() -> None:
    clip = Clip(FakeFaceModel(ANNA))
    clip.frames(10)
    looks = clip.model.detections
    for index in range(90):
        clip.change = slice(500 if index % 2 else 560, 640)
        clip.frames()
    assert clip.model.detections - looks <= 3


def test_after_a_cut_the_old_face_is_gone_at_once_and_the_new_one_there() -> None:
    clip = Clip(FakeFaceModel(ANNA))
    clip.frames(10)
    clip.model.room, clip.level = [BERT], 180
    assert [face.track_id for face in clip.frames()[0]] == [2]


def test_after_a_cut_a_face_at_the_place_of_the_old_one_is_settled_on_anew() -> None:
    clip = Clip(StickyFaceModel(ANNA), max_faces=1)
    clip.frames(10)
    clip.model.room, clip.level = [ANNA._replace(x=ANNA.x + 30)], 180
    box = clip.frames()[0][0].box
    assert box.x + box.width / 2 == pytest.approx(ANNA.x + 30, abs=2)


def test_a_face_is_followed_until_its_eyes_leave_the_picture() -> None:
    clip = Clip(SureFaceModel(ANNA))
    for step in range(30):
        clip.model.room = [ANNA._replace(y=ANNA.y + 8.5 * step)]
        shown = clip.frames()[0]
    assert [face.track_id for face in shown] == [1]


def test_a_face_that_stays_away_is_looked_for_a_second_and_no_longer() -> None:
    clip = Clip(FakeFaceModel(BERT, ANNA))
    clip.frames(10)
    clip.model.room = [BERT]
    clip.frames(45)
    looks = clip.model.detections
    clip.frames(75)
    assert clip.model.detections - looks <= 1


def test_a_newcomer_is_noticed_and_the_first_keeps_its_identity() -> None:
    clip = Clip(FakeFaceModel(BERT))
    clip.frames(10)
    clip.model.room, clip.level = [BERT, ANNA], 140
    assert [face.track_id for face in clip.frames(60)[-1]] == [2, 1]


def test_a_newcomer_who_changes_nothing_that_is_compared_is_noticed_within_five_seconds() -> None:
    clip = Clip(FakeFaceModel(BERT))
    clip.frames(10)
    clip.model.room = [BERT, ANNA]
    assert [face.track_id for face in clip.frames(150)[-1]] == [2, 1]


def test_a_scene_that_does_not_change_is_searched_less_often() -> None:
    still, lively = Clip(FakeFaceModel(BERT)), Clip(FakeFaceModel(BERT))
    still.frames(300)
    for index in range(300):
        lively.level = 60 + 60 * (index // 30 % 2)
        lively.frames()
    assert still.model.detections <= 4
    assert lively.model.detections >= 8


def test_the_largest_faces_come_first_and_no_more_than_wanted() -> None:
    clip = Clip(FakeFaceModel(BERT, ANNA, FaceRegion(320, 80, 60)), max_faces=2)
    assert [round(face.box.width) for face in clip.frames(10)[-1]] == [121, 91]


def test_two_tracks_that_slide_onto_one_face_become_one() -> None:
    clip = Clip(FakeFaceModel(ANNA, BERT))
    clip.frames(5)
    clip.model.room = [FaceRegion(330, 240, 300)]
    assert len(clip.frames(30)[-1]) == 1


def test_no_frame_checks_more_than_one_face() -> None:
    clip = Clip(FakeFaceModel(ANNA, BERT, FaceRegion(320, 80, 60)))
    checks = []
    for _ in range(60):
        before = clip.model.confirmations
        clip.frames()
        checks.append(clip.model.confirmations - before)
    assert max(checks) == 1


def test_a_crowd_is_locked_on_over_several_frames() -> None:
    clip = Clip(FakeFaceModel(*(FaceRegion(100 * column, 100, 60) for column in range(1, 6))), max_faces=5)
    assert [len(faces) for faces in clip.frames(3)] == [2, 4, 5]


def test_nobody_is_followed_into_another_picture() -> None:
    clip = Clip(FakeFaceModel(ANNA))
    clip.frames()
    clip.model.room = []
    assert clip.frames(cut=True) == [[]]


def test_another_picture_is_searched_at_once() -> None:
    clip = Clip(FakeFaceModel(ANNA))
    clip.frames()
    clip.model.room = [BERT]
    assert [face.track_id for face in clip.frames(cut=True)[0]] == [2]


def test_a_stream_that_starts_again_is_watched_again() -> None:
    clip = Clip(SureFaceModel())
    clip.frames(300)
    clip.index, clip.model.room = -1, [ANNA]
    assert len(clip.frames(31)[-1]) == 1
