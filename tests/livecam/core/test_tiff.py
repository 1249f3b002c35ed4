"""TIFF as maps and scanners write it: bands that are no transparency, 12 bits, and parts read without the whole."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from livecam.core.image_files.images import read_image
from livecam.core.image_files.regions import open_regions
from livecam.perception.targets.detector import TargetDetector
from tests.livecam.perception.targets.networks import SEARCH, RedDiscs, page_with

tifffile = pytest.importorskip("tifffile")
COLOURS = np.zeros((60, 80, 3), np.uint8)
COLOURS[..., 0], COLOURS[:30, :, 1] = 200, 120
FOUR = np.dstack([COLOURS, np.full((60, 80), 40, np.uint8)])


def written(path: Path, picture: Any, **how: Any) -> Path:
    tifffile.imwrite(path, picture, photometric="rgb", **how)
    return path


@pytest.mark.parametrize("kind", [np.uint8, np.float32])
def test_an_infrared_band_is_no_transparency(tmp_path: Path, kind: type) -> None:
    picture = FOUR if kind is np.uint8 else (FOUR / 255).astype(np.float32)
    image = read_image(written(tmp_path / "four.tif", picture, extrasamples=["unspecified"]))
    assert np.array_equal(image, COLOURS[..., ::-1])


def test_a_band_of_alpha_is_transparency(tmp_path: Path) -> None:
    image = read_image(written(tmp_path / "alpha.tif", FOUR, extrasamples=["unassalpha"]))
    assert image[10, 10].tolist() != [0, 120, 200]


def test_12_bits_in_16_are_as_bright_as_they_were_meant(tmp_path: Path) -> None:
    image = read_image(written(tmp_path / "twelve.tif", COLOURS.astype(np.uint16) * 16))
    assert np.abs(image.astype(int) - COLOURS[..., ::-1]).max() <= 1


@pytest.mark.parametrize("how", [{"tile": (64, 64), "compression": "zlib"}, {"rowsperstrip": 16}, {"tile": (32, 128)}])
def test_regions_are_parts_of_the_picture(tmp_path: Path, how: dict[str, Any]) -> None:
    picture = np.random.default_rng(0).integers(0, 256, (150, 230, 4)).astype(np.uint8)
    path = written(tmp_path / "map.tif", picture, extrasamples=["unspecified"], **how)
    regions, whole = open_regions(path, least=1), read_image(path)
    assert regions is not None
    assert regions.shape == whole.shape
    assert np.array_equal(regions[20:149, 33:229], whole[20:149, 33:229])
    assert np.array_equal(regions[0:1, 0:1], whole[0:1, 0:1])


def test_a_map_is_searched_by_its_regions(tmp_path: Path) -> None:
    page = page_with((400, 300, 1))
    regions = open_regions(written(tmp_path / "map.tif", page[..., ::-1], tile=(128, 128)), least=1)
    assert regions is not None
    detector = TargetDetector(RedDiscs(), SEARCH)
    assert list(detector.detect(regions)) == list(detector.detect(page))


def test_what_has_no_regions_is_read_whole(tmp_path: Path) -> None:
    (tmp_path / "broken.tif").write_bytes(b"II*\0" + b"x" * 60)
    small = written(tmp_path / "small.tif", COLOURS)
    planes = written(tmp_path / "planes.tif", np.moveaxis(COLOURS, 2, 0), planarconfig="separate")
    assert [open_regions(tmp_path / "broken.tif", least=1), open_regions(small), open_regions(planes, least=1)] == [
        None
    ] * 3
