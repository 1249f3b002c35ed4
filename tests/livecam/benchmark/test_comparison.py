"""Two benchmarks compared: what moved further than its rounds are apart is told, the rest is not."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from livecam.benchmark.comparison import beyond_noise, comparison, read_figures
from livecam.benchmark.machine import ForeignLoad, busy_warning
from livecam.core.errors import SettingsError

ROUNDS = [2.0, 2.1, 2.05, 2.2, 2.0, 2.1]


def figures(scale: float = 1.0, memory: float = 160.0) -> dict[str, Any]:
    rounds = [scale * taken for taken in ROUNDS]
    path = {
        "name": "tflite", "face": "mesh", "frame": {"p50": 2.0}, "cpu_ms": 2.0, "perceive_cpu_ms": 1.0,
        "rounds": {"frame": rounds, "cpu": rounds, "perceive_cpu": ROUNDS}, "rss_mb": memory, "startup_s": 0.7,
    }  # fmt: skip
    return {"machine": {"processor": "x", "busy_share": 0.0}, "size": [640, 480], "source": "demo", "paths": [path]}


def test_the_same_figures_are_no_slower() -> None:
    assert list(comparison(figures(), figures())) == ["nothing got slower beyond noise"]


def test_what_got_slower_is_named_with_both_figures() -> None:
    said = list(comparison(figures(), figures(scale=1.2)))
    assert "slower  tflite mesh, CPU: 2.49 ms, was 2.08 (20% more)" in said
    assert not any("perception" in line for line in said)


def test_what_got_quicker_is_told_too() -> None:
    said = list(comparison(figures(memory=200.0), figures(memory=150.0)))
    assert said == ["quicker tflite mesh, memory: 150 MB, was 200 (25% less)", "nothing got slower beyond noise"]


def test_a_few_rounds_that_were_disturbed_are_noise() -> None:
    disturbed = [2.0, 2.1, 3.9, 4.2, 2.05, 3.8]
    assert not beyond_noise(ROUNDS, disturbed)


@pytest.mark.parametrize("seed", range(5))
def test_rounds_of_the_same_distribution_are_hardly_ever_a_change(seed: int) -> None:
    random = np.random.default_rng(seed)
    alarms = [beyond_noise(*(2 + random.gamma(1.0, 0.2, (2, 8)))) for _ in range(200)]
    assert sum(alarms) <= 8


def test_another_size_is_said_before_anything_is_compared() -> None:
    now = copy.deepcopy(figures())
    now["size"] = [1280, 720]
    assert next(comparison(figures(), now)).startswith("another size than then")


@pytest.mark.parametrize("content", ["", "{}", "[1]", '{"paths": []}'])
def test_a_file_without_figures_is_refused_by_name(tmp_path: Path, content: str) -> None:
    path = tmp_path / "old.json"
    path.write_text(content)
    with pytest.raises(SettingsError, match="bench --json wrote"):
        read_figures(path)


def test_figures_that_were_written_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / "old.json"
    path.write_text(json.dumps(figures()))
    assert read_figures(path) == figures()


def test_a_busy_machine_is_warned_of_and_an_idle_one_is_not() -> None:
    assert "40%" in busy_warning(0.4)
    assert busy_warning(0.05) == ""


def test_the_load_of_others_is_a_share_of_all_processors() -> None:
    assert 0.0 <= ForeignLoad().share() <= 1.0
