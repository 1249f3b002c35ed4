"""The pictures of the tutorial: one a step, which say where the target is."""

from __future__ import annotations

from pathlib import Path

import pytest

from livecam.core.types import Box
from livecam.perception.targets.detector import TargetDetector
from tests.livecam.perception.targets.networks import SEARCH, RedDiscs
from tests.training.target_detector.drawn import make_page
from training.target_detector.tutorial_figures import summary, write_figures


def test_every_step_has_a_picture_and_the_last_ones_point_at_the_target(tmp_path: Path) -> None:
    page = make_page(box=Box(200, 120, 24, 24))
    figures = list(write_figures([page], page, TargetDetector(RedDiscs(), SEARCH), tmp_path))
    names = [figure.path.name for figure in figures]
    assert names == [
        "01-arrays.png",
        "02-imbalance.png",
        "03-weights.png",
        "04-panels.png",
        "05-heat_map.png",
        "06-overlay.png",
        "07-result.png",
    ]
    assert all(figure.path.stat().st_size > 500 for figure in figures)
    x, y = (float(value) for value in figures[4].words.split(")")[0].strip("(").split(","))
    assert abs(x - 212) < 6
    assert abs(y - 132) < 6
    assert figures[6].words == "1 found"


@pytest.mark.tensorflow
def test_the_summary_names_the_layers_of_the_tutorial() -> None:
    assert summary(8).count("Conv2D") == 8
