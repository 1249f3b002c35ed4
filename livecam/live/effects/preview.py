"""Previews of effect packs: a small moving picture of one on the face of the demo."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from io import BytesIO
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from livecam.core.types import Image, Scene, Size
from livecam.live.effects.stack import SelectableEffect
from livecam.live.sources.demo import DemoSource
from livecam.perception.faces.factory import chosen, follow_recorded, open_model
from livecam.perception.pipeline import Perception, Smoothing
from livecam.perception.pupils.factory import open_pupils
from livecam.settings import EffectSettings, FaceDetectorName, PupilSettings, Trigger

if TYPE_CHECKING:
    from av.filter.context import FilterContext
    from av.video.frame import VideoFrame

FPS = 12
_DEMO: Size = (960, 540)
_SEEN = (slice(20, 420), slice(295, 695))  # rows and columns around the face


def demo_scenes(seconds: float, start: float = 0.0, fps: int = FPS) -> Iterator[Scene]:
    """The demo with its faces, from a moment on."""
    faces = follow_recorded(open_model(chosen(FaceDetectorName.AUTO)), 1)
    perception = Perception(faces, open_pupils(PupilSettings()), Smoothing())
    demo = DemoSource(*_DEMO, fps)
    for index in range(round(start * fps), round((start + seconds) * fps)):
        yield perception.see(demo.frame(index))


def preview(entry: str, *, seconds: float = 3.0, start: float = 0.0) -> Iterator[Image]:
    """The part of the demo around the face with an effect on it, (h, w, 3) BGR, `FPS` a second."""
    effect = SelectableEffect(EffectSettings(style=entry, trigger=Trigger.ALWAYS))
    for scene in demo_scenes(seconds, start):
        yield np.ascontiguousarray(effect.draw(scene)[_SEEN])


def animated_gif(images: Iterator[Image], *, width: int = 280, fps: int = FPS, colours: int = 96) -> bytes:
    """An endless GIF of images of one size, with a palette of its own.

    More colours make a larger file, fewer make blotches.
    """
    import av

    first = next(images)
    height = round(width * first.shape[0] / first.shape[1])
    file = BytesIO()
    with av.open(file, "w", format="gif") as container:
        stream = container.add_stream("gif", rate=fps)
        stream.width, stream.height, stream.pix_fmt = width, height, "pal8"
        for picture in _in_palette(first, images, (width, height), fps, colours):
            container.mux(stream.encode(picture))
        container.mux(stream.encode(None))
    return file.getvalue()


def _in_palette(first: Image, images: Iterator[Image], size: Size, fps: int, colours: int) -> Iterator[VideoFrame]:
    from av.filter import Graph
    from av.video.format import VideoFormat
    from av.video.frame import VideoFrame

    graph = Graph()
    height, width = first.shape[:2]
    source = graph.add_buffer(width=width, height=height, format=VideoFormat("bgr24"), time_base=Fraction(1, fps))
    scale = graph.add("scale", f"{size[0]}:{size[1]}:flags=area")
    split, palette = graph.add("split"), graph.add("palettegen", f"max_colors={colours}:stats_mode=diff")
    use, sink = graph.add("paletteuse", "dither=bayer:bayer_scale=5:diff_mode=rectangle"), graph.add("buffersink")
    for before, after in pairwise((source, scale, split)):
        before.link_to(after)
    split.link_to(use, 0, 0)
    split.link_to(palette, 1, 0)
    palette.link_to(use, 0, 1)
    use.link_to(sink)
    graph.configure()
    for index, image in enumerate((first, *images)):
        picture = VideoFrame.from_ndarray(image, format="bgr24")
        picture.pts, picture.time_base = index, Fraction(1, fps)
        source.push(picture)
    source.push(None)
    yield from _pulled(sink)


def _pulled(sink: FilterContext) -> Iterator[VideoFrame]:
    import av
    from av.video.frame import VideoFrame

    while True:
        try:
            picture = sink.pull()
        except (av.error.EOFError, av.error.BlockingIOError):
            return
        assert isinstance(picture, VideoFrame)
        yield picture
