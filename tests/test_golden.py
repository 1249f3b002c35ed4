"""The comparison with golden pictures: forgiving of rounding, clear about everything else."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.fakes import grey
from tests.golden import assert_golden


def changed(level: int, pixels: int) -> np.ndarray:
    """A grey picture of 100 by 100 with some pixels lighter by `level`."""
    image = grey(100, 100)
    image.reshape(-1, 3)[:pixels] += np.uint8(level)
    return image


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    assert_golden(grey(100, 100), "face", renew=True, folder=tmp_path)
    return tmp_path


@pytest.mark.parametrize(("level", "pixels"), [(0, 0), (12, 10_000), (100, 20)])
def test_small_differences_everywhere_and_large_ones_in_a_few_pixels_are_forgiven(
    kept: Path, level: int, pixels: int
) -> None:
    assert_golden(changed(level, pixels), "face", renew=False, folder=kept)


def test_a_failure_says_how_many_pixels_differ_and_how_to_renew(kept: Path) -> None:
    with pytest.raises(AssertionError, match=r"37 of 10000 pixels of face.png .* make golden"):
        assert_golden(changed(40, 37), "face", renew=False, folder=kept)


def test_a_picture_of_another_size_is_told(kept: Path) -> None:
    with pytest.raises(AssertionError, match="drawn was"):
        assert_golden(grey(90, 100), "face", renew=False, folder=kept)


def test_a_picture_that_was_never_kept_is_told(kept: Path) -> None:
    with pytest.raises(AssertionError, match="no golden picture"):
        assert_golden(grey(), "other", renew=False, folder=kept)
