"""The target models that ship."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from livecam.core.assets import asset
from livecam.perception.targets.model_card import is_target
from livecam.perception.targets.network import open_target_detector
from livecam.perception.targets.tiling import page_maps

PAGE = np.random.default_rng(3).integers(0, 256, (60, 70, 3), np.uint8).repeat(8, axis=0).repeat(8, axis=1)
MODELS = sorted(path for path in asset("models").glob("*.tflite") if is_target(path))


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.stem)
def test_panels_say_what_the_whole_page_says(model: Path) -> None:
    network = open_target_detector(model, threads=1).network
    whole, panels = (page_maps(network, PAGE, panel_pixels=most) for most in (10**9, 120_000))
    assert max(float(np.abs(a - b).max()) for a, b in zip(whole, panels, strict=True)) < 1e-6


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.stem)
def test_a_model_is_under_a_megabyte(model: Path) -> None:
    assert model.stat().st_size < 1_000_000
