"""What a queue collector keeps of a run, and that it never holds the picture up."""

from __future__ import annotations

from threading import Event

import cv2
import numpy as np
import pytest

from livecam.core.errors import StoreError
from livecam.core.types import Side
from livecam.live.collection.selector import SampleSelector
from livecam.settings import CollectSettings
from livecam.store.samples import CropMode, SamplingReason
from tests.fakes import grey, make_face
from tests.livecam.live.collection.fakes import (
    NOON,
    MemoryStore,
    Shifted,
    collected,
    make_collector,
    make_hard_example_detector,
    make_selector,
    seen,
)


def doubtful(count: int, step: float = 1.0) -> list[object]:
    return [seen(index * step, confidence=0.3) for index in range(count)]


def test_offering_does_not_wait_for_a_store_that_is_held_up() -> None:
    store = MemoryStore()
    store.gate.clear()
    with make_collector(store, buffer=2) as collector:
        for index in range(8):
            collector.offer(seen(index, confidence=0.3))
        dropped = collector.lost
        store.gate.set()
    # One may be in the thread's hands, two wait.
    assert dropped >= 5
    assert dropped + len(store.samples) == 8


def test_what_waits_at_the_end_is_written() -> None:
    store = MemoryStore()
    store.gate.clear()
    with make_collector(store) as collector:
        for index in range(8):
            collector.offer(seen(index, confidence=0.3))
        store.gate.set()
    assert (collector.collected, len(store.samples)) == (8, 8)


def test_the_end_does_not_wait_forever_and_counts_what_it_left() -> None:
    store = MemoryStore()
    store.gate.clear()
    collector = make_collector(store)
    collector.__enter__()
    for index in range(8):
        collector.offer(seen(index, confidence=0.3))
    collector.close(patience=0.0)
    store.gate.set()
    assert collector.lost >= 7


def test_a_full_disk_is_told_once_and_counted() -> None:
    said: list[str] = []
    collector = collected(doubtful(5), MemoryStore(is_full=True), said=said)  # type: ignore[arg-type]
    assert said == ["frames cannot be collected: no space is left in the store"]
    assert collector.report()["failed"] == 5


def test_a_store_that_cannot_be_opened_is_told_and_the_run_goes_on() -> None:
    said: list[str] = []
    collector = make_collector(MemoryStore(), said=said)

    def broken(_: object) -> MemoryStore:
        raise StoreError("the folder is read-only")

    collector._open_store = broken
    with collector:
        for index in range(40):
            collector.offer(seen(index, confidence=0.3))
    assert said == ["frames cannot be collected: the folder is read-only"]
    assert (collector.collected, collector.lost) == (0, 40)


def test_what_looks_like_one_that_is_kept_already_is_left_out() -> None:
    store, picture = MemoryStore(), seen(0).frame.image
    scenes = [seen(index, confidence=0.3, image=cv2.add(picture, index)) for index in range(6)]
    collector = collected(scenes, store)
    assert (len(store.samples), collector.report()["alike"]) == (1, 5)


def test_a_minute_takes_so_many_and_no_more() -> None:
    store = MemoryStore()
    selector = make_selector(CollectSettings(per_minute=3))
    collector = collected(doubtful(61, 2.0), store, selector=selector)  # type: ignore[arg-type]
    assert len([sample for sample in store.samples if sample.seconds < 60]) == 3
    assert (len(store.samples), collector.report()["limited"]) == (7, 54)


def test_two_detectors_that_see_an_eye_differently_are_kept() -> None:
    store = MemoryStore()
    scenes = [seen(index / 30) for index in range(20)]
    collected(scenes, store, selector=make_selector(other=Shifted(0.06)))
    assert store.reasons == ["disagree"]


def test_two_detectors_that_nearly_agree_are_not() -> None:
    store, other = MemoryStore(), Shifted(0.04)
    collected([seen(index / 30) for index in range(20)], store, selector=make_selector(other=other))
    assert (store.reasons, other.asked) == ([], 1)


