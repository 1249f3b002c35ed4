"""A Keras network as the search wants it, so that what is evaluated is what will run."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from livecam.core.scene import Image
from livecam.find.maps import Maps
from training.segmentation.learners import STRIDE, Learner, inputs
from training.tensors import tensorflow


@dataclass(frozen=True)
class KerasNetwork:
    """A model and the learner that knows how to read it."""

    model: Any
    learner: Learner

    @property
    def stride(self) -> int:
        return STRIDE

    @property
    def multiple(self) -> int:
        return self.learner.multiple

    @property
    def margin(self) -> int:
        return self.learner.margin

    def __call__(self, panel: Image) -> Maps:
        maps = np.asarray(self._answer(tensorflow().constant(inputs([panel]))))[0]
        return Maps(np.ascontiguousarray(maps[..., 0]), np.ascontiguousarray(maps[..., 1]))

    @cached_property
    def _answer(self) -> Any:
        tf = tensorflow()
        shape = tf.TensorSpec((1, None, None, 3), tf.float32)

        def answer(page: Any) -> Any:
            return self.learner.maps(self.model(page, training=False))

        return tf.function(answer, input_signature=[shape], autograph=False)
