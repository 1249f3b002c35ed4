"""Runs a target model (TFLite) on panels of any size, as its card says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Event
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from livecam.core.errors import AssetError
from livecam.core.runtime import available_cores
from livecam.core.tflite import Runtime, Tensor, TFLiteModel
from livecam.core.types import Image
from livecam.perception.targets.detector import TargetDetector
from livecam.perception.targets.interfaces import Map, SegmentationMaps, SegmentationNetwork
from livecam.perception.targets.model_card import InputSpec, TargetModelCard, read_card

SHIPPED = "models/waldo.tflite"
_MOST_THREADS = 4
_MOST_SIZES = 8  # for which an interpreter is kept: a frame at several scales
_LIVE_PIXELS = 1_000_000  # a panel of a frame, so that it is soon prepared
_TRIAL = 8  # the sides, in multiples, of the picture on which a model shows that it is one


class TFLiteNetwork:
    """A Network whose model takes (1, h, w, 3) and gives `centre` and `mask`, (1, h / stride, w / stride, 1) each."""

    def __init__(
        self, card: TargetModelCard, interpreter: TFLiteModel, *, another: Callable[[], TFLiteModel] | None = None
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
        self._table = level_table(interpreter.input, card.input)
        # The last one used comes last.
        self._interpreters: dict[tuple[int, ...], TFLiteModel] = {interpreter.input.shape: interpreter}
        side = _TRIAL * card.multiple
        self(np.zeros((side, side, 3), np.uint8))

    def __call__(self, panel: Image) -> SegmentationMaps:
        height, width = panel.shape[:2]
        interpreter = self._sized((1, height, width, 3))
        ordered: NDArray[Any] = cv2.cvtColor(panel, cv2.COLOR_BGR2RGB) if self._input.order == "rgb" else panel
        # Level by level from a table, straight to where the model reads it: panels are most of a page's memory.
        outputs = interpreter.run_filled(lambda stored: look_up(ordered, self._table, stored[0]))
        shape = height // self.stride, width // self.stride
        return SegmentationMaps(_map(outputs[self._centre], shape), _map(outputs[self._mask], shape))

    def _sized(self, shape: tuple[int, ...]) -> TFLiteModel:
        interpreter = self._interpreters.pop(shape, None) or self._spare()
        interpreter.resize(shape)
        self._interpreters[shape] = interpreter
        return interpreter

    def _spare(self) -> TFLiteModel:
        """A new one, or the one that was not used for longest."""
        if self._another is not None and len(self._interpreters) < _MOST_SIZES:
            return self._another()
        return self._interpreters.pop(next(iter(self._interpreters)))


def open_target_detector(
    model: Path, *, runtime: Runtime = Runtime.LITERT, threads: int | None = None
) -> TargetDetector:
    """The detector of a tiny target in a huge picture, from an exported model with its card.

    Args:
        model: the .tflite file; its card is the .json file beside it.
        runtime: the interpreter, LiteRT or the old tflite-runtime.
        threads: of the interpreter; None takes what the machine has, but no more than four.

    Returns:
        A `TargetDetector`: `detect(image)` gives the best candidates of an image, (h, w, 3) uint8 BGR of any size.

    Raises:
        AssetError: a file is missing or damaged, or the model finds something else.
        MissingExtraError: a runtime that is not installed.

    Example:
        >>> import livecam, numpy
        >>> detector = livecam.open_target_detector(livecam.asset("models/waldo.tflite"))
        >>> list(detector.detect_confident(numpy.full((300, 400, 3), 200, numpy.uint8)))
        []
    """
    card, content = read_card(model)
    interpreter = TFLiteModel(content, runtime=runtime, threads=threads or _threads())
    return TargetDetector(TFLiteNetwork(card, interpreter), card)


def open_live_target_detector(model: Path, *, runtime: Runtime, threads: int) -> TargetDetector:
    """As `open_target_detector`, for frames of one size that are searched beside a live picture."""
    card, content = read_card(model)
    opened = partial(TFLiteModel, content, runtime=runtime, threads=threads)
    return TargetDetector(TFLiteNetwork(card, opened(), another=opened), card, _LIVE_PIXELS)


def _threads() -> int:
    return min(available_cores(), _MOST_THREADS)


def level_table(tensor: Tensor, wanted: InputSpec) -> NDArray[Any]:
    """(1, 256, 3): what the model stores for each level of each channel of a picture in the order the card wants."""
    levels = np.arange(256, dtype=np.float32)[None, :, None] * np.float32(wanted.scale)
    levels = levels - np.asarray(wanted.mean, np.float32) * np.float32(wanted.scale)
    return tensor.quantise(np.ascontiguousarray(levels))


def look_up(panel: NDArray[Any], table: NDArray[Any], stored: NDArray[Any]) -> None:
    """(h, w, 3) of what the table has for each level, written into `stored`."""
    written = cv2.LUT(panel, table, stored)
    if written is not stored:
        stored[:] = written


def _places(interpreter: TFLiteModel) -> tuple[int, int]:
    names = interpreter.named_outputs()
    if not {"centre", "mask"} <= names.keys():
        given = ", ".join(names) or "none"
        raise AssetError(f"the model is no target model: it names no outputs 'centre' and 'mask' (but {given})")
    return names["centre"], names["mask"]


def _map(output: NDArray[np.float32], shape: tuple[int, int]) -> Map:
    if output.size != shape[0] * shape[1]:
        raise AssetError(f"the model's output is {output.shape}, its card promises {shape}; export it again")
    return output.reshape(shape)


class SearchCancelledError(Exception):
    """The search was given up."""


@dataclass(frozen=True, slots=True)
class CancellableNetwork:
    """A Network that raises InterruptedSearchError instead of answering as soon as `ended` is set."""

    network: SegmentationNetwork
    ended: Event

    @property
    def stride(self) -> int:
        return self.network.stride

    @property
    def multiple(self) -> int:
        return self.network.multiple

    @property
    def margin(self) -> int:
        return self.network.margin

    def __call__(self, panel: Image) -> SegmentationMaps:
        if self.ended.is_set():
            raise SearchCancelledError
        return self.network(panel)
