"""Image sources: still images, each a frame, or a slide show; animated WebP (PyAV reads the other animations)."""

from __future__ import annotations

import itertools
import math
import statistics
from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np

from livecam.core.errors import SourceError
from livecam.core.image_files.heif import is_heif
from livecam.core.image_files.images import SUFFIXES, over_grey, read_image
from livecam.core.image_files.iso_boxes import boxes
from livecam.core.image_files.orientation import exif_mark, upright
from livecam.core.runtime import without_decoder_noise
from livecam.core.types import Frame, Image
from livecam.live.sources.containers.timeline import HELD_S
from livecam.live.sources.pacing import REAL_TIME, FrameTiming, Pacer

_SLIDE_S = 2.0
_SHORTEST_S, _INSTEAD_S = 0.011, 0.1  # browsers show what asks for less as if it had asked for this


class ImageSource:
    """Every picture once, in the order given, `1 / fps` apart.

    `paced` is a slide show: each picture is shown for two seconds, frame after frame so that a window stays alive and
    what is drawn can move; a single picture stays for good. A file that is no picture is a SourceError naming it.
    """

    def __init__(
        self, paths: Sequence[Path], fps: float = 30.0, *, paced: bool = False, timing: FrameTiming = REAL_TIME
    ) -> None:
        if not paths:
            raise SourceError("there are no pictures to show")
        self._paths, self._fps, self._paced, self._timing = tuple(paths), fps, paced, timing

    def __iter__(self) -> Iterator[Frame]:
        pace = Pacer(self._timing)
        before: Image | None = None
        for index, image in enumerate(self._images()):
            if self._paced:
                pace.wait(index / self._fps)
            cut, before = image is not before, image
            yield Frame(image, index, index / self._fps, captured_at=self._timing.clock(), scene_cut=cut)

    def _images(self) -> Iterator[Image]:
        for path in self._paths:
            image = read_image(path)
            yield from itertools.repeat(image, self._repeats()) if self._repeats() else itertools.repeat(image)

    def _repeats(self) -> int:
        """How often a picture is shown; 0 is without end."""
        if not self._paced:
            return 1
        return 0 if len(self._paths) == 1 else max(math.ceil(_SLIDE_S * self._fps), 1)


def images_in(folder: Path) -> list[Path]:
    """The pictures of a folder by name; SourceError when it has none."""
    try:
        found = sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES and path.is_file())
    except OSError as error:
        raise SourceError(f"the folder '{folder}' cannot be read: {(error.strerror or '').lower()}") from error
    if not found:
        raise SourceError(f"the folder '{folder}' has no pictures; files ending in .png, .jpg, .webp, .tif or .bmp are")
    return found


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
    """Every picture of an animated WebP at its time, a last one that is held once more at the end of its time, as of
    videos; `paced` shows each at its own."""

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
        pace = Pacer(self._timing)
        for index, seconds in enumerate(_times([each / 1000 for each in animation.durations])):
            if self._paced:
                pace.wait(seconds)
            picture = np.asarray(animation.frames[min(index, len(animation.frames) - 1)], np.uint8)
            yield Frame(upright(over_grey(picture), mark), index, seconds, captured_at=self._timing.clock())


def _times(durations: Sequence[float]) -> list[float]:
    """When each picture comes, and the last one once more where it is held, seconds."""
    steps = [float(step) if step >= _SHORTEST_S else _INSTEAD_S for step in durations]
    usual = statistics.median(steps)
    held = [sum(steps) - usual] if steps[-1] > max(HELD_S, 3 * usual) else []
    return [*itertools.accumulate(steps[:-1], initial=0.0), *held]
