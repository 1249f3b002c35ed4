"""Small videos for tests: each frame tells its number by its brightness."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np


def plain(index: int, size: tuple[int, int]) -> np.ndarray:
    return np.full((size[1], size[0], 3), index % 20 * 10 + 20, np.uint8)


def write_clip(
    path: Path,
    *,
    times: Sequence[float] = tuple(index / 25 for index in range(10)),
    size: tuple[int, int] = (64, 48),
    codec: str = "libx264",
    options: dict[str, str] | None = None,
    picture: Callable[[int, tuple[int, int]], np.ndarray] = plain,
    shape: Fraction | None = None,
    matrix: Sequence[int] | None = None,
) -> Path:
    """A video with one frame at each of `times` (seconds); frame n is all n * 10 + 20 bright.

    `shape` is that of its pixels, width to height; `matrix` its display matrix, as nine whole numbers.
    """
    with av.open(f"file:{path}", "w", options=options or {}) as container:
        stream = container.add_stream(codec, rate=25)
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        if shape is not None:
            stream.codec_context.sample_aspect_ratio = shape
        if matrix is not None:
            stream.set_display_matrix(list(matrix))
        stream.time_base = stream.codec_context.time_base = Fraction(1, 1000)
        for index, seconds in enumerate(times):
            frame = av.VideoFrame.from_ndarray(picture(index, size), "bgr24")
            frame.pts, frame.time_base = round(seconds * 1000), Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def level_to_number(image: np.ndarray) -> int:
    return round((float(image.mean()) - 20) / 10)


def turned_clockwise(path: Path) -> Path:
    """The same .mp4 with a note that it is to be shown turned by 90 degrees, as a telephone writes it."""
    upright = [65536, 0, 0, 0, 65536, 0, 0, 0, 1 << 30]
    turned = [0, 65536, 0, -65536, 0, 0, 0, 0, 1 << 30]
    before, after = (b"".join(value.to_bytes(4, "big", signed=True) for value in each) for each in (upright, turned))
    header = path.read_bytes()
    track = header.index(b"tkhd")
    path.write_bytes(header[:track] + header[track:].replace(before, after, 1))
    return path


def joined(path: Path, *parts: Path) -> Path:
    """One file behind the other, as recorders and `cat` join them."""
    path.write_bytes(b"".join(part.read_bytes() for part in parts))
    return path


def with_box(path: Path, box: bytes, *, into: Sequence[bytes], behind: int) -> Path:
    """The .mp4 with another box in the innermost of the boxes `into`, whose own fields take `behind` bytes."""
    data, places, start = bytearray(path.read_bytes()), [], 0
    for name in into:
        place = data.index(name, start) - 4
        places.append(place)
        start = place + 8
    for place in places:
        size = int.from_bytes(data[place : place + 4], "big") + len(box)
        data[place : place + 4] = size.to_bytes(4, "big")
    inside = places[-1] + 8 + behind
    data[inside:inside] = box
    path.write_bytes(data)
    return path


def add_sound(container: av.container.OutputContainer, seconds: float) -> None:
    """Silence, as a stream of its own; everything else is to be muxed first, or the file is laid out oddly."""
    stream = container.add_stream("aac", rate=8000, layout="mono")
    for start in range(0, round(seconds * 8000), 1024):
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = 8000, start, Fraction(1, 8000)
        container.mux(stream.encode(frame))
    container.mux(stream.encode(None))
