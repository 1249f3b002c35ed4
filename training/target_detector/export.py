"""Exports a trained target network as TFLite for pictures of any size, with its card and a comparison with Keras."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from livecam.core.runtime import silence_native_logs
from livecam.core.tflite import TFLiteModel
from livecam.core.types import Image
from livecam.perception.targets.detector import TargetDetector
from livecam.perception.targets.interfaces import SegmentationNetwork
from livecam.perception.targets.model_card import InputSpec, SearchSpec, TargetConfidenceCalibration, TargetModelCard
from livecam.perception.targets.network import TFLiteNetwork
from livecam.perception.targets.peaks import HeadSize
from training.engine.export import ExportLimits, check_export, constant_graph, model_hash, write_model
from training.engine.files import RunError
from training.engine.run_folder import git_commit, load_best_weights, run_settings
from training.engine.tensorflow import tensorflow
from training.target_detector.data.dataset import WORKING_PIXELS, LabelledPage
from training.target_detector.data.sampling import Sampler, SamplingMix
from training.target_detector.tasks import STRIDE, CentreTask, KerasNetwork, TargetTask, inputs, task_of

LIMITS = ExportLimits(size=1_000_000, apart=0.02, unit="", remedy="use less --width")  # of the height of a map
LIMITS_INT8 = replace(LIMITS, apart=0.06)
_SEEN = 100  # crops by which the ranges of the activations are found
SCALES = (0.7, 1.0, 1.3)
CUT_OUTS = (0.5, 0.36, 0.25)
LOOKS = (0.8, 1.0, 1.25)
FIRST_LOOK = 0.2
UNFITTED = TargetConfidenceCalibration(height=1.0, bias=-1.0)
NEVER = TargetConfidenceCalibration(height=0.0, bias=-4.0)  # of a model that was never right
INPUT = InputSpec(order="bgr", mean=(127.5, 127.5, 127.5), scale=1 / 127.5)


@dataclass(frozen=True, slots=True)
class About:
    """What the card says of a model besides how to run it."""

    trained_on: str
    scores: dict[str, float]
    attribution: tuple[str, ...] = ()


def load_run(run: Path) -> KerasNetwork:
    """The best network of a run; RunError when there is none."""
    task = task_of(settings_of(run)["settings"])
    model = task.build()
    load_best_weights(model, run)
    return KerasNetwork(model, task)


def settings_of(run: Path) -> dict[str, Any]:
    """What a run was begun with; RunError when it is no run of ours."""
    return run_settings(run, command="livecam-train segment fit", key="pages")


def converted(network: KerasNetwork, crops: Sequence[Image] = ()) -> bytes:
    """The network as TFLite for one picture of any size; outputs `centre` and `mask`.

    With `crops` (h, w, 3) uint8 BGR all but the heights themselves is in 8 bits, by the ranges seen on these, which
    takes half of the time; else its weights are of half precision.
    """
    tensorflow()
    with silence_native_logs():
        return _converted(network, crops)


def _converted(network: KerasNetwork, crops: Sequence[Image]) -> bytes:
    tf = tensorflow()
    task, model = network.task, network.model

    def answer(page: Any) -> Any:
        return task.maps(model(page, training=False))

    def named(page: Any) -> dict[str, Any]:
        maps = frozen(page)
        maps = maps[0] if isinstance(maps, list | tuple) else maps
        return {"centre": maps[..., :1], "mask": maps[..., 1:]}

    shape = [tf.TensorSpec((1, None, None, 3), tf.float32, name="page")]
    frozen = constant_graph(tf.function(answer, input_signature=shape, autograph=False).get_concrete_function())
    # Only a saved model keeps the names of its outputs.
    module = tf.Module()
    module.answer = tf.function(named, input_signature=shape, autograph=False)
    with tempfile.TemporaryDirectory() as folder:
        tf.saved_model.save(module, folder, signatures=module.answer.get_concrete_function())
        converter = tf.lite.TFLiteConverter.from_saved_model(folder)
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        if crops:
            return _in_8_bits(converter, crops)
        converter.target_spec.supported_types = [tf.float16]
        return bytes(converter.convert())


def _in_8_bits(converter: Any, crops: Sequence[Image]) -> bytes:
    """The sigmoid stays as it is: in 8 bits its answers would be 1/256 apart, too coarse for high and low ones."""
    lite = tensorflow().lite.experimental
    converter.representative_dataset = lambda: ([inputs([crop])] for crop in crops)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that its interpreter moves to another package some day
        options = lite.QuantizationDebugOptions(denylisted_ops=["LOGISTIC"])
        debugger = lite.QuantizationDebugger(
            converter=converter, debug_dataset=converter.representative_dataset, debug_options=options
        )
        return bytes(debugger.get_nondebug_quantized_model())


def search(
    box: tuple[float, float], *, calibration: TargetConfidenceCalibration = UNFITTED, threshold: float = 0.5
) -> SearchSpec:
    """How our models search a page; `box` is the usual size of a target at the working size."""
    return SearchSpec(
        scales=SCALES,
        cut_outs=CUT_OUTS,
        looks=LOOKS,
        middle=True,
        first_look=FIRST_LOOK,
        page_pixels=WORKING_PIXELS,
        box=HeadSize(*box),
        calibration=calibration,
        threshold=threshold,
    )


def typical_box(pages: tuple[LabelledPage, ...]) -> tuple[float, float]:
    """The median size of the targets of some pages at the working size, pixels."""
    sizes = [(box.width * page.working, box.height * page.working) for page in pages for box in page.boxes]
    width, height = np.median(np.array(sizes), axis=0)
    return round(float(width), 1), round(float(height), 1)


def card_for(content: bytes, task: TargetTask, how: SearchSpec, about: About) -> TargetModelCard:
    """The card of a model."""
    return TargetModelCard(
        **how.model_dump(),
        schema=1,
        sha256=model_hash(content),
        input=INPUT,
        stride=STRIDE,
        multiple=task.multiple,
        margin=task.margin,
        trained_on=about.trained_on,
        attribution=about.attribution,
        scores=about.scores,
        commit=git_commit(),
        created=datetime.now(UTC).isoformat(timespec="seconds"),
    )


def as_network(content: bytes, card: TargetModelCard, *, threads: int = 1) -> SegmentationNetwork:
    """The TFLite model as it will run."""
    return TFLiteNetwork(card, TFLiteModel(content, threads=threads))


def difference(network: SegmentationNetwork, exported: SegmentationNetwork, seed: int = 0) -> float:
    """How far the maps of both lie apart at most, on pictures of several sizes."""
    random, apart = np.random.default_rng(seed), 0.0
    for height, width in ((64, 96), (160, 160), (240, 400)):
        panel = np.repeat(np.repeat(random.integers(0, 256, (height // 8, width // 8, 3), np.uint8), 8, 0), 8, 1)
        for one, other in zip(network(panel), exported(panel), strict=True):
            apart = max(apart, float(np.abs(one - other).max()))
    return apart


def export(run: Path, out: Path, how: SearchSpec, about: About, pages: Sequence[LabelledPage] = ()) -> TargetModelCard:
    """Writes the best network of a run, when it is small enough and says what was trained; with `pages` to find ranges
    by, in 8 bits where that says the same."""
    network = load_run(run)
    if not isinstance(network.task, CentreTask):
        raise RunError(f"{run} holds the tutorial's network, for comparison only; export a run of --model centre")
    content, limits = _smallest(network, how, about, _crops(run, pages))
    card = card_for(content, network.task, how, about)
    check_export(content, difference(network, as_network(content, card)), limits)
    write_model(content, card, out)
    return card


def _crops(run: Path, pages: Sequence[LabelledPage]) -> list[Image]:
    """Crops as the run has learnt from; none of no pages."""
    if not pages:
        return []
    mix = SamplingMix(size=int(settings_of(run)["settings"]["mix"]["size"]))
    sampler = Sampler(pages, mix, np.random.default_rng(0))
    return [sampler.sample().crop for _ in range(_SEEN)]


def _smallest(
    network: KerasNetwork, how: SearchSpec, about: About, crops: Sequence[Image]
) -> tuple[bytes, ExportLimits]:
    """In 8 bits if that can be, and how far it may be off."""
    if crops:
        content = converted(network, crops)
        apart = difference(network, as_network(content, card_for(content, network.task, how, about)))
        if apart <= LIMITS_INT8.apart:
            return content, LIMITS_INT8
    return converted(network), LIMITS


def tflite_detector(run: Path, how: SearchSpec) -> TargetDetector:
    """A run as a detector on one thread, converted as it would be shipped but never written."""
    network = load_run(run)
    content = converted(network)
    card = card_for(content, network.task, how, About("to be judged", {}))
    return TargetDetector(as_network(content, card), how)
