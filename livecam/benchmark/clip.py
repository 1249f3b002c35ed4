"""Benchmark frames: decoded once, brought to one size, kept in memory, the same for every contender."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from livecam.core.errors import SettingsError, SourceError
from livecam.core.types import Frame, Image, Size
from livecam.live.sinks.encoder import fitted

_FPS = 30.0
_MEMORY_SHARE = 0.5
_TILES = 12  # along the height; no face is left whole in a tile that small
_FACELESS_FRAMES = 30


class Resized:
    """The frames of a source brought to one size, as the frames of a camera that was asked for it."""

    def __init__(self, source: Iterable[Frame], size: Size) -> None:
        self._source, self._size = source, size

    def __iter__(self) -> Iterator[Frame]:
        return (replace(frame, image=fitted(frame.image, self._size)) for frame in self._source)


def open_source(source: str, size: Size) -> Iterable[Frame]:
    """The demo at `size`, or a video file at its own; SourceError for anything that cannot be measured again."""
    # PyAV takes long to load, and the demo does not need it.
    if source == "demo":
        from livecam.live.sources.demo import DemoSource

        return DemoSource(*size, fps=_FPS)
    if not Path(source).is_file():
        raise SourceError(f"there is no video '{source}'; bench measures a video file or the demo, never a live camera")
    from livecam.live.sources.video import VideoSource

    return VideoSource(Path(source))


def load(source: str, size: Size, count: int) -> list[Frame]:
    """`count` frames of one size; a video that is shorter runs back and forth, so that nothing ever jumps.

    SettingsError when they do not fit into half of the machine's memory.
    """
    _check_memory(size, count)
    frames = list(itertools.islice(Resized(open_source(source, size), size), count))
    return back_and_forth(frames, count)


def back_and_forth(frames: Sequence[Frame], count: int) -> list[Frame]:
    """`count` frames that share the images of `frames`, with indices and times that go on."""
    turn = [*range(len(frames)), *range(len(frames) - 2, 0, -1)]
    step = _step(frames)
    shown = itertools.islice(itertools.cycle(turn), count)
    return [replace(frames[place], index=index, timestamp=index * step) for index, place in enumerate(shown)]


def onwards(frames: Sequence[Frame], after: Sequence[Frame], count: int) -> list[Frame]:
    """`count` frames, back and forth, whose indices and times go on where `after` ends."""
    last = after[-1]
    return [
        replace(frame, index=last.index + 1 + frame.index, timestamp=last.timestamp + _step(after) + frame.timestamp)
        for frame in back_and_forth(frames, count)
    ]


def faceless(frames: Sequence[Frame]) -> list[Frame]:
    """A few of the frames with the same texture and no face: their tiles are shuffled."""
    return [replace(frame, image=_shuffled(frame.image)) for frame in frames[:_FACELESS_FRAMES]]


def _step(frames: Sequence[Frame]) -> float:
    return frames[1].timestamp - frames[0].timestamp if len(frames) > 1 else 1 / _FPS


def _shuffled(image: Image) -> Image:
    side = max(1, image.shape[0] // _TILES)
    rows, columns = image.shape[0] // side, image.shape[1] // side
    inner = image[: rows * side, : columns * side]
    tiles = inner.reshape(rows, side, columns, side, 3).swapaxes(1, 2).reshape(-1, side, side, 3)
    mixed = tiles[np.random.default_rng(1).permutation(len(tiles))]
    whole = image.copy()
    whole[: rows * side, : columns * side] = (
        mixed.reshape(rows, columns, side, side, 3).swapaxes(1, 2).reshape(inner.shape)
    )
    return whole


def _check_memory(size: Size, count: int) -> None:
    needed = 3 * size[0] * size[1] * count
    allowed = _MEMORY_SHARE * os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    if needed > allowed:
        raise SettingsError(
            f"{count} frames of {size[0]}x{size[1]} take {needed / 1e9:.1f} GB, more than half of the memory; "
            "take fewer --frames or a smaller --size"
        )
