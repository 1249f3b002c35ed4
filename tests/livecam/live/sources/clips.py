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
) -> Path:
    """A video with one frame at each of `times` (seconds); frame n is all n * 10 + 20 bright."""
    with av.open(str(path), "w", options=options or {}) as container:
        stream = container.add_stream(codec, rate=25)
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
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
