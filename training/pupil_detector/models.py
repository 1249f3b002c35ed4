"""Keras networks of the pupil detector: the heat map network that ships, and the tutorial's ResNet50V2."""

from __future__ import annotations

import logging
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from training.engine.files import RunError
from training.engine.tensorflow import keras

if TYPE_CHECKING:
    from livecam.perception.pupils.network.model_card import CropSpec, Decoding


_LOG = logging.getLogger(__name__)


def heatmap(window: CropSpec, decoding: Decoding, *, width: int = 32) -> Any:
    """A grey normalised crop (b, h, w, 1) in; heat map logits (b, rows, columns) and three numbers (b, 3) out.

    Two convolutions bring the crop to a quarter of its size; a branch at an eighth looks wider, and its mean over the
    whole crop tells every cell what eye this is. Some 47 k parameters at the default width.
    """
    layers = keras().layers
    crop = keras().Input((window.height, window.width, 1), name="crop")
    x = _convolution(crop, width // 2, strides=2)  # (b, 24, 32, 16)
    x = _convolution(x, width, strides=2)  # (b, 12, 16, 32)
    x = _convolution(x, width)  # (b, 12, 16, 32)
    fine = layers.Add()([x, _convolution(x, width)])  # (b, 12, 16, 32)
    wide = _convolution(fine, width, strides=2)  # (b, 6, 8, 32)
    wide = _convolution(wide, width)  # (b, 6, 8, 32)
    whole = layers.Dense(width)(layers.GlobalAveragePooling2D()(wide))  # (b, 32)
    wide = layers.Add()([wide, layers.Reshape((1, 1, width))(whole)])
    joined = layers.Add()([fine, layers.UpSampling2D(2)(wide)])  # (b, 12, 16, 32)
    joined = layers.ReLU(6)(joined)
    logits = layers.Conv2D(1, 3, padding="same")(_pointwise(joined, width))  # (b, 12, 16, 1)
    logits = layers.Reshape((decoding.rows, decoding.columns), name="heatmap")(logits)
    pooled = layers.Concatenate()([layers.GlobalAveragePooling2D()(wide), layers.GlobalAveragePooling2D()(joined)])
    numbers = layers.Dense(width, activation="relu")(pooled)  # (b, 32)
    numbers = layers.Dense(len(decoding.numbers), name="numbers")(numbers)  # (b, 3)
    return keras().Model(crop, [logits, numbers], name="heatmap")


def _convolution(x: Any, channels: int, *, strides: int = 1) -> Any:
    layers = keras().layers
    x = layers.Conv2D(channels, 3, strides=strides, padding="same", use_bias=False)(x)
    return layers.ReLU(6)(layers.BatchNormalization(momentum=0.95)(x))


def _pointwise(x: Any, channels: int) -> Any:
    layers = keras().layers
    return layers.ReLU(6)(layers.BatchNormalization(momentum=0.95)(layers.Conv2D(channels, 1, use_bias=False)(x)))


def resnet50(weights: Path | None = None, *, pretrained: bool = True) -> Any:
    """The tutorial's model: an ImageNet ResNet50V2 under a dense head with four sigmoids, crops (b, 80, 120, 3) in.

    Without a network and without `weights` it starts from random numbers and says so.
    """
    layers = keras().layers
    crop = keras().Input((80, 120, 1), name="crop")
    colours = layers.Concatenate()([crop, crop, crop])
    backbone, learnt = _backbone(weights, pretrained=pretrained)
    # Random numbers are not worth keeping: only what was learnt elsewhere is frozen at first.
    backbone.trainable = not learnt
    x = layers.GlobalAveragePooling2D()(backbone(colours))  # (b, 2048)
    x = layers.Dense(256, activation="relu")(x)
    return keras().Model(crop, layers.Dense(4, activation="sigmoid", name="eye")(x), name="resnet50")


def _backbone(weights: Path | None, *, pretrained: bool) -> tuple[Any, bool]:
    """The backbone, and whether its weights were learnt elsewhere."""
    make = keras().applications.ResNet50V2
    shape = (80, 120, 3)
    if weights is not None:
        return _from_file(make(include_top=False, weights=None, input_shape=shape), weights), True
    if pretrained:
        try:
            return make(include_top=False, weights="imagenet", input_shape=shape), True
        except Exception as fault:  # Keras raises a bare Exception when it cannot download
            _LOG.warning("no ImageNet weights (%s); starting from random ones, pass --weights FILE", _first_line(fault))
    return make(include_top=False, weights=None, input_shape=shape), False


def _from_file(backbone: Any, weights: Path) -> Any:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Keras warns of each layer that does not fit, then says so once more.
            backbone.load_weights(str(weights))
    except (OSError, ValueError, KeyError) as fault:
        raise RunError(
            f"{weights} does not hold weights of ResNet50V2 without its top ({_first_line(fault)})"
        ) from fault
    return backbone


def _first_line(fault: Exception) -> str:
    return (str(fault) or type(fault).__name__).splitlines()[0]
