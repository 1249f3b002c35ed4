"""Every kind of picture file becomes the same kind of image, and every kind of rubbish a clear error."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest

from livecam.core.errors import SourceError
from livecam.core.images import read_image


def written(path: Path, image: np.ndarray) -> Path:
    path.write_bytes(cv2.imencode(path.suffix, image)[1].tobytes())
    return path


def gradient(height: int = 20, width: int = 30) -> np.ndarray:
    rows, columns = np.indices((height, width))
    return np.stack([rows * 5, columns * 5, (rows + columns) * 3], axis=2).astype(np.uint8)


@pytest.mark.parametrize("suffix", [".png", ".bmp", ".tif", ".ppm"])
def test_a_plain_picture_comes_back_as_it_was_written(tmp_path: Path, suffix: str) -> None:
    assert np.array_equal(read_image(written(tmp_path / f"plain{suffix}", gradient())), gradient())


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp", ".tif", ".bmp", ".pgm"])
def test_a_grey_picture_becomes_three_equal_channels(tmp_path: Path, suffix: str) -> None:
    image = read_image(written(tmp_path / f"grey{suffix}", np.full((9, 7), 77, np.uint8)))
    assert image.shape == (9, 7, 3)
    assert np.abs(image.astype(int) - 77).max() <= 2


@pytest.mark.parametrize("shape", [(8, 8), (8, 8, 3), (8, 8, 4)])
def test_sixteen_bits_become_eight(tmp_path: Path, shape: tuple[int, ...]) -> None:
    deep = np.full(shape, 128 * 257, np.uint16)
    deep[..., -1:] = deep[..., -1:] if len(shape) < 3 or shape[2] < 4 else 65535
    image = read_image(written(tmp_path / "deep.png", deep))
    assert (image.dtype, image.shape) == (np.uint8, (8, 8, 3))
    assert np.abs(image.astype(int) - 128).max() <= 1


def test_what_is_transparent_shows_mid_grey(tmp_path: Path) -> None:
    clear = np.zeros((4, 4, 4), np.uint8)
    clear[:, 2:] = (10, 20, 30, 255)
    image = read_image(written(tmp_path / "alpha.png", clear))
    assert image[0, 0].tolist() == [128, 128, 128]
    assert image[0, 3].tolist() == [10, 20, 30]


def test_a_picture_of_one_pixel_is_a_picture(tmp_path: Path) -> None:
    assert read_image(written(tmp_path / "one.png", gradient(1, 1))).shape == (1, 1, 3)


def test_a_floating_point_picture_is_taken_as_nought_to_one(tmp_path: Path) -> None:
    image = read_image(written(tmp_path / "float.tiff", np.full((3, 3, 3), 0.5, np.float32)))
    assert np.abs(image.astype(int) - 128).max() <= 4


def test_a_photograph_taken_sideways_stands_upright(tmp_path: Path) -> None:
    jpeg = cv2.imencode(".jpg", gradient(16, 32))[1].tobytes()
    tiff = b"MM\x00*" + struct.pack(">IHHHIHHI", 8, 1, 0x0112, 3, 1, 6, 0, 0)
    exif = b"Exif\x00\x00" + tiff
    path = tmp_path / "sideways.jpg"
    path.write_bytes(jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + jpeg[2:])
    assert read_image(path).shape == (32, 16, 3)


def test_a_hundred_megapixels_are_read(tmp_path: Path) -> None:
    large = np.zeros((10_000, 10_000), np.uint8)
    path = tmp_path / "large.jpg"
    path.write_bytes(cv2.imencode(".jpg", large, [cv2.IMWRITE_JPEG_QUALITY, 30])[1].tobytes())
    assert read_image(path).shape == (10_000, 10_000, 3)


def test_a_picture_beyond_what_can_be_read_is_called_too_large(tmp_path: Path) -> None:
    header = struct.pack(">4sIIBBBBB", b"IHDR", 40_000, 40_000, 8, 2, 0, 0, 0)
    chunk = struct.pack(">I", len(header) - 4) + header + struct.pack(">I", zlib.crc32(header))
    path = tmp_path / "poster.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk + struct.pack(">I4sI", 0, b"IDAT", zlib.crc32(b"IDAT")))
    with pytest.raises(SourceError, match=r"poster\.png' is too large"):
        read_image(path)


def test_a_tall_picture_is_laid_over_grey_in_every_row(tmp_path: Path) -> None:
    clear = np.zeros((700, 3, 4), np.uint8)
    clear[::7] = (10, 20, 30, 255)
    image = read_image(written(tmp_path / "tall.png", clear))
    assert (image[::7] == (10, 20, 30)).all()
    assert (np.delete(image, np.s_[::7], axis=0) == 128).all()


@pytest.mark.parametrize("content", [b"", b"hello, I am no picture", b"\x89PNG\r\n\x1a\n" + bytes(40), bytes(1000)])
def test_a_file_that_is_no_picture_is_an_error_that_names_it(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "notes.png"
    path.write_bytes(content)
    with pytest.raises(SourceError, match=r"notes\.png"):
        read_image(path)


@pytest.mark.parametrize("name", ["absent.png", "."])
def test_a_missing_file_and_a_folder_are_errors(tmp_path: Path, name: str) -> None:
    with pytest.raises(SourceError, match="picture"):
        read_image(tmp_path / name)
