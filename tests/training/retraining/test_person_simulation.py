"""The simulation of one person with one camera: what is judged, in which order, and what it is worth."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from livecam.benchmark.clips.clip_truth import TrueEye, TrueFace
from livecam.core.types import EyeState, Side
from livecam.store.samples import SamplingReason, Split
from tests.training.labelled import drawn_sample
from training.cli.main import app
from training.data.store_samples import face_of
from training.retraining.simulation.person_clip import PersonClip, SeenFace
from training.retraining.simulation.person_experiment import (
    EyeAnswers,
    Method,
    Order,
    PersonPoint,
    PersonSettings,
    simulate_rounds,
)
from training.retraining.simulation.person_report import draw, table


def point(method: str, labels: int, seed: int, mean: float, clip: str = "one") -> PersonPoint:
    return PersonPoint(clip, method, "queue", labels, seed, mean, mean / 2, 0.1, 0.02, 0.01)


def test_a_row_is_the_mean_over_clips_with_the_lowest_and_highest_seed() -> None:
    points = [
        point("all", 5, seed, mean, clip)
        for seed, clip, mean in ((1, "one", 0.01), (1, "two", 0.03), (2, "one", 0.02), (2, "two", 0.06))
    ]
    (row,) = table(points)

    assert row["mean"] == pytest.approx({"mean": 0.03, "low": 0.02, "high": 0.04})
    assert (row["seeds"], row["clips"]) == (2, ["one", "two"])


def test_a_seed_that_was_not_finished_does_not_count() -> None:
    points = [point("all", 5, 1, 0.01), point("all", 5, 1, 0.03, "two"), point("all", 5, 2, 0.5)]

    assert table(points)[0]["mean"]["mean"] == pytest.approx(0.02)


def test_the_plot_is_drawn(tmp_path: Path) -> None:
    draw(table([point("nothing", 0, 1, 0.02), point("all", 0, 1, 0.02), point("all", 5, 1, 0.01)]), tmp_path / "p.png")

    assert (tmp_path / "p.png").stat().st_size > 10_000


@pytest.mark.parametrize(
    ("arguments", "wrong"),
    [
        (["demo", "folder", "--out", "o"], "not both"),
        (["demo", "--out", "o", "--labels", "5,1"], "grow"),
        (["demo", "--out", "o", "--methods", "magic"], "magic"),
        (["nowhere.mp4", "--out", "o"], "nowhere.mp4"),
    ],
)
def test_wrong_words_are_told(
    arguments: list[str], wrong: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app, ["simulate", *arguments])

    assert wrong in str(done.exception)


def quietly(name: str, parts: Iterable[Any], count: int) -> Iterable[Any]:
    return parts


def person(name: str, start: int) -> PersonClip:
    return PersonClip(name, [face(k) for k in range(start, start + 8)], [face(k) for k in range(start + 8, start + 12)])


def face(number: int) -> SeenFace:
    sample, image, truth = drawn_sample(number, Split.TRAIN, SamplingReason.LOW)
    eyes = [TrueEye(truth[side], EyeState.OPEN) for side in (Side.LEFT, Side.RIGHT)]
    return SeenFace(float(number), image, face_of(sample), TrueFace(number, 0, *eyes), (0, 0), float(number % 2))


def test_what_collecting_kept_is_labelled_first() -> None:
    assert [each.seconds for each in person("ann", 0).queue(5)] == [1, 3, 5, 7, 0]
    assert len({each.seconds for each in person("ann", 0).drawn(8, 1)}) == 8


@pytest.mark.tensorflow
@pytest.mark.timeout(300)
def test_every_method_is_judged_on_its_person_and_on_others_and_nothing_is_computed_twice(tmp_path: Path) -> None:
    settings = PersonSettings(labels=(0, 4), seeds=1, steps=2, batch=8, replay=40)
    people = [person("ann", 0), person("bob", 20)]

    def simulated() -> list[PersonPoint]:
        return simulate_rounds(
            people,
            tmp_path,
            settings,
            methods=list(Method),
            orders=[Order.QUEUE],
            watch=lambda name, parts, count: parts,
        )

    points = simulated()
    times = {path: path.stat().st_mtime_ns for path in (tmp_path / "points").iterdir()}
    by_method = {(each.clip, each.method, each.labels): each for each in points}
    nothing, offset = by_method["ann", "nothing", 0], by_method["ann", "offset", 4]

    assert simulated() == points
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "points").iterdir()} == times
    assert len(by_method) == 2 * 7
    assert offset.centred == pytest.approx(nothing.centred)
    assert offset.others_mean == by_method["bob", "nothing", 0].mean
    assert by_method["ann", "fine-tune", 4].centred != nothing.centred


@pytest.mark.parametrize(("off", "taken"), [(0.004, 0.0), (0.03, -0.03)])
def test_without_a_fit_only_an_offset_that_the_labels_say_surely_is_taken(off: float, taken: float) -> None:
    answers = EyeAnswers(np.array([off, off + 0.001j, np.nan]), np.zeros(3, bool), np.array([True, True, False]))
    assert answers.offset_alone() == pytest.approx(taken, abs=0.001)
