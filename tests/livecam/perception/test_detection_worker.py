"""Where the slow detector runs."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import pytest

from livecam.core.types import Image
from livecam.perception.detection_worker import BackgroundDetection, DetectionWorker, InlineDetection
from livecam.perception.faces.face_model import FaceRegion
from tests.fakes import grey


def width(image: Image) -> Sequence[FaceRegion]:
    return [FaceRegion(0, 0, image.shape[1])]


def awaited(detection: DetectionWorker[Image, FaceRegion]) -> Sequence[FaceRegion]:
    while (found := detection.poll()) is None:
        pass
    return found


class Gate:
    """A detector that waits to be let through, and remembers which pictures it saw."""

    def __init__(self) -> None:
        self.started, self.open = threading.Semaphore(0), threading.Semaphore(0)
        self.widths: list[int] = []

    def detect(self, image: Image) -> Sequence[FaceRegion]:
        self.started.release()
        self.open.acquire()
        self.widths.append(image.shape[1])
        return width(image)


def test_an_immediate_answer_is_there_at_once_and_only_once() -> None:
    detection = InlineDetection(width)
    detection.submit(grey(5, 5))
    assert (detection.poll(), detection.poll()) == ([FaceRegion(0, 0, 5)], None)


def test_a_background_answer_comes_without_waiting_for_it() -> None:
    gate = Gate()
    with BackgroundDetection(gate.detect).running() as detection:
        detection.submit(grey(5, 5))
        gate.started.acquire()
        early = detection.poll()
        gate.open.release()
        assert (early, awaited(detection)) == (None, [FaceRegion(0, 0, 5)])


def test_of_several_waiting_requests_only_the_newest_counts() -> None:
    gate = Gate()
    with BackgroundDetection(gate.detect).running() as detection:
        detection.submit(grey(5, 5))
        gate.started.acquire()
        for side in (6, 7, 8):
            detection.submit(grey(side, 5))
        gate.open.release(2)
        gate.started.acquire()
        while len(gate.widths) < 2:
            pass
    assert gate.widths == [5, 8]


def test_what_the_detector_raises_reaches_whoever_asks() -> None:
    def broken(image: Image) -> Sequence[FaceRegion]:
        raise MemoryError("no room")

    with BackgroundDetection(broken).running() as detection:
        detection.submit(grey(5, 5))
        with pytest.raises(MemoryError):
            awaited(detection)


def test_the_thread_ends_with_the_with() -> None:
    before = threading.active_count()
    with BackgroundDetection(width).running() as detection:
        detection.submit(grey(5, 5))
    assert threading.active_count() == before
