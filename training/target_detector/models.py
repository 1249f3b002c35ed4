"""Keras networks of the target detector: the centre heat map with mask, and the tutorial's encoder and decoder."""

from __future__ import annotations

from functools import cache
from typing import Any

from training.engine.tensorflow import keras, tensorflow

DILATIONS = (1, 2, 1)  # of the residual blocks at an eighth of the size
MARGIN = 80  # pixels: half the receptive field of `centre_net`, rounded up to a multiple of 8
PRIOR = -4.6  # log-odds of a target at an untrained cell: 1 %


def centre_net(width: int = 48) -> Any:
    """(b, h, w, 3) within +-1 in, sides multiples of 8; logits of centre and mask (b, h / 4, w / 4, 2) out.

    Strided convolutions to an eighth, dilated residual blocks that see 143 pixels around, back up to a quarter beside
    the finer features. Some 150 k parameters at the default width.
    """
    layers = keras().layers
    page = keras().Input((None, None, 3), name="page")
    x = _convolution(page, width // 4, strides=2)  # (b, h / 2, w / 2, 12)
    fine = _convolution(x, width // 2, strides=2)  # (b, h / 4, w / 4, 24)
    x = _convolution(fine, width, strides=2)  # (b, h / 8, w / 8, 48)
    for dilation in DILATIONS:
        inner = _convolution(_convolution(x, width, dilation=dilation), width, dilation=dilation, bend=False)
        x = layers.ReLU()(layers.Add()([x, inner]))  # (b, h / 8, w / 8, 48)
    x = _twice(layers.Conv2D(2 * width, 1)(x))  # (b, h / 4, w / 4, 24)
    x = _convolution(layers.Add()([x, fine]), width // 2)  # (b, h / 4, w / 4, 24)
    logits = layers.Conv2D(2, 1, bias_initializer=keras().initializers.Constant(PRIOR), name="logits")(x)
    return keras().Model(page, logits, name="centre_net")


def _convolution(x: Any, filters: int, *, strides: int = 1, dilation: int = 1, bend: bool = True) -> Any:
    layers = keras().layers
    form = {"padding": "same", "use_bias": False, "kernel_initializer": "he_normal"}
    if dilation == 1:
        x = layers.Conv2D(filters, 3, strides=strides, **form)(x)
    else:
        x = _dilated_layer()(filters, 3, dilation_rate=dilation, **form)(x)
    x = layers.BatchNormalization(momentum=0.97)(x)
    return layers.ReLU()(x) if bend else x


@cache
def _dilated_layer() -> Any:
    """A convolution whose dilation stays one operation outside of training.

    TensorFlow has no gradient of it on a processor, so Keras shuffles pixels into batches instead; that costs an
    exported network a third of its speed.
    """

    class Dilated(keras().layers.Conv2D):  # type: ignore[misc]
        def call(self, page: Any, training: bool = False) -> Any:
            if training:
                return super().call(page)
            return tensorflow().nn.conv2d(page, self.kernel, 1, "SAME", dilations=self.dilation_rate[0])

    return Dilated


def _twice(x: Any) -> Any:
    """Twice the size from a quarter of the channels (Shi et al. 2016).

    Bilinear upsampling of a size that is not known yet fails in Keras 3, and resizing to a size that is computed while
    running keeps TFLite from its fast kernels.
    """
    channels = x.shape[-1] // 4
    return keras().layers.Lambda(
        lambda tensor: tensorflow().nn.depth_to_space(tensor, 2), output_shape=(None, None, channels)
    )(x)


def repeated(x: Any) -> Any:
    """Every cell as two by two of the same: `UpSampling2D`, of which TFLite does not understand an unknown size."""
    return _twice(keras().layers.Concatenate()([x, x, x, x]))


def tutorial_net(width: int = 64) -> Any:
    """The tutorial's network for any size that is a multiple of 16; logits of (background, target) (b, h, w, 2) out.

    Its encoder has 64, 128, 256, 256 channels at the default width.
    """
    layers = keras().layers
    page = keras().Input((None, None, 3), name="page")
    x, shortcuts = page, []
    for filters, size in ((width, 3), (2 * width, 3), (4 * width, 3), (4 * width, 1)):
        x = layers.LeakyReLU()(layers.Conv2D(filters, size, padding="same")(x))
        x = layers.MaxPool2D(2)(x)  # (b, h / 2 .. h / 16, w / 2 .. w / 16, filters)
        shortcuts.append(x)
    for filters, shortcut in zip((4 * width, 2 * width, width), reversed(shortcuts[:3]), strict=True):
        x = repeated(x)
        x = layers.Conv2D(filters, 3, padding="same", activation="relu")(x)
        x = layers.Add()([x, shortcut])  # (b, h / 8 .. h / 2, w / 8 .. w / 2, filters)
    logits = layers.Conv2D(2, 1, padding="same", name="logits")(repeated(x))  # (b, h, w, 2)
    return keras().Model(page, logits, name="tutorial_net")
