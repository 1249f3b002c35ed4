"""Every kind of picture file becomes the same kind of image, and every kind of rubbish a clear error."""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from livecam.core.errors import SourceError
from livecam.core.image_files.images import read_image
from livecam.core.image_files.orientation import Orientation, upright
from livecam.core.runtime import without_decoder_noise
from tests import marked_pictures
from tests.marked_pictures import quarters


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


with_alpha = np.dstack([quarters(), np.full(quarters().shape[:2], 255, np.uint8)])
MARKED = {
    "jpg": lambda mark: marked_pictures.jpeg(quarters(), mark),
    "png": lambda mark: marked_pictures.png(quarters(), mark),
    "png of ImageMagick": lambda mark: marked_pictures.png(quarters(), mark, raw_profile=True),
    "png with alpha": lambda mark: marked_pictures.png(with_alpha, mark),
    "webp": lambda mark: marked_pictures.webp(quarters(), mark),
    "webp with alpha": lambda mark: marked_pictures.webp(with_alpha, mark),
    "tif": lambda mark: marked_pictures.tiff(quarters(), mark),
    "tif of a Mac": lambda mark: marked_pictures.tiff(quarters(), mark, order=">"),
    "tif with alpha": lambda mark: marked_pictures.tiff(with_alpha, mark),
}


@pytest.mark.parametrize("orientation", Orientation)
@pytest.mark.parametrize("kind", MARKED)
def test_a_photograph_stands_upright_in_every_format(tmp_path: Path, kind: str, orientation: Orientation) -> None:
    path = tmp_path / f"photo.{kind.partition(' ')[0]}"
    path.write_bytes(MARKED[kind](orientation))
    np.testing.assert_allclose(read_image(path).astype(int), upright(quarters(), orientation), atol=12)


def turned_heif(orientation: Orientation) -> list[tuple[bytes, bytes]]:
    """A turn is anticlockwise, the mirror after it across (1) or down (0), by ISO/IEC 23008-12."""
    turns, mirror = {
        1: (0, None),
        2: (0, 1),
        3: (2, None),
        4: (0, 0),
        5: (1, 0),
        6: (3, None),
        7: (3, 0),
        8: (1, None),
    }[orientation]
    return [(b"irot", bytes([turns]))] + ([] if mirror is None else [(b"imir", bytes([mirror]))])


@pytest.mark.parametrize("orientation", Orientation)
@pytest.mark.parametrize("codec", ["libx265", "libsvtav1"])
def test_heic_and_avif_are_read_and_stand_upright(tmp_path: Path, codec: str, orientation: Orientation) -> None:
    path = tmp_path / "photo.heic"
    path.write_bytes(marked_pictures.heic(quarters(128, 192), turned_heif(orientation), codec=codec))
    np.testing.assert_allclose(read_image(path).astype(int), upright(quarters(128, 192), orientation), atol=14)


def test_the_tiles_of_a_telephones_heic_are_put_together_turned_and_cut_to_size(tmp_path: Path) -> None:
    picture = quarters(150, 200)
    path = tmp_path / "IMG_0001.HEIC"
    path.write_bytes(marked_pictures.heic(picture, [(b"irot", bytes([3]))], tile=64))
    np.testing.assert_allclose(read_image(path).astype(int), upright(picture, Orientation.QUARTER_TURN), atol=14)


@pytest.mark.parametrize("share", [0.2, 0.6, 0.95])
def test_a_truncated_heic_is_an_error_that_names_it(tmp_path: Path, share: float) -> None:
    path = tmp_path / "photo.heic"
    whole = marked_pictures.heic(quarters(150, 200), tile=64)
    path.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(SourceError, match=r"photo\.heic"):
        read_image(path)


@pytest.mark.parametrize(
    ("samples", "kind"),
    [
        (lambda picture: picture / np.float32(255), "0..1"),
        (lambda picture: picture / np.float32(255) * 2 - 1, "-1..1"),
        (lambda picture: picture.astype(np.float32), "0..255"),
        (lambda picture: picture.astype(np.float64) * 257, "0..65535"),
        (lambda picture: picture.astype(np.int16), "0..255"),
        (lambda picture: (picture.astype(np.int32) * 128).astype(np.int16), "0..32767"),
        (lambda picture: ((picture.astype(np.int32) - 128) * 256).astype(np.int16), "about nought"),
        (lambda picture: picture.astype(np.int32) * 1000, "0..255000"),
        (lambda picture: picture.astype(np.int32) * 8421504, "0..2147483647"),
        (lambda picture: (picture.astype(np.int16) - 128).astype(np.int8), "about nought"),
        (lambda picture: picture.astype(np.int32) * (2**23), "0..2**31"),
    ],
)
@pytest.mark.parametrize("colours", [1, 3])
def test_floats_and_signed_numbers_are_neither_white_nor_grey(
    tmp_path: Path, samples: Callable[[np.ndarray], np.ndarray], kind: str, colours: int
) -> None:
    picture = gradient(50, 50) if colours == 3 else gradient(50, 50)[..., 1]
    picture = np.clip(picture.astype(int) * 255 // picture.max(), 0, 255).astype(np.uint8)
    path = tmp_path / "measured.tif"
    path.write_bytes(marked_pictures.tiff(samples(picture)))
    expected = picture if colours == 3 else np.repeat(picture[..., np.newaxis], 3, axis=2)
    np.testing.assert_allclose(read_image(path).astype(int), expected, atol=2)


def test_a_tiff_of_numbers_that_nobody_reads_is_not_called_damaged_alone(tmp_path: Path) -> None:
    path = tmp_path / "half.tif"
    path.write_bytes(marked_pictures.tiff(np.full((8, 8, 3), 0.5, np.float16)))
    with pytest.raises(SourceError, match="a TIFF of a kind that cannot be read, such as"):
        read_image(path)


def test_nothing_but_our_own_line_is_said_of_a_damaged_picture(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    for name, picture in (("a.png", quarters()), ("b.jpg", quarters()), ("c.tif", quarters())):
        data = cv2.imencode(name[1:], picture)[1].tobytes()
        (tmp_path / name).write_bytes(data[: len(data) * 2 // 3])
        with pytest.raises(SourceError):
            read_image(tmp_path / name)
    assert capfd.readouterr().err == ""


def test_what_others_say_while_a_picture_is_decoded_is_kept(capfd: pytest.CaptureFixture[str]) -> None:
    with without_decoder_noise():
        os.write(2, b"libpng warning: iCCP: too short\nlivecam: the disk is full\n")
    assert capfd.readouterr().err == "livecam: the disk is full\n"


def test_a_gif_gives_its_first_picture(tmp_path: Path) -> None:
    with av.open(str(tmp_path / "a.gif"), "w") as container:
        stream = container.add_stream("gif", rate=10)
        stream.width, stream.height, stream.pix_fmt = 96, 64, "rgb8"
        frame = av.VideoFrame.from_ndarray(quarters(), "bgr24").reformat(format="rgb8")
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    assert np.abs(read_image(tmp_path / "a.gif").astype(int) - quarters()).mean() < 20


def test_a_jpeg_xl_is_called_what_it_is(tmp_path: Path) -> None:
    (tmp_path / "a.jxl").write_bytes(b"\xff\x0a" + bytes(50))
    with pytest.raises(SourceError, match="JPEG XL picture, which cannot be read; save it as"):
        read_image(tmp_path / "a.jxl")


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
