"""Exports a trained heat map network as TFLite with its card: quantisation, comparison with Keras, provenance."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livecam.core.runtime import silence_native_logs
from livecam.core.tflite import TFLiteModel
from livecam.perception.pupils.network.heatmap import HeatmapOutput, decode
from livecam.perception.pupils.network.model_card import (
    SCHEMA,
    Convention,
    Provenance,
    PupilConfidenceCalibration,
    PupilModelCard,
    WideRetry,
)
from training.data.augmentation import NO_JITTER, CropJitter
from training.data.dataset import EyeDataset, load_all, manifest, split_by_group
from training.engine.export import ExportLimits, constant_graph, model_hash, write_model
from training.engine.files import RunError, replacing
from training.engine.run_folder import best_weights, git_commit, load_best_weights, run_settings
from training.engine.tensorflow import tensorflow
from training.pupil_detector.tasks import HeatmapTask, Task

_NUMBERS = 100_000  # in a model; what each of them takes depends on how they are stored
CHECKED = 500  # held-out crops on which TFLite and Keras are compared
UNFITTED = PupilConfidenceCalibration(reach=1.0, spread=0.0, openness=0.5, disagreement=-0.5, bias=0.0)
ATTRIBUTION = (
    "DeBruine, L., & Jones, B. (2017), Face Research Lab London Set (Version 5), doi 10.6084/m9.figshare.5047666.v5, "
    "CC BY 4.0",
    "DeBruine, L., & Jones, B. (2017), Young Adult White Faces with Manipulated Versions, "
    "doi 10.6084/m9.figshare.4220517.v1, CC BY 4.0",
)


# How far an exported model may be off the trained one, crop pixels. It was .1 when eyes were cut with a wider margin;
# networks taught for a few steps in a round differ by up to .17 in int8, a sixth of a per cent of the interocular
# distance, an eighth of the finest threshold that anything is judged by.
_APART_PX = 0.25


class Quantisation(StrEnum):
    INT8 = "int8"
    DYNAMIC = "dynamic"
    FLOAT16 = "float16"
    NONE = "none"

    @property
    def limits(self) -> ExportLimits:
        """Of a model whose numbers are stored like this."""
        size = _NUMBERS * {"float16": 2, "none": 4}.get(self.value, 1)
        remedy = "train a smaller network" if size == _NUMBERS else "quantise to int8, or train a smaller network"
        return ExportLimits(size=size, apart=_APART_PX, unit=" px", remedy=remedy)


def load_run(run: Path, task: HeatmapTask) -> Any:
    """The best network of a run that can be exported; RunError when the run is not there or of another model."""
    name = model_of(run)
    if name != "heatmap":
        raise RunError(f"{run} holds a {name}; only a heatmap can be exported")
    return load_network(run, task)


def load_network(run: Path, task: Task) -> Any:
    """The best network of a run; RunError when there is none."""
    model = task.build()
    load_best_weights(model, run)
    return model


def model_of(run: Path) -> str:
    """The name of the model that a run trains."""
    return str(run_settings(run)["settings"]["model"])


def unseen_share(run: Path, folder: Path) -> float:
    """The share of people of a data set that a run did not learn from: 1 for one it knows nothing of."""
    settings = run_settings(run)
    known = (folder / "manifest.json").exists() and manifest(folder)["sha256"] in settings["data"]
    return float(settings["settings"]["held_out"]) if known else 1.0


def held_out(folders: Sequence[Path], share: float) -> EyeDataset:
    """The eyes no run with this share was trained on."""
    eyes = load_all(folders)
    return eyes.chosen(split_by_group(eyes, share)[1])


def converted(model: Any, task: HeatmapTask, eyes: EyeDataset, quantisation: Quantisation) -> bytes:
    """The network as TFLite for two eyes at once."""
    with warnings.catch_warnings(), silence_native_logs():
        # It means the type of the input, which is what the live program fills.
        warnings.filterwarnings("ignore", "Statistics for quantized inputs")
        return bytes(_converter(model, task, eyes, quantisation).convert())


def _converter(model: Any, task: HeatmapTask, eyes: EyeDataset, quantisation: Quantisation) -> Any:
    tf = tensorflow()
    window = task.cutting.window
    crops = tf.TensorSpec((2, window.height, window.width, 1), tf.float32)
    answer = tf.function(lambda shown: model(shown, training=False)).get_concrete_function(crops)
    converter = tf.lite.TFLiteConverter.from_concrete_functions([constant_graph(answer)])
    if quantisation is not Quantisation.NONE:
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
    if quantisation is Quantisation.FLOAT16:
        converter.target_spec.supported_types = [tf.float16]
    if quantisation is Quantisation.INT8:
        converter.representative_dataset = lambda: _representative(task, eyes)
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
        converter.inference_input_type = tf.int8
        converter.inference_output_type = tf.int8
    return converter


def _representative(task: HeatmapTask, eyes: EyeDataset) -> Iterator[list[NDArray[np.float32]]]:
    """Crops of every kind, the dark and the closed ones among them as often as the data has them."""
    rng = np.random.default_rng(5)
    crops = task.cutting.batch(eyes, rng.permutation(len(eyes))[:600], CropJitter(), rng).crops
    for start in range(0, len(crops) - 1, 2):
        yield [crops[start : start + 2]]


def lite_reading(content: bytes, task: HeatmapTask, crops: NDArray[np.float32]) -> HeatmapOutput:
    """What a TFLite model says of normalised crops (n, h, w, 1), n even."""
    interpreter = TFLiteModel(content)
    heat, numbers = [], []
    for start in range(0, len(crops), 2):
        outputs = interpreter.run(interpreter.input.quantise(crops[start : start + 2]))
        ordered = sorted(outputs, key=lambda output: -output.size)
        heat.append(ordered[0])
        numbers.append(ordered[1])
    cutting = task.cutting
    logits = np.concatenate(heat).reshape(len(crops), cutting.decoding.rows, cutting.decoding.columns)
    return decode(logits, np.concatenate(numbers), cutting.window, cutting.decoding)


def difference(content: bytes, model: Any, task: HeatmapTask, eyes: EyeDataset) -> float:
    """The mean distance between the answers of the TFLite and the Keras network on held-out crops, crop pixels."""
    rng = np.random.default_rng(6)
    visible = np.flatnonzero(eyes.visible > 0.2)
    which = rng.choice(visible, min(CHECKED, len(visible) // 2 * 2), replace=False)
    crops = task.cutting.batch(eyes, which, NO_JITTER, rng).crops
    lite = lite_reading(content, task, crops)
    full = task.read(model.predict(crops, batch_size=100, verbose=0))
    return float(np.hypot(*(lite.centres - full.centres).T).mean())


def write(
    content: bytes,
    out: Path,
    task: HeatmapTask,
    *,
    calibration: PupilConfidenceCalibration,
    provenance: Provenance,
    convention: Convention | None = None,
) -> PupilModelCard:
    """Writes model and card, both whole."""
    card = PupilModelCard(
        schema=SCHEMA,
        sha256=model_hash(content),
        window=task.cutting.window,
        normalisation=task.cutting.normalisation,
        decoding=task.cutting.decoding,
        second_look=WideRetry(),
        calibration=calibration,
        convention=convention or Convention(),
        provenance=provenance,
    )
    write_model(content, card, out)
    return card


def write_weights(run: Path, out: Path) -> Path:
    """What the exported model was before, beside it, so that a later training can go on from there."""
    path = out.with_suffix(".weights.h5")
    with replacing(path) as stream:
        stream.write(best_weights(run).read_bytes())
    return path


def provenance(run: Path, folders: Sequence[Path], scores: dict[str, float]) -> Provenance:
    """Who made the model, from what."""
    settings = run_settings(run)
    return Provenance(
        recipe=f"livecam-train all (seed {settings['settings']['seed']}, {settings['settings']['steps']} steps)",
        commit=git_commit(),
        data={folder.name: str(manifest(folder)["sha256"]) for folder in folders},
        attribution=ATTRIBUTION,
        scores={name: round(score, 4) for name, score in scores.items()},
    )


def data_of(run: Path) -> list[Path]:
    """The data sets a run was trained on."""
    return [Path(folder) for folder in run_settings(run)["sources"]]


def as_tflite(run: Path, out: Path) -> Path:
    """A run as a float model with a card whose confidence is not calibrated, to be judged."""
    task = HeatmapTask()
    data = data_of(run)
    eyes = held_out(data, run_settings(run)["settings"]["held_out"])
    content = converted(load_run(run, task), task, eyes, Quantisation.NONE)
    write(content, out, task, calibration=UNFITTED, provenance=provenance(run, data, {}))
    return out
