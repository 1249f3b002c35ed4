"""The networks: the heat map net that ships, and the tutorial's ResNet for comparison."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from training.tensors import keras

if TYPE_CHECKING:
    from livecam.pupils.card import Decoding, Window


def heatmap(window: Window, decoding: Decoding, *, width: int = 32) -> Any:
    """A grey normalised crop (b, h, w, 1) in; heat map logits (b, rows, columns) and three numbers (b, 3) out.

    Two convolutions bring the crop to a quarter of its size; a branch at an eighth looks wider, and its mean over the
    whole crop tells every cell what eye this is. Some 40 k parameters at the default width.
    """
    layers = keras().layers
    crop = keras().Input((window.height, window.width, 1), name="crop")
    x = _convolution(crop, width // 2, strides=2)  # (b, 24, 32, 16)
    x = _convolution(x, width, strides=2)  # (b, 12, 16, 32)
    fine = _convolution(x, width)  # (b, 12, 16, 32)
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
