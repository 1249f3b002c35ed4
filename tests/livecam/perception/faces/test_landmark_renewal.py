"""Landmarks that are found anew, and faces that are checked, beside the frames."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Thread, current_thread
from time import sleep

import numpy as np
import pytest

from livecam.core.types import Face, Image
from livecam.perception.detection_worker import InlineDetection
from livecam.perception.faces.face_model import FaceLandmarks, FaceRegion
from livecam.perception.faces.factory import open_model
from livecam.perception.faces.landmark_renewal import (
    CheckedFace,
    CheckRequest,
    RenewalRequest,
    RenewedLandmarks,
    SharedFaceModel,
)
from livecam.perception.faces.tracker import FaceTracker
from livecam.settings import FaceDetectorName
from tests.fakes import make_frame
from tests.livecam.perception.faces.fake_model import FakeFaceModel
from tests.livecam.perception.faces.pictures import head


class Beside:
    """A worker whose answers come after so many frames; it counts what was asked for."""

    def __init__(self, model: SharedFaceModel, late: int = 1, *, blind: bool = False) -> None:
        self.model, self.late, self.blind = model, late, blind
        self.requests: list[RenewalRequest] = []
        self._answers: list[tuple[int, RenewedLandmarks]] = []

    def submit(self, request: RenewalRequest) -> None:
        self.requests.append(request)
        answer = RenewedLandmarks(request.track, None) if self.blind else self.model.renew(request)[0]
        self._answers.append((self.late, answer))

    def poll(self) -> Sequence[RenewedLandmarks] | None:
        self._answers = [(left - 1, answer) for left, answer in self._answers]
        ready = [answer for left, answer in self._answers if left <= 0]
        self._answers = [(left, answer) for left, answer in self._answers if left > 0]
        return ready or None


class CountingModel(SharedFaceModel):
    """Counts the landmarks that frames waited for."""

    waited = 0

    def landmarks(self, image: Image, region: FaceRegion) -> FaceLandmarks | None:
        self.waited += 1
        return super().landmarks(image, region)


def follow(late: int, *, blind: bool = False, fps: float = 30.0) -> tuple[CountingModel, Beside, list[Sequence[Face]]]:
    """Two seconds of a head that drifts to the right; the answers come `late` frames after they were asked for."""
    model = CountingModel(open_model(FaceDetectorName.MESH))
    beside = Beside(SharedFaceModel(model), late, blind=blind)
    tracker = FaceTracker(model, InlineDetection(model.detect), 1, renewals=beside)
    shown = []
    for index in range(round(2 * fps)):
        if index == 3:
            model.waited = 0
        picture = np.roll(head(480), index // 2, axis=1)
        shown.append(tracker.detect(make_frame(picture, index=index, fps=fps)))
    return model, beside, shown


def test_no_frame_waits_for_landmarks_of_a_face_that_is_followed() -> None:
    model, beside, shown = follow(late=1)
    assert len(beside.requests) == model.waited == pytest.approx(10, abs=1)  # all of them beside
    assert [len(faces) for faces in shown] == [1] * 60


class Checks:
    """A worker that answers so many frames later; `sees` is whether it sees a face. It counts what was asked for."""

    def __init__(self, late: int, *, sees: bool = True) -> None:
        self.late, self.sees = late, sees
        self.requests: list[CheckRequest] = []
        self._left = 0

    def submit(self, request: CheckRequest) -> None:
        self.requests.append(request)
        self._left = self.late

    def poll(self) -> Sequence[CheckedFace] | None:
        self._left -= 1
        if self._left != 0:
            return None
        request = self.requests[-1]
        return [CheckedFace(request.track, 0.5 if self.sees else None, request.face.region.size)]


class VerifyingModel(FakeFaceModel):
    """Counts the checks that frames waited for; they find what is `there`."""

    waited = 0
    there = True

    def verify(self, image: Image, face: FaceLandmarks) -> float | None:
        self.waited += 1
        return 1.0 if self.there else None


def checked(checks: Checks, *, gone: int = 60, fps: float = 30.0) -> tuple[VerifyingModel, list[Sequence[Face]]]:
    """Sixty frames of a face, which is none any more from the `gone`th on."""
    model = VerifyingModel(FaceRegion(100, 100, 80))
    tracker = FaceTracker(model, InlineDetection(model.detect), 1, checks=checks)
    shown = []
    for index in range(60):
        model.there = index < gone
        shown.append(tracker.detect(make_frame(np.zeros((200, 200, 3), np.uint8), index=index, fps=fps)))
    return model, shown


def test_no_frame_waits_for_the_check_of_a_face_that_is_followed() -> None:
    checks = Checks(late=1)
    model, shown = checked(checks)
    assert len(checks.requests) == pytest.approx(7, abs=1)
    assert model.waited == 0
    assert shown[-1][0].confidence == 0.5


def test_a_check_that_does_not_come_in_time_a_frame_does_itself() -> None:
    checks = Checks(late=1000)
    model, shown = checked(checks)
    assert len(checks.requests) == 1
    assert model.waited > 3
    assert [len(faces) for faces in shown] == [1] * 60


def test_a_check_that_sees_no_face_is_done_again_at_once() -> None:
    checks = Checks(late=1, sees=False)
    model, shown = checked(checks)
    assert model.waited == len(checks.requests) > 3
    assert {face.track_id for faces in shown for face in faces} == {1}


def test_what_is_no_face_any_more_is_lost_half_a_second_later() -> None:
    checks = Checks(late=2, sees=False)
    _, shown = checked(checks, gone=20)
    assert [len(faces) for faces in shown[:20]] == [1] * 20
    assert {face.track_id for faces in shown[36:] for face in faces}.isdisjoint({1})


def test_pictures_that_come_slowly_are_checked_one_by_one() -> None:
    checks = Checks(late=1)
    assert checked(checks, fps=10)[0].waited > 10
    assert not checks.requests


@pytest.mark.parametrize("late", [1, 2])
def test_they_are_as_good_as_those_that_a_frame_waits_for(late: int) -> None:
    alone = FaceTracker(open_model(FaceDetectorName.MESH), InlineDetection(open_model(FaceDetectorName.MESH).detect), 1)
    usual = [alone.detect(make_frame(np.roll(head(480), k // 2, axis=1), index=k)) for k in range(60)]
    off = [
        np.linalg.norm(faces[0].landmarks - others[0].landmarks, axis=1).mean()
        for faces, others in zip(follow(late)[2], usual, strict=True)
    ]
    assert max(off) < 0.02 * usual[0][0].pupil_distance


def test_what_does_not_come_in_time_a_frame_finds_itself() -> None:
    model, beside, shown = follow(late=1000)
    assert len(beside.requests) == 1
    assert model.waited > 5
    assert [len(faces) for faces in shown] == [1] * 60


def test_an_answer_that_there_is_no_face_is_looked_into_at_once() -> None:
    model, beside, shown = follow(late=1, blind=True)
    assert len(beside.requests) - model.waited in {0, 1}  # the last answer is not waited for
    assert model.waited > 5
    assert {face.track_id for faces in shown for face in faces} == {1}


def test_pictures_that_come_slowly_are_looked_at_one_by_one() -> None:
    assert not follow(late=1, fps=10)[1].requests


def test_the_landmarks_of_a_shared_model_are_asked_for_by_one_thread_at_a_time() -> None:
    inside: list[str] = []

    class Slow(FakeFaceModel):
        def landmarks(self, image: Image, region: FaceRegion) -> FaceLandmarks | None:
            inside.append(current_thread().name)
            sleep(0.01)
            inside.append(current_thread().name)
            return super().landmarks(image, region)

    place = FaceRegion(100, 100, 80)
    shared = SharedFaceModel(Slow(place))
    picture = np.zeros((200, 200, 3), np.uint8)
    threads = [Thread(target=shared.landmarks, args=(picture, place), name=str(k)) for k in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert inside[::2] == inside[1::2]
