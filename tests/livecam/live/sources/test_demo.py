"""The demo: the same for ever, its pupils where it says they are."""

from __future__ import annotations

import itertools
import threading
from typing import Any

import cv2
import numpy as np
import pytest

from livecam.core.crop import similarity_matrix, warp_crop
from livecam.core.types import EyeState, Frame, Image, Pupil
from livecam.live.sources import demo_portrait
from livecam.live.sources.demo import DemoSource, demo_pose
from tests.livecam.live.sources.clock import FakeTime


@pytest.fixture(scope="module")
def demo() -> DemoSource:
    return DemoSource()


def iris_patch(frame: Frame, pupil: Pupil) -> np.ndarray:
    """The iris at its true place, 8 cells a radius."""
    matrix = similarity_matrix(pupil.centre, angle=0, scale=8 / pupil.radius, onto=(20, 20))
    return warp_crop(frame.image, matrix, (41, 41)).astype(int)


def test_a_frame_depends_on_its_index_alone(demo: DemoSource) -> None:
    first = demo.frame(70).image
    demo.frame(200)
    assert np.array_equal(demo.frame(70).image, first)


def test_every_iteration_starts_from_the_beginning() -> None:
    demo = DemoSource(160, 90)
    runs = [[frame.image for frame in itertools.islice(demo, 3)] for _ in range(2)]
    assert np.array_equal(runs[0], runs[1])


def test_the_true_pupils_are_the_dark_places_with_white_beside_them(demo: DemoSource) -> None:
    for index in range(0, 600, 37):
        frame = demo.frame(index)
        for pupil in demo.truth(frame.timestamp):
            if pupil.state is EyeState.OPEN and demo_pose(frame.timestamp).closing == 0:
                patch = iris_patch(frame, pupil).max(axis=2)
                middle, beside = patch[16:25, 14:27], np.concatenate([patch[18:24, 8:10], patch[18:24, 31:33]])
                assert np.median(middle) < np.median(beside) - 25


def test_the_irises_move_against_the_face_by_the_gaze_of_the_performance(demo: DemoSource) -> None:
    """Oracle: where the rest frame's iris correlates best, around the true place without the gaze."""
    rest = demo.frame(0)
    template = iris_patch(rest, demo.truth(0).right)[12:29, 12:29].astype(np.uint8)
    errors = []
    for index in range(15, 400, 45):
        frame, now = demo.frame(index), demo_pose(index / 30)
        if now.closing:
            continue
        pupil = demo.truth(frame.timestamp).right
        matrix = similarity_matrix(pupil.centre, angle=now.roll, scale=8 / pupil.radius, onto=(20, 20))
        found = cv2.matchTemplate(warp_crop(frame.image, matrix, (41, 41)), template, cv2.TM_CCOEFF_NORMED)
        place = np.unravel_index(found.argmax(), found.shape)
        errors.append(np.hypot(place[0] - 12, place[1] - 12) / 8)
    assert np.median(errors) < 0.2


def test_the_eyes_shut_now_and_then_and_the_truth_says_so(demo: DemoSource) -> None:
    states = [demo.truth(index / 30).left.state for index in range(30 * 30)]
    assert 10 < states.count(EyeState.CLOSED) < 60


def test_a_shut_eye_shows_no_dark_iris(demo: DemoSource) -> None:
    shut = next(index for index in range(900) if demo_pose(index / 30).closing > 0.95)
    frame, pupil = demo.frame(shut), demo.truth(shut / 30).left
    before = demo.frame(shut - 8)
    dark = [
        int((iris_patch(each, demo.truth(each.timestamp).left)[12:29, 12:29].max(axis=2) < 70).sum())
        for each in (before, frame)
    ]
    assert dark[1] < dark[0] / 3
    assert pupil.state is EyeState.CLOSED


def test_the_performance_never_leaves_the_frame() -> None:
    demo = DemoSource()
    places = np.array([demo.truth(second / 3).left.centre for second in range(900)])
    assert places.min() > 150
    assert places[:, 0].max() < 1130
    assert places[:, 1].max() < 570


@pytest.mark.parametrize("size", [(1280, 720), (640, 480), (321, 201), (480, 854), (16, 16)])
def test_any_size_is_filled_without_black_borders(size: tuple[int, int]) -> None:
    demo = DemoSource(*size)
    for index in (0, 120, 290):
        image = demo.frame(index).image
        assert image.shape == (size[1], size[0], 3)
        borders = [image[0], image[-1], image[:, 0], image[:, -1]]
        assert min(float(np.median(border)) for border in borders) > 20


def test_pupils_stay_at_the_same_place_of_the_face_at_every_size() -> None:
    small, large = DemoSource(640, 360).truth(4.2).left, DemoSource(1280, 720).truth(4.2).left
    assert (np.array(small.centre) + 0.5) * 2 - 0.5 == pytest.approx(np.array(large.centre), abs=0.51)


def test_shown_live_it_keeps_its_own_speed() -> None:
    time = FakeTime()
    frames = itertools.islice(DemoSource(32, 32, 25.0, paced=True, timing=time.timing), 26)
    assert [frame.index for frame in frames] == list(range(26))
    assert time.now == pytest.approx(1.0)


def test_a_slow_reader_loses_frames_and_not_time() -> None:
    time = FakeTime()
    demo = DemoSource(32, 32, 20.0, paced=True, timing=time.timing)
    seen = []
    for frame in itertools.islice(demo, 10):
        seen.append(frame.timestamp - time.now)
        time.now += 0.13
    assert max(np.abs(seen)) <= 0.05 + 1e-9


def test_a_notice_is_shown_for_the_first_seconds_only() -> None:
    demo = DemoSource(32, 32, notice="no camera found, showing the demo")
    assert (demo.frame(0).status, demo.frame(300).status) == ("no camera found, showing the demo", "")


def test_left_and_right_are_the_subjects_own(demo: DemoSource) -> None:
    truth = demo.truth(0)
    assert truth.left.centre.x > truth.right.centre.x


def test_dlib_sees_the_face_around_the_true_pupils(demo: DemoSource) -> None:
    detector = pytest.importorskip("dlib").get_frontal_face_detector()
    for index in range(0, 440, 55):
        small = cv2.resize(demo.frame(index).image, (640, 360), interpolation=cv2.INTER_AREA)
        x, y = np.array(demo.truth(index / 30).left.centre) / 2
        assert any(
            box.left() < x < box.right() and box.top() < y < box.bottom()
            for box in detector(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY), 0)
        )


def test_other_things_are_opened_while_the_portrait_is_enlarged(monkeypatch: pytest.MonkeyPatch) -> None:
    opened, enlarge = threading.Event(), demo_portrait._plate

    def slow(*of: Any) -> Image:
        assert opened.wait(10)
        return enlarge(*of)

    monkeypatch.setattr(demo_portrait, "_plate", slow)
    demo = DemoSource(160, 90)
    opened.set()
    assert demo.frame(0).image.shape == (90, 160, 3)


def test_a_portrait_that_cannot_be_enlarged_is_told_by_the_first_frame(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> Image:
        raise MemoryError

    monkeypatch.setattr(demo_portrait, "_plate", fail)
    with pytest.raises(MemoryError):
        DemoSource(160, 90).frame(0)
