"""A real TFLite model as a network: red_discs.tflite, whose weights are written down, finds discs of pure red."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from livecam.core.assets import asset
from livecam.core.errors import AssetError
from livecam.core.tflite import Tensor, TFLiteModel
from livecam.perception.targets.detector import TargetDetector
from livecam.perception.targets.model_card import InputSpec, read_card
from livecam.perception.targets.network import TFLiteNetwork, level_table, look_up, open_target_detector
from livecam.perception.targets.tiling import page_maps
from tests.livecam.perception.targets.networks import page_with

MODEL = Path(__file__).with_name("red_discs.tflite")


@pytest.fixture(scope="module")
def detector() -> TargetDetector:
    return open_target_detector(MODEL, threads=1)


def copied(folder: Path, model: Path = MODEL, **changes: object) -> Path:
    """A copy of the model in the folder whose card says something else."""
    copy = folder / "copy.tflite"
    shutil.copy(model, copy)
    card = json.loads(MODEL.with_suffix(".json").read_text()) | changes
    card["sha256"] = hashlib.sha256(copy.read_bytes()).hexdigest()
    copy.with_suffix(".json").write_text(json.dumps(card))
    return copy


def test_it_finds_what_it_is_made_for(detector: TargetDetector) -> None:
    target = detector.detect(page_with((400, 300, 1)))[0]
    assert (abs(target.x - 400) < 2, abs(target.y - 300) < 2, detector.is_confident(target)) == (True, True, True)


def test_panels_say_what_the_whole_page_says(detector: TargetDetector) -> None:
    page = page_with((400, 300, 1), (100, 120, 0.8))
    whole, panels = (page_maps(detector.network, page, panel_pixels=most) for most in (10**9, 20_000))
    assert max(float(np.abs(a - b).max()) for a, b in zip(whole, panels, strict=True)) < 1e-5


def test_sizes_in_turn_give_the_same_whether_they_are_kept_or_not() -> None:
    card, content = read_card(MODEL)
    panels = [page_with((100, 60, 1), width=width, height=120) for width in (160, 240, 160, 320, 240)]
    answers = [
        [network(panel).centre for panel in panels]
        for another in (None, lambda: TFLiteModel(content))
        for network in [TFLiteNetwork(card, TFLiteModel(content), another=another)]
    ]
    assert all(np.array_equal(one, other) for one, other in zip(*answers, strict=True))


def test_a_size_that_is_kept_is_not_prepared_again() -> None:
    card, content = read_card(MODEL)
    opened: list[TFLiteModel] = []

    def opener() -> TFLiteModel:
        opened.append(TFLiteModel(content))
        return opened[-1]

    network = TFLiteNetwork(card, opener(), another=opener)
    for width in (160, 240, 320, 160, 240, 320):
        network(page_with(width=width, height=120))
    assert [interpreter.input.shape[2] for interpreter in opened].count(320) == 1
    assert len(opened) == 5


def test_the_order_of_the_channels_is_the_cards(tmp_path: Path) -> None:
    blue = open_target_detector(copied(tmp_path, input={"order": "bgr"}), threads=1)
    page = page_with((400, 300, 1), (100, 120, 1))
    page[:, :250] = page[:, :250, ::-1]
    target = blue.detect(page)[0]
    assert (round(target.x), round(target.y)) == (100, 120)


def test_the_mean_of_the_card_is_taken_off(tmp_path: Path, detector: TargetDetector) -> None:
    darker = open_target_detector(copied(tmp_path, input={"mean": [128.0, 0.0, 0.0]}), threads=1)
    page = page_with((400, 300, 1))
    assert darker.detect(page)[0].peak_height < 0.7 * detector.detect(page)[0].peak_height


@pytest.mark.parametrize(
    "tensor",
    [Tensor(0, (), np.dtype(np.float32), 0.0, 0), Tensor(0, (), np.dtype(np.int8), 0.011, -7)],
    ids=["float", "quantised"],
)
def test_a_level_is_stored_as_the_card_and_the_model_say(tensor: Tensor) -> None:
    panel = np.random.default_rng(1).integers(0, 256, (40, 30, 3), np.uint8)
    wanted = InputSpec(order="bgr", mean=(127.5, 90.0, 0.0), scale=1 / 100)
    stored = np.empty(panel.shape, tensor.dtype)
    look_up(panel, level_table(tensor, wanted), stored)
    levels = (panel - np.array(wanted.mean)) * wanted.scale
    real = levels if not tensor.scale else np.clip(np.rint(levels / 0.011) - 7, -128, 127)
    assert np.abs(stored - real).max() <= (1e-5 if not tensor.scale else 1)
    assert (np.abs(stored - real) > 1e-5).mean() < 0.01


def test_another_kind_of_model_is_refused_whatever_its_card_says(tmp_path: Path) -> None:
    with pytest.raises(AssetError, match="names no outputs 'centre' and 'mask'"):
        open_target_detector(copied(tmp_path, asset("models/pupil.tflite")))


def test_a_card_that_promises_other_cells_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AssetError, match="its card promises"):
        open_target_detector(copied(tmp_path, stride=8))


def test_bytes_that_are_no_model_are_refused(tmp_path: Path) -> None:
    noise = tmp_path / "noise.tflite"
    noise.write_bytes(bytes(range(256)) * 8)
    with pytest.raises(AssetError, match="cannot be loaded"):
        open_target_detector(copied(tmp_path, noise))
