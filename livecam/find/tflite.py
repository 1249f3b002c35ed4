"""A target model as a network: runs it on panels of any size as its card says."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from livecam.core.errors import AssetError
from livecam.core.scene import Image
from livecam.find.card import Card, Input, read_card
from livecam.find.finder import TargetFinder
from livecam.find.maps import Map, Maps
from livecam.interpreter import Interpreter, Tensor
from livecam.settings import Runtime

SHIPPED = "models/waldo.tflite"
_MOST_THREADS = 4
_MOST_SIZES = 8  # for which an interpreter is kept: a frame at several scales
_LIVE_PIXELS = 1_000_000  # a panel of a frame, so that it is soon prepared
_TRIAL = 8  # the sides, in multiples, of the picture on which a model shows that it is one


class TFLiteNetwork:
    """A Network whose model takes (1, h, w, 3) and gives `centre` and `mask`, (1, h / stride, w / stride, 1) each."""

    def __init__(
        self, card: Card, interpreter: Interpreter, *, another: Callable[[], Interpreter] | None = None
    ) -> None:
        """AssetError when the model is not such a one.

        Preparing a model for another size holds up all of Python's threads. With `another` each of the last sizes
        keeps an interpreter of its own, and memory for it; without, there is only this one.
        """
        self.stride, self.multiple, self.margin = card.stride, card.multiple, card.margin
        self._input, self._another = card.input, another
        self._centre, self._mask = _places(interpreter)
        if len(interpreter.input.shape) != 4 or interpreter.input.shape[3] != 3:
            raise AssetError(f"the model takes {interpreter.input.shape} and no pictures of any size; export it again")
        # The last one used comes last.
        self._interpreters: dict[tuple[int, ...], Interpreter] = {interpreter.input.shape: interpreter}
        side = _TRIAL * card.multiple
        self(np.zeros((side, side, 3), np.uint8))

    def __call__(self, panel: Image) -> Maps:
        height, width = panel.shape[:2]
        interpreter = self._sized((1, height, width, 3))
        outputs = interpreter.run(self._stored(panel, interpreter.input)[None])
        shape = height // self.stride, width // self.stride
        return Maps(_map(outputs[self._centre], shape), _map(outputs[self._mask], shape))

    def _sized(self, shape: tuple[int, ...]) -> Interpreter:
        interpreter = self._interpreters.pop(shape, None) or self._spare()
        interpreter.resize(shape)
        self._interpreters[shape] = interpreter
        return interpreter

    def _spare(self) -> Interpreter:
        """A new one, or the one that was not used for longest."""
        if self._another is not None and len(self._interpreters) < _MOST_SIZES:
            return self._another()
        return self._interpreters.pop(next(iter(self._interpreters)))

    def _stored(self, panel: Image, tensor: Tensor) -> NDArray[Any]:
        levels = _levels(panel, self._input)
        return tensor.quantise(levels) if tensor.scale else levels.astype(tensor.dtype, copy=False)


def open_finder(model: Path, *, runtime: Runtime = Runtime.LITERT, threads: int | None = None) -> TargetFinder:
    """The finder of a target model with its card beside it; AssetError when one of them cannot be used.

    Without `threads` it takes what the machine has, but no more than four.
    """
    card, content = read_card(model)
    interpreter = Interpreter(content, runtime=runtime, threads=threads or _threads())
    return TargetFinder(TFLiteNetwork(card, interpreter), card)


def open_live_finder(model: Path, *, runtime: Runtime, threads: int) -> TargetFinder:
    """As `open_finder`, for frames of one size that are searched beside a live picture."""
    card, content = read_card(model)
    opened = partial(Interpreter, content, runtime=runtime, threads=threads)
    return TargetFinder(TFLiteNetwork(card, opened(), another=opened), card, _LIVE_PIXELS)


def _threads() -> int:
    return min(len(os.sched_getaffinity(0)), _MOST_THREADS)


def _levels(panel: Image, wanted: Input) -> NDArray[np.float32]:
    """(h, w, 3) float32 as the card wants it."""
    ordered = cv2.cvtColor(panel, cv2.COLOR_BGR2RGB) if wanted.order == "rgb" else panel
    levels = np.multiply(ordered, np.float32(wanted.scale), dtype=np.float32)
    if any(wanted.mean):
        levels -= np.asarray(wanted.mean, np.float32) * np.float32(wanted.scale)
    return levels


def _places(interpreter: Interpreter) -> tuple[int, int]:
    names = interpreter.named_outputs()
    if not {"centre", "mask"} <= names.keys():
        given = ", ".join(names) or "none"
        raise AssetError(f"the model is no target model: it names no outputs 'centre' and 'mask' (but {given})")
    return names["centre"], names["mask"]


def _map(output: NDArray[np.float32], shape: tuple[int, int]) -> Map:
    if output.size != shape[0] * shape[1]:
        raise AssetError(f"the model's output is {output.shape}, its card promises {shape}; export it again")
    return output.reshape(shape)
