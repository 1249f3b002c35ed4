"""The picture of a benchmark shows each path as much as it took."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from livecam.benchmark.plot import picture
from livecam.benchmark.results import CollectingCost, PathResult, Results, StageCost, TimingSummary
from livecam.benchmark.startup import ColdStart
from livecam.benchmark.timing import FrameTimes, FrameTimings, Percentiles
from livecam.core.types import Image

pytest.importorskip("matplotlib", reason="plots are drawn by matplotlib, of the extra 'plots'")
_LANDMARKS = (115, 158, 0)  # BGR of the stage in the picture


def path(name: str, landmarks_ms: float) -> PathResult:
    timings = FrameTimings(rounds=[[FrameTimes(1.0, landmarks_ms + step / 10, 1.0, 2.0) for step in range(20)]])
    taken, spread = TimingSummary.of(timings), Percentiles.of([landmarks_ms])
    stages = {"landmarks": StageCost(spread, landmarks_ms), "draw": StageCost(spread, 1.0)}
    return PathResult(
        name, "dlib", taken, taken, stages, ColdStart(1.0, 100.0), None, CollectingCost(taken, taken, spread, 0)
    )


def drawn(*paths: PathResult, source: str = "demo") -> Image:
    content = picture(Results({}, {}, source, (640, 480), 20, paths, None, ()))
    return np.asarray(cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR), np.uint8)


def test_a_stage_that_takes_twice_as_long_is_twice_as_wide() -> None:
    image = drawn(path("cpu", 4.0), path("tflite", 2.0))
    widths = (image == _LANDMARKS).all(axis=2).sum(axis=1)
    bars = sorted({int(width) for width in widths if width > 100})
    assert bars[-1] / bars[0] == pytest.approx(2.0, rel=0.02)


def test_a_dollar_in_the_name_of_a_video_is_no_formula() -> None:
    assert drawn(path("cpu", 4.0), source=str(Path("clips") / r"pay $\nothing$.mp4")).shape[1] == 1000
