"""Animated WebP, AVIF and PNG pictures as a source; PyAV reads all but the first."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from livecam.core.errors import SourceError
from livecam.core.image_files.heif import is_heif
from livecam.core.image_files.images import over_grey
from livecam.core.image_files.iso_boxes import boxes
from livecam.core.image_files.orientation import exif_mark, upright
from livecam.core.runtime import without_decoder_noise
from livecam.core.types import Frame
from livecam.live.sources.pacing import REAL_TIME, FrameTiming, Pacer

_SHORTEST_S, _INSTEAD_S = 0.011, 0.1  # browsers show what asks for less as if it had asked for this


def is_animation(path: Path) -> bool:
    """Whether a picture file holds several pictures in time."""
    try:
        with path.open("rb") as file:
            head = file.read(1 << 16)
    except OSError:
        return False
    if head.startswith(b"\x89PNG"):
        return 0 <= head.find(b"acTL") < (head.find(b"IDAT") if b"IDAT" in head else len(head))
    if is_webp(head):
        return head[12:16] == b"VP8X" and len(head) > 20 and bool(head[20] & 0x02)
    return is_heif(head) and any(box.kind == b"moov" for box in boxes(head))


def is_webp(head: bytes) -> bool:
    return head[:4] == b"RIFF" and head[8:12] == b"WEBP"


class WebpAnimation:
    """Every picture of an animated WebP once, at its time; `paced` shows each at its own."""

    def __init__(self, path: Path, *, paced: bool = False, timing: FrameTiming = REAL_TIME) -> None:
        self._path, self._paced, self._timing = path, paced, timing

    def __iter__(self) -> Iterator[Frame]:
        # In OpenCV since 4.11; the stubs of some versions lack it.
        read, make = getattr(cv2, "imreadanimation", None), getattr(cv2, "Animation", None)
        if read is None or make is None:
            raise SourceError(f"'{self._path}' is an animated WebP, which needs OpenCV 4.11 or newer")
        try:
            with without_decoder_noise():
                good, animation = read(str(self._path))
        except cv2.error as error:
            raise SourceError(f"'{self._path}' is damaged: its pictures cannot be read") from error
        if not good or not len(animation.frames):
            raise SourceError(f"'{self._path}' is damaged: its pictures cannot be read")
        mark = exif_mark(self._path.read_bytes()).orientation
        pace, seconds = Pacer(self._timing), 0.0
        for index, (picture, duration) in enumerate(zip(animation.frames, animation.durations, strict=True)):
            if self._paced:
                pace.wait(seconds)
            image = upright(over_grey(np.asarray(picture, np.uint8)), mark)
            yield Frame(image, index, seconds, captured_at=self._timing.clock())
            step = float(duration) / 1000
            seconds += step if step >= _SHORTEST_S else _INSTEAD_S
