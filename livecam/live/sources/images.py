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
from livecam.core.image_files.images import over_grey, read_image
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
    what is drawn can move; a single picture stays for good. A file that is no picture is left out, which the status of
    the next picture says, or that of the last one; where none can be read, it is a SourceError.
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
        for index, (image, status) in enumerate(self._images()):
            if self._paced:
                pace.wait(index / self._fps)
            cut, before = image is not before, image
            now = self._timing.clock()
            yield Frame(image, index, index / self._fps, captured_at=now, status=status, scene_cut=cut)

    def _images(self) -> Iterator[tuple[Image, str]]:
        """What is shown with its status, held back by one, so that the last can tell of what is left out after it."""
        held: tuple[Image, str] | None = None
        left_out: list[str] = []
        for path in self._paths:
            try:
                image = read_image(path)
            except SourceError as error:
                left_out.append(str(error))
                continue
            if held is not None:
                yield held
            held, left_out = (image, _notice(left_out)), []
            for _ in range(self._repeats() - 1) if self._repeats() else itertools.count():
                yield held
        if held is None:
            raise SourceError(left_out[0] if len(left_out) == 1 else f"none of the pictures can be read: {left_out[0]}")
        yield held[0], "; ".join(filter(None, (held[1], _notice(left_out))))

    def _repeats(self) -> int:
        """How often a picture is shown; 0 is without end."""
        if not self._paced:
            return 1
        return 0 if len(self._paths) == 1 else max(math.ceil(_SLIDE_S * self._fps), 1)


def _notice(left_out: Sequence[str]) -> str:
    """The first of the pictures that cannot be read, and how many more there are."""
    if len(left_out) < 2:
        return "".join(f"{error}; it is left out" for error in left_out)
    return f"{left_out[0]}; it is left out, and so {'is' if len(left_out) == 2 else 'are'} {len(left_out) - 1} more"


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
