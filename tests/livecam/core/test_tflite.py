"""The interpreter: quantisation there and back, and models that are none."""

from __future__ import annotations

from importlib.util import find_spec

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from livecam.core.assets import asset
from livecam.core.errors import AssetError, MissingExtraError
from livecam.core.tflite import Runtime, Tensor, TFLiteModel

INT8 = Tensor(0, (4,), np.dtype(np.int8), 0.05, -3)


@given(st.lists(st.floats(-6, 6), min_size=4, max_size=4))
def test_a_value_in_range_survives_quantisation_within_half_a_step(values: list[float]) -> None:
    real = np.array(values, np.float32)
    assert np.abs(INT8.dequantise(INT8.quantise(real)) - real).max() <= 0.026


def test_a_value_out_of_range_is_clipped_to_the_nearest_that_fits() -> None:
    assert INT8.quantise(np.array([99, -99, 0, 0], np.float32)).tolist() == [127, -128, -3, -3]


def test_a_tensor_without_a_scale_is_passed_as_it_is() -> None:
    plain = Tensor(0, (2,), np.dtype(np.float32), 0.0, 0)
    assert plain.dequantise(plain.quantise(np.array([0.25, -7], np.float32))).tolist() == [0.25, -7]


def test_random_bytes_are_not_a_model() -> None:
    with pytest.raises(AssetError, match="export it again"):
        TFLiteModel(np.random.default_rng(0).bytes(5000))


def test_the_shipped_model_answers_the_same_twice() -> None:
    interpreter = TFLiteModel(asset("models/pupil.tflite").read_bytes())
    crops = np.random.default_rng(0).integers(-50, 50, interpreter.input.shape).astype(interpreter.input.dtype)
    first, second = interpreter.run(crops), interpreter.run(crops)
    assert all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))


def test_answers_do_not_change_when_the_model_runs_again() -> None:
    interpreter = TFLiteModel(asset("models/pupil.tflite").read_bytes())
    kept = interpreter.run(np.zeros(interpreter.input.shape, np.int8))[0]
    before = kept.copy()
    interpreter.run(np.full(interpreter.input.shape, 90, np.int8))
    assert np.array_equal(kept, before)


@pytest.mark.skipif(find_spec("tflite_runtime") is not None, reason="tflite-runtime is installed")
def test_an_absent_runtime_names_the_extra_that_brings_it() -> None:
    with pytest.raises(MissingExtraError, match="tflite-runtime"):
        TFLiteModel(b"", runtime=Runtime.TFLITE_RUNTIME)


@pytest.mark.skipif(find_spec("tflite_runtime") is None, reason="tflite-runtime is not installed")
def test_both_runtimes_agree_within_four_steps_of_the_outputs() -> None:
    content = asset("models/pupil.tflite").read_bytes()
    crops = np.random.default_rng(0).integers(-50, 50, (2, 48, 64, 1)).astype(np.int8)
    new, old = (TFLiteModel(content, runtime=runtime) for runtime in Runtime)
    apart = [
        np.abs(a - b).max() / out.scale for a, b, out in zip(new.run(crops), old.run(crops), new.outputs, strict=True)
    ]
    assert max(apart) <= 4
