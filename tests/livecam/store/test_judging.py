"""What judges a new model, what teaches it, and what every part of the program says is missing."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from livecam.core.errors import SettingsError, StoreError
from livecam.core.types import Side
from livecam.store.judging import (
    APART_SECONDS,
    DealtSamples,
    JudgesByWord,
    deal_samples,
    learnt_samples,
    round_readiness,
)
from livecam.store.samples import LabelAction, LabelEvent, Sample, SamplingReason, Split
from livecam.store.store import Store
from tests.fakes import make_noise, make_sample

RANDOM, LOW, FLAG = SamplingReason.RANDOM, SamplingReason.LOW, SamplingReason.FLAG


def sample_of(number: int, seconds: float, reason: SamplingReason, **fields: object) -> Sample:
    return replace(make_sample(number)[0], seconds=seconds, reason=reason, **fields)


def two_minutes() -> list[Sample]:
    """One recording for training: a random sample every six seconds, a hard one every six between."""
    random = [sample_of(number, 6.0 * number, RANDOM) for number in range(20)]
    return random + [sample_of(100 + number, 6.0 * number + 3, LOW) for number in range(20)]


def test_one_recording_of_two_minutes_judges_and_teaches() -> None:
    dealt = deal_samples(two_minutes(), ())
    assert (len(dealt.judging), len(dealt.learning)) == (20, 20)


def test_nothing_is_learnt_from_that_is_near_to_what_judges() -> None:
    near = [sample_of(200 + number, 6.0 * number + APART_SECONDS / 2, LOW) for number in range(20)]
    dealt = deal_samples([*two_minutes(), *near], ())
    assert not {sample.id for sample in near} & set(dealt.learning)


def test_what_was_learnt_from_and_what_is_near_to_it_never_judges() -> None:
    samples = two_minutes()
    learnt = {samples[3].id}
    beside = sample_of(300, samples[3].seconds + APART_SECONDS / 2, RANDOM)
    dealt = deal_samples([*samples, beside], learnt)
    assert not {*learnt, beside.id} & set(dealt.judging)


def test_where_all_is_random_half_of_it_teaches() -> None:
    samples = [sample_of(number, 3.0 * number, RANDOM) for number in range(80)]
    dealt = deal_samples(samples, ())
    assert (len(dealt.judging), len(dealt.learning)) == (40, 40)


def test_a_recording_for_testing_is_never_learnt_from() -> None:
    samples = [sample_of(number, 3.0 * number, RANDOM, session="t", split=Split.TEST) for number in range(30)]
    hard = [sample_of(100 + number, 3.0 * number + 1.5, LOW, session="t", split=Split.TEST) for number in range(30)]
    assert deal_samples([*samples, *hard], ()) == DealtSamples(tuple(sorted(each.id for each in samples)), (), ())


def test_the_order_of_the_samples_changes_nothing() -> None:
    samples = [sample_of(number, 3.0 * number, RANDOM) for number in range(60)]
    assert deal_samples(samples, ()) == deal_samples(samples[::-1], ())


def test_imported_pictures_judge_by_word_of_the_user_alone(tmp_path: Path) -> None:
    (tmp_path / "7.png").touch()
    pictures = [
        sample_of(number, 0.0, FLAG, source=f"{number}.png", frame_index=number, split=Split.VALIDATION)
        for number in range(10)
    ]
    assert deal_samples(pictures, ()).judging == ()
    by_split = deal_samples(pictures, (), by_word=JudgesByWord.parse("validation"))
    by_folder = deal_samples(pictures, (), by_word=JudgesByWord.parse(str(tmp_path)))
    assert (len(by_split.judging), by_folder.judging) == (10, (pictures[7].id,))


def test_to_be_judged_by_what_is_no_split_and_no_folder_is_refused() -> None:
    with pytest.raises(SettingsError, match="'tset'"):
        JudgesByWord.parse("tset")


def add(store: Store, number: int, reason: SamplingReason, *, labelled: bool, seconds: float | None = None) -> Sample:
    when = 3.0 * number if seconds is None else seconds
    sample, picture = make_sample(number, make_noise(number), reason=reason, seconds=when)
    store.add(sample, picture)
    if labelled:
        said = LabelEvent(sample.id, LabelAction.ACCEPT, "ann", shown_predictions=sample.predictions, seconds=9.0)
        store.append_events([said])
    return sample


def test_an_empty_store_lacks_everything_and_says_how_long_that_takes(tmp_path: Path) -> None:
    with Store.open(tmp_path / "queue") as store:
        found = round_readiness(store)
    assert (found.labels_missing, found.frames_missing, found.ready) == (21, 21, False)
    assert "0 of 20 random labels to judge by" in found.told()
    assert "2.1 minutes of labelling" in found.told()
    assert "21 more frames, some 1.1 minutes of camera" in found.told()


def test_frames_that_wait_need_no_camera_and_labels_take_as_long_as_these_people_take(tmp_path: Path) -> None:
    with Store.open(tmp_path / "queue") as store:
        for number in range(20):
            add(store, number, RANDOM, labelled=number < 10)
        add(store, 30, LOW, labelled=False)
        found = round_readiness(store)
    assert (found.judging, found.judging_waiting, found.learning_waiting) == (10, 10, 1)
    assert (found.labels_missing, found.frames_missing, found.camera_minutes) == (11, 0, 0.0)
    assert found.label_minutes == pytest.approx(11 * 9 / 60, abs=0.06)


def test_what_lacks_nothing_can_run(tmp_path: Path) -> None:
    with Store.open(tmp_path / "queue") as store:
        for number in range(20):
            add(store, number, RANDOM, labelled=True)
        add(store, 30, LOW, labelled=True)
        found = round_readiness(store)
    assert found.told() == "a round can run: 20 of 20 random labels to judge by, 1 to learn from"


def test_what_is_new_since_the_last_round_is_counted(tmp_path: Path) -> None:
    with Store.open(tmp_path) as store:
        known = [add(store, number, RANDOM, labelled=True).id for number in range(3)]
        add(store, 30, LOW, labelled=True)
        add(store, 31, LOW, labelled=False)
        before = round_readiness(store)
        plan = tmp_path / "rounds" / "001" / "plan.json"
        plan.parent.mkdir(parents=True)
        plan.write_text(json.dumps({"learn": known[:1], "judge": known[1:], "calibrate": []}))
        begun = round_readiness(store)
        plan.with_name("round.json").write_text("{}")
        ended = round_readiness(store)

    assert (before.new_labels, before.new_frames, before.interrupted) == (4, 1, False)
    assert (begun.new_labels, begun.new_frames, begun.interrupted) == (1, 0, True)
    assert not ended.interrupted


def test_the_window_is_told_the_same_figures_in_fewer_words(tmp_path: Path) -> None:
    with Store.open(tmp_path) as store:
        add(store, 1, RANDOM, labelled=True)
        found = round_readiness(store)

    minutes = f"camera {found.camera_minutes:g} min, labelling {found.label_minutes:g} min"
    assert found.short() == f"round: 1/20 labels, {minutes}"
    assert f"some {found.label_minutes:g} minutes of labelling" in found.told()


def test_eyes_that_are_all_hidden_neither_judge_nor_teach(tmp_path: Path) -> None:
    with Store.open(tmp_path / "queue") as store:
        sample = add(store, 1, RANDOM, labelled=False)
        hidden = [LabelEvent(sample.id, LabelAction.OCCLUDED, "ann", side=side) for side in Side]
        store.append_events([*hidden, LabelEvent(sample.id, LabelAction.ACCEPT, "ann")])
        assert round_readiness(store).judging == 0


def test_what_rounds_were_to_learn_from_is_remembered(tmp_path: Path) -> None:
    for number, learn in ((1, ["a"]), (2, ["a", "b"])):
        (tmp_path / "rounds" / f"{number:03d}").mkdir(parents=True)
        (tmp_path / "rounds" / f"{number:03d}" / "plan.json").write_text(json.dumps({"learn": learn}))
    assert learnt_samples(tmp_path) == {"a", "b"}


def test_a_damaged_plan_is_told_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "rounds" / "001").mkdir(parents=True)
    (tmp_path / "rounds" / "001" / "plan.json").write_text("[")
    with pytest.raises(StoreError, match=r"plan\.json is damaged"):
        learnt_samples(tmp_path)