def test_a_sample_carries_both_detectors_predictions_in_its_own_pixels() -> None:
    store = MemoryStore()
    scene = seen(0, confidence=0.3)
    collected([scene], store, selector=make_selector(other=Shifted(0.1)))
    (sample,) = store.samples
    pupil = sample.predictions_of("tflite")[Side.LEFT]
    assert pupil
    assert sample.to_frame(pupil.centre) == pytest.approx(scene.faces[0].left.centre)  # type: ignore[union-attr]
    assert {(prediction.detector, prediction.version) for prediction in sample.predictions} == {
        ("tflite", "abcd1234"),
        ("cpu", "1.0"),
    }
    assert sample.captured == NOON


@pytest.mark.parametrize("keep", list(CropMode))
def test_the_picture_is_what_is_at_its_origin_in_the_frame(keep: CropMode) -> None:
    store, scene = MemoryStore(), seen(0, confidence=0.3)
    collected([scene], store, selector=make_selector(CollectSettings(keep=keep)))
    (sample,) = store.samples
    (x, y), (width, height) = sample.origin, sample.size
    np.testing.assert_array_equal(store.pictures[0], scene.frame.image[y : y + height, x : x + width])


def test_less_of_the_frame_is_kept_the_less_is_asked_for() -> None:
    areas = {}
    for keep in CropMode:
        store = MemoryStore()
        collected([seen(0, confidence=0.3)], store, selector=make_selector(CollectSettings(keep=keep)))
        areas[keep] = np.prod(store.samples[0].size)
    assert areas[CropMode.EYES] < areas[CropMode.FACE] < areas[CropMode.FRAME]


def test_the_less_sure_a_frame_is_the_sooner_it_is_to_be_labelled() -> None:
    store = MemoryStore()
    collected([seen(index, confidence=value) for index, value in enumerate((0.1, 0.4, 0.6))], store)
    priorities = [sample.priority for sample in store.samples]
    assert priorities == sorted(priorities, reverse=True)


def test_the_quota_is_kept_now_and_then() -> None:
    store = MemoryStore()
    collected(doubtful(20, 5.0), store, selector=make_selector(CollectSettings(quota_mb=7)))  # type: ignore[arg-type]
    assert store.quotas == [7_000_000, 7_000_000]


def test_a_flagged_frame_is_kept_although_it_is_like_another_and_follows_closely() -> None:
    store = MemoryStore()
    with make_collector(store) as collector:
        collector.offer(seen(0, confidence=0.3))
        collector.flag()
        collector.offer(seen(0.1, confidence=0.9999, image=seen(0.1).frame.image))
    assert store.reasons == ["low", "flag"]


def test_while_collecting_is_off_only_what_is_flagged_is_kept() -> None:
    store = MemoryStore()
    with make_collector(store) as collector:
        collector.offer_flagged(seen(0, confidence=0.3))
        collector.flag()
        collector.offer_flagged(seen(1, confidence=0.3))
        collector.offer_flagged(seen(2, confidence=0.3))
    assert [(sample.reason, sample.seconds) for sample in store.samples] == [(SamplingReason.FLAG, 1)]


def test_a_face_that_hardly_is_in_the_frame_is_left() -> None:
    store = MemoryStore()
    collected([seen(0, confidence=0.3, face=make_face(centre=(-200, 240)))], store)
    assert store.samples == []


def test_the_frame_itself_is_not_kept_alive_by_what_is_cut_from_it() -> None:
    store, scene = MemoryStore(), seen(0, confidence=0.3, image=grey())
    collected([scene], store)
    assert not np.shares_memory(store.pictures[0], scene.frame.image)


def test_a_keeper_never_asks_for_a_detector_that_cannot_be_opened_twice() -> None:
    said: list[str] = []

    class Asked(Event):
        times = 0

    def broken() -> object:
        Asked.times += 1
        raise StoreError("no model")

    selector = make_selector()
    second = type(selector.second)({"cpu": broken}, said.append)  # type: ignore[dict-item]
    store = MemoryStore()
    remade = SampleSelector(selector.settings, selector.recording, second, selector.stats, selector.random)
    collected(doubtful(4), store, selector=remade, detector=make_hard_example_detector())  # type: ignore[arg-type]
    assert (Asked.times, len(store.samples), len(said)) == (1, 4, 1)
