"""Writes red_discs.tflite and its card, a target model without training; run it as
`python -m tests.livecam.perception.targets.make_red_discs`.

The redness of a cell is its mask; the centre is the mean redness of a disc about the cell less that of a ring about it.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import tensorflow as tf

from tests.livecam.perception.targets.networks import DISC

PATH = Path(__file__).with_name("red_discs.tflite")
STRIDE, REACH = 4, 5  # pixels a cell, cells on each side


def model() -> tf.keras.Model:
    layers = tf.keras.layers
    page = tf.keras.Input((None, None, 3), batch_size=1)
    red = layers.Conv2D(1, 1, use_bias=False, activation="relu", name="red")(page)  # (1, h, w, 1)
    mask = layers.AveragePooling2D(STRIDE)(red)  # (1, h / 4, w / 4, 1)
    centre = layers.Conv2D(1, 2 * REACH + 1, padding="same", use_bias=False, name="disc")(mask)
    net = tf.keras.Model(page, {"centre": layers.ReLU(max_value=1.0)(centre), "mask": mask})
    net.get_layer("red").set_weights([np.array([1, -0.5, -0.5], np.float32).reshape(1, 1, 3, 1)])
    net.get_layer("disc").set_weights([disc_less_ring()[..., None, None]])
    return net


def disc_less_ring() -> np.ndarray:  # type: ignore[type-arg]
    y, x = np.mgrid[-REACH : REACH + 1, -REACH : REACH + 1] * STRIDE
    distance = np.hypot(x, y)
    disc, ring = distance <= DISC, (distance > DISC + 2) & (distance <= REACH * STRIDE)
    return (disc / disc.sum() - ring / ring.sum()).astype(np.float32)


def card(content: bytes) -> dict[str, object]:
    return {
        "schema": 1,
        "kind": "target",
        "sha256": hashlib.sha256(content).hexdigest(),
        "scales": [0.7, 1.0, 1.3],
        "box": [24, 24],
        "calibration": {"height": 1.0, "lead": 0.5, "bias": 0.0},
        "threshold": 0.8,
        "input": {"order": "rgb", "mean": [0, 0, 0], "scale": 1 / 255},
        "stride": STRIDE,
        "multiple": 8,
        "margin": 24,
        "trained_on": "nothing: its weights are written down",
        "commit": "",
        "created": "",
    }


if __name__ == "__main__":
    content = tf.lite.TFLiteConverter.from_keras_model(model()).convert()
    PATH.write_bytes(content)
    PATH.with_suffix(".json").write_text(json.dumps(card(content), indent=1) + "\n")
