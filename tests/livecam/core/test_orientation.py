"""Eight ways to stand a picture upright, as EXIF, display matrices and two of our own settings say them."""

from __future__ import annotations

import itertools
import struct

import cv2
import numpy as np
import pytest

from livecam.core.image_files.orientation import Orientation, exif_mark, of_display_matrix, turned_by, upright

PICTURE = np.arange(2 * 3 * 3, dtype=np.uint8).reshape(2, 3, 3)


def as_the_standard_says(image: np.ndarray, orientation: Orientation) -> np.ndarray:
    """CIPA DC-008: where the 0th row and the 0th column of the stored picture are to be seen."""
    turned = np.rot90(image, {3: 2, 4: 2, 5: 1, 6: 3, 7: 3, 8: 1}.get(orientation, 0))
    # 2, 4, 5 and 7 are mirrored first: a mirror after the turn is across for whole turns, down for quarter turns.
    return {2: turned[:, ::-1], 4: turned[:, ::-1], 5: turned[::-1], 7: turned[::-1]}.get(orientation, turned)


@pytest.mark.parametrize("orientation", Orientation)
def test_a_picture_stands_as_the_standard_says(orientation: Orientation) -> None:
    shown = upright(PICTURE, orientation)
    np.testing.assert_array_equal(shown, as_the_standard_says(PICTURE, orientation))
    assert shown.flags.c_contiguous


@pytest.mark.parametrize(("one", "other"), [*itertools.product(Orientation, Orientation)])
def test_one_after_the_other_is_both_at_once(one: Orientation, other: Orientation) -> None:
    np.testing.assert_array_equal(upright(PICTURE, one.then(other)), upright(upright(PICTURE, one), other))


@pytest.mark.parametrize(("degrees", "turns"), [(0, 0), (90, 3), (180, 2), (270, 1)])
def test_turns_are_clockwise(degrees: int, turns: int) -> None:
    np.testing.assert_array_equal(upright(PICTURE, turned_by(degrees)), np.rot90(PICTURE, turns))


@pytest.mark.parametrize("orientation", Orientation)
def test_a_display_matrix_moves_pixels_as_it_is_defined(orientation: Orientation) -> None:
    """(x, y) is shown at (a x + c y, b x + d y), moved so that the picture begins at nought."""
    for a, b, c, d in itertools.product((-1, 0, 1), repeat=4):
        if (a == 0) == (c == 0) or (a == 0) == (b == 0) or abs(a) != abs(d) or abs(b) != abs(c):
            continue
        matrix = struct.pack("=9i", a << 16, b << 16, 0, c << 16, d << 16, 0, 0, 0, 1 << 30)
        if of_display_matrix(matrix) is orientation:
            shown = upright(PICTURE, orientation)
            moved = {(a * x + c * y, b * x + d * y): PICTURE[y, x] for y in range(2) for x in range(3)}
            left, top = (min(place[axis] for place in moved) for axis in (0, 1))
            assert all((shown[y - top, x - left] == pixel).all() for (x, y), pixel in moved.items())
            return
    pytest.fail(f"no matrix is {orientation!r}")


@pytest.mark.parametrize(
    "data", [b"", b"\xff\xd8", b"\x89PNG\r\n\x1a\n", b"II*\0" + bytes(30), b"MM\0*\xff\xff\xff\xff" * 4]
)
def test_a_file_without_a_mark_that_can_be_understood_is_upright(data: bytes) -> None:
    assert exif_mark(data).orientation is Orientation.UPRIGHT


@pytest.mark.parametrize("length", [*range(0, 60, 3)])
def test_a_mark_that_is_cut_off_does_no_harm(length: int) -> None:
    tiff = b"MM\x00*" + struct.pack(">IHHHIHHI", 8, 1, 0x0112, 3, 1, 6, 0, 0)
    exif = b"Exif\x00\x00" + tiff
    jpeg = cv2.imencode(".jpg", PICTURE)[1].tobytes()
    data = jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + jpeg[2:]
    assert exif_mark(data[:length]).orientation in (Orientation.UPRIGHT, Orientation.QUARTER_TURN)
