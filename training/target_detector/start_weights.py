"""Starting weights from an exported target model: its folded convolutions become a network that can learn on."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from livecam.core.tflite import TFLiteModel
from livecam.perception.targets.model_card import read_card
from livecam.perception.targets.network import TFLiteNetwork
from training.engine.files import RunError
from training.engine.tensorflow import keras, tensorflow
from training.target_detector.tasks import MASK_WEIGHTS, CentreTask, KerasNetwork

_APART = 0.06  # of the height of a map, at most, from what the file itself says, which may be in 8 bits
_MOST = 32  # crops by which the statistics of batch normalisation are found again


class Convolution(NamedTuple):
    """A convolution of the file, batch normalisation folded into it."""

    kernel: NDArray[np.float32]  # (h, w, in, out)
    bias: NDArray[np.float32]  # (out,)


def convolutions(content: bytes, name: Path) -> list[Convolution]:
    """In the order they are run; RunError for a model that is no export of the network `centre`."""
    lite = tensorflow().lite
    kind = lite.experimental.OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES
    with warnings.catch_warnings():  # that this interpreter moves to another package some day
        warnings.simplefilter("ignore")
        interpreter = lite.Interpreter(model_content=content, experimental_op_resolver_type=kind)
    interpreter.allocate_tensors()
    operations = interpreter._get_ops_details()
    source = {int(each["outputs"][0]): int(each["inputs"][0]) for each in operations if each["op_name"] == "DEQUANTIZE"}
    found = []
    for each in operations:
        if each["op_name"] == "CONV_2D":
            kernel, bias = (_real(interpreter, source.get(int(k), int(k))) for k in each["inputs"][1:3])
            found.append(Convolution(np.ascontiguousarray(kernel.transpose(1, 2, 3, 0)), bias))
    if len(found) < 3 or found[0].kernel.shape[:3] != (3, 3, 3) or found[-1].kernel.shape[3] != 2:
        raise RunError(f"{name} is no network that training could go on from; use waldo, or a model of our training")
    return found


def _real(interpreter: Any, index: int) -> NDArray[np.float32]:
    """A constant of the file; whole numbers, which are symmetric about 0, times the scale of their output channel."""
    stored = np.asarray(interpreter.get_tensor(index), np.float32)
    details = next(each for each in interpreter.get_tensor_details() if each["index"] == index)
    scales = np.asarray(details["quantization_parameters"]["scales"], np.float32)
    return stored * scales.reshape(-1, *[1] * (stored.ndim - 1)) if scales.size else stored


def width_of(model: Path) -> int:
    """The width of the exported network, which is that of what begins with it."""
    return 4 * convolutions(read_card(model)[1], model)[0].kernel.shape[3]


def begin_with(network: Any, file: Path, crops: Any) -> None:
    """Gives a Keras `centre` network the weights of an exported model, so that it says the same.

    The file has batch normalisation folded into its convolutions. What was folded is not known any more; in its place
    come the mean and the deviation that the channels have on `crops` (n, h, w, 3), within +-1. With these a step of
    training begins from the same answers.
    """
    card, content = read_card(file)
    parts = convolutions(content, file)
    layers = [layer for layer in network.layers if isinstance(layer, keras().layers.Conv2D)]
    shapes = [tuple(layer.kernel.shape) for layer in layers]
    if shapes != [part.kernel.shape for part in parts]:
        raise RunError(f"{file} is of another network than is to be trained; use its width")
    norms = _fill(network, layers, parts)
    answers = keras().Model(network.inputs, [layer.output for layer in norms])(crops[:_MOST], training=False)
    for norm, said in zip(norms.values(), answers, strict=True):
        _normalise(norm, np.asarray(said))
    _check(network, TFLiteNetwork(card, TFLiteModel(content, threads=1)), file)


def _fill(network: Any, layers: list[Any], parts: list[Convolution]) -> dict[Any, Any]:
    """The kernels; biases where a layer has one, else in the normalisation behind it, which else does nothing."""
    norms = {}
    for layer, part in zip(layers, parts, strict=True):
        if layer.use_bias:
            bias = part.bias.copy()
            if layer.name == "logits":  # the export takes the weights of the loss back
                bias[1] += np.log(MASK_WEIGHTS[1] / MASK_WEIGHTS[0])
            layer.set_weights([part.kernel, bias])
            continue
        layer.set_weights([part.kernel])
        norm = next(
            other for other in network.layers if getattr(other, "input", None) is layer.output and _is_norm(other)
        )
        ones = np.ones_like(part.bias)
        norm.set_weights([ones, part.bias, 0 * ones, ones - norm.epsilon])
        norms[layer] = norm
    return norms


def _is_norm(layer: Any) -> bool:
    return isinstance(layer, keras().layers.BatchNormalization)


def _normalise(norm: Any, said: NDArray[np.float32]) -> None:
    """The same answer as before, now by way of the mean and deviation of what comes in."""
    mean, variance = said.mean(axis=(0, 1, 2)), said.var(axis=(0, 1, 2))
    bias = np.asarray(norm.beta)
    norm.set_weights([np.sqrt(variance + norm.epsilon), bias + mean, mean, variance])


def _check(network: Any, exported: TFLiteNetwork, file: Path) -> None:
    panel = np.random.default_rng(0).integers(0, 256, (96, 128, 3), np.uint8)
    here = KerasNetwork(network, CentreTask())(panel)
    apart = max(float(np.abs(one - other).max()) for one, other in zip(here, exported(panel), strict=True))
    if apart > _APART:
        raise RunError(f"{file} could not be taken over: what it says differs by {apart:.3f}; begin without --start")
