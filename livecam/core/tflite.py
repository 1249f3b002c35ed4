"""TFLite inference, quantised or not; the only importer of LiteRT."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livecam.core.errors import AssetError, MissingExtraError
from livecam.core.runtime import silence_native_logs


class Runtime(StrEnum):
    LITERT = "litert"
    TFLITE_RUNTIME = "tflite-runtime"


FloatArray = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Tensor:
    """One input or output; a real value is (stored - zero) * scale, and a scale of 0 means it is stored as it is."""

    index: int
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    scale: float
    zero: int

    def quantise(self, values: FloatArray) -> NDArray[Any]:
        """Real values in the type the model stores; what does not fit is clipped."""
        if not self.scale:
            return values.astype(self.dtype)
        limits = np.iinfo(self.dtype)
        whole = values * np.float32(1 / self.scale)
        np.rint(whole, out=whole)
        whole += np.float32(self.zero)
        np.maximum(whole, limits.min, out=whole)
        return np.minimum(whole, limits.max, out=whole).astype(self.dtype)

    def dequantise(self, stored: NDArray[Any]) -> FloatArray:
        """What the model stored as float32."""
        if not self.scale:
            return stored.astype(np.float32, copy=False)
        real = np.subtract(stored, self.zero, dtype=np.float32)
        real *= np.float32(self.scale)
        return real


class TFLiteModel:
    """A loaded model with one input. Not for several threads at once."""

    def __init__(self, model: bytes, *, runtime: Runtime = Runtime.LITERT, threads: int = 1) -> None:
        """AssetError when the bytes are no model this runtime can load, MissingExtraError without the runtime."""
        make = _interpreter_class(runtime)
        try:
            with silence_native_logs():
                self._model = make(model_content=model, num_threads=threads)
                self._model.allocate_tensors()
        except (ValueError, RuntimeError) as fault:
            reason = str(fault).splitlines()[0] if str(fault) else "no reason given"
            raise AssetError(f"the model cannot be loaded by {runtime.value} ({reason}); export it again") from fault
        self._read_tensors()

    def run(self, stored: NDArray[Any]) -> tuple[FloatArray, ...]:
        """One pass over an input that is already quantised; the outputs as real numbers, in the order of `outputs`."""
        self._model.set_tensor(self.input.index, stored)
        return self._answer()

    def run_filled(self, fill: Callable[[NDArray[Any]], None]) -> tuple[FloatArray, ...]:
        """As `run`, of an input that `fill` writes to where the model reads it, and keeps no view of."""
        fill(self._model.tensor(self.input.index)())
        return self._answer()

    def _answer(self) -> tuple[FloatArray, ...]:
        self._model.invoke()
        return tuple(tensor.dequantise(self._model.get_tensor(tensor.index)) for tensor in self.outputs)

    def resize(self, shape: tuple[int, ...]) -> None:
        """Makes the input this large, and the outputs what follows from it; AssetError when the model cannot."""
        if self.input.shape == shape:
            return
        try:
            self._model.resize_tensor_input(self.input.index, shape)
            self._model.allocate_tensors()
        except (ValueError, RuntimeError) as fault:
            raise AssetError(f"the model takes no input of {shape}; export one that takes any size") from fault
        self._read_tensors()

    def named_outputs(self) -> dict[str, int]:
        """The place in `outputs` of each that the model's signature names; empty for a model without a signature."""
        signatures = list(self._model.get_signature_list())
        if not signatures:
            return {}
        # The runner must be gone before the model can be resized.
        details = self._model.get_signature_runner(signatures[0]).get_output_details()
        places = {tensor.index: place for place, tensor in enumerate(self.outputs)}
        return {name: places[int(found["index"])] for name, found in details.items() if int(found["index"]) in places}

    def _read_tensors(self) -> None:
        self.input = _tensor(self._model.get_input_details()[0])
        self.outputs = tuple(_tensor(details) for details in self._model.get_output_details())


def _interpreter_class(runtime: Runtime) -> Callable[..., Any]:
    if runtime is Runtime.LITERT:
        from ai_edge_litert.interpreter import Interpreter as LiteRT

        return LiteRT  # type: ignore[no-any-return]
    try:
        from tflite_runtime.interpreter import Interpreter as TFLiteRuntime
    except ModuleNotFoundError as fault:
        raise MissingExtraError("the runtime tflite-runtime", "tflite-runtime") from fault
    return TFLiteRuntime  # type: ignore[no-any-return]


def _tensor(details: dict[str, Any]) -> Tensor:
    scale, zero = details["quantization"]
    shape = tuple(int(side) for side in details["shape"])
    return Tensor(int(details["index"]), shape, np.dtype(details["dtype"]), float(scale), int(zero))
