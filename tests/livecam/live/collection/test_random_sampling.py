"""The samples that are drawn blindly are a fair picture of what the camera saw."""

from __future__ import annotations

from collections import Counter
from random import Random

from livecam.live.collection.random_sampling import PoissonSampler, ReservoirSampler
from livecam.settings import CollectSettings
from livecam.store.samples import SamplingReason
from tests.livecam.live.collection.fakes import (
    MemoryStore,
    collected,
    empty,
    make_hard_example_detector,
    make_selector,
    seen,
)


def drawn(chance: PoissonSampler, seconds: list[float]) -> list[float]:
    taken = []
    for now in seconds:
        if chance.is_due(now):
            chance.taken()
            taken.append(now)
    return taken


def test_as_many_are_drawn_as_the_rate_says() -> None:
    assert 540 < len(drawn(PoissonSampler(Random(3), 6), [index / 10 for index in range(60_000)])) < 660


def test_time_without_a_face_does_not_count() -> None:
    chance = PoissonSampler(Random(3), 60)
    assert len(drawn(chance, [index * 3600.0 for index in range(100)])) < 80


def test_a_recording_that_starts_again_is_drawn_from_like_any_other() -> None:
    chance = PoissonSampler(Random(3), 60)
    assert len(drawn(chance, [index / 10 for index in range(600)] * 10)) > 400


def test_every_item_stays_in_a_reserve_with_the_same_chance() -> None:
    random, counted = Random(5), Counter[int]()
    for _ in range(4000):
        reserve = ReservoirSampler[int](random, 4)
        for item in range(12):
            reserve.add(item)
        counted.update(reserve.draw(2))
    assert all(abs(counted[item] - 4000 * 2 / 12) < 100 for item in range(12))


def test_a_reserve_that_was_drawn_from_begins_anew() -> None:
    reserve = ReservoirSampler[int](Random(5), 4)
    reserve.add(1)
    assert (reserve.draw(3), reserve.draw(3), reserve.seen) == ([1], [], 0)


def test_doubtful_faces_are_drawn_as_often_as_they_are_seen_although_they_are_kept_far_more_often() -> None:
    # A third of the time is doubtful, all of it at the end: a rate that followed what is kept would draw all there.
    settings = CollectSettings(gap_seconds=0.2, per_minute=600, random_share=0.5)
    late = drawn_of_all = 0
    for seed in range(4):
        store = MemoryStore()
        scenes = [seen(index / 4, confidence=0.2 if index >= 160 else 0.9999) for index in range(240)]
        detector = make_hard_example_detector(settings, per_minute=60, seed=seed)
        collected(scenes, store, detector=detector, selector=make_selector(settings, seed=seed))
        drawn_of_all += store.reasons.count("random")
        late += sum(sample.seconds >= 40 for sample in store.samples if sample.reason is SamplingReason.RANDOM)
    assert drawn_of_all >= 40
    assert 0.2 <= late / drawn_of_all <= 0.5


def test_the_drawn_ones_are_the_share_of_all_that_was_asked_for() -> None:
    store = MemoryStore()
    scenes = [seen(index / 2, confidence=0.2) for index in range(400)]
    settings = CollectSettings(gap_seconds=1.0, per_minute=20)
    detector, selector = make_hard_example_detector(settings, per_minute=20), make_selector(settings)
    collected(scenes, store, detector=detector, selector=selector)
    share = store.reasons.count("random") / len(store.reasons)
    assert 0.10 <= share <= 0.20


def test_an_easy_recording_gives_one_to_test_on() -> None:
    store = MemoryStore()
    scenes = [seen(index / 30, confidence=0.9999) for index in range(300)]
    collected(scenes, store, detector=make_hard_example_detector(per_minute=60))
    assert store.reasons.count("random") == 1


def test_a_recording_without_a_face_gives_none() -> None:
    store = MemoryStore()
    collected([empty(index / 30) for index in range(100)], store, detector=make_hard_example_detector(per_minute=600))
    assert store.samples == []


def test_a_store_that_cannot_judge_yet_keeps_as_many_as_it_lacks_and_has_them_labelled_first() -> None:
    store = MemoryStore(random_before=8)
    scenes = [seen(index / 10, confidence=0.3) for index in range(1200)]
    settings = CollectSettings(gap_seconds=1.0, per_minute=20)
    detector, selector = make_hard_example_detector(settings, per_minute=20), make_selector(settings)
    collected(scenes, store, detector=detector, selector=selector)
    drawn = [sample for sample in store.samples if sample.reason is SamplingReason.RANDOM]
    others = [sample for sample in store.samples if sample.reason is not SamplingReason.RANDOM]
    assert len(drawn) == 12
    assert min(sample.priority for sample in drawn) > max(sample.priority for sample in others)


def test_where_hardly_anything_is_hard_two_minutes_give_enough_for_a_round_and_the_same_again_hardly_more() -> None:
    store = MemoryStore(random_before=0, others_before=0)
    scenes = [seen(index / 10, confidence=0.9999) for index in range(1200)]
    counts = []
    for seed in (3, 4):
        collected(scenes, store, detector=make_hard_example_detector(per_minute=25, seed=seed))
        counts.append(len(store.samples))
    assert counts[0] == 40
    assert counts[1] <= 44
