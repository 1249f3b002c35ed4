"""The image source: still images, each a frame, or a slide show."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from pathlib import Path

from livecam.core.errors import SourceError
from livecam.core.image_files.images import SUFFIXES, read_image
from livecam.core.types import Frame, Image
from livecam.live.sources.pacing import REAL_TIME, FrameTiming, Pacer

_SLIDE_S = 2.0


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
