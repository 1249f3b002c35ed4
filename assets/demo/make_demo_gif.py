"""Makes the moving picture of the README: each style in turn on the face of the demo."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from fractions import Fraction
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
from av.filter import Graph
from av.filter.context import FilterContext
from av.video.format import VideoFormat
from av.video.frame import VideoFrame

from livecam.core.files import write_atomically
from livecam.core.types import Image
from livecam.live.effects.flustered import Flustered
from livecam.live.effects.styles.registry import styles
from livecam.live.sources.demo import DemoSource
from livecam.perception.faces.factory import follow_recorded, open_model
from livecam.perception.pipeline import Perception, Smoothing
from livecam.perception.pupils.factory import open_pupils
from livecam.settings import EffectSettings, FaceDetectorName, PupilSettings

WIDTH, HEIGHT, FPS = 280, 210, 10
SECONDS_A_STYLE = 2.0
_DEMO = (960, 540)
_SEEN = (slice(20, 404), slice(224, 736))  # rows and columns around the face, in the proportions of the GIF
_COLOURS = 128  # in the palette of the GIF: fewer make a smaller file, and blotches


def frames() -> Iterator[Image]:
    """The demo with every style for a while, (h, w, 3) BGR."""
    faces = follow_recorded(open_model(FaceDetectorName.DLIB), 1)
    perception = Perception(faces, open_pupils(PupilSettings()), Smoothing())
    demo = DemoSource(*_DEMO, FPS)
    count = round(SECONDS_A_STYLE * FPS)
    for turn, style in enumerate(styles()):
        effect = Flustered(EffectSettings(style=style))
        for index in range(turn * count, (turn + 1) * count):
            yield np.ascontiguousarray(effect.draw(perception.see(demo.frame(index)))[_SEEN])


def gif(images: Iterator[Image]) -> bytes:
    """An endless GIF of what is seen of the images, with a palette of its own."""
    file = BytesIO()
    with av.open(file, "w", format="gif") as container:
        stream = container.add_stream("gif", rate=FPS)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "pal8"
        for picture in _in_palette(images):
            container.mux(stream.encode(picture))
        container.mux(stream.encode(None))
    return file.getvalue()


def _in_palette(images: Iterator[Image]) -> Iterator[VideoFrame]:
    graph = Graph()
    height, width = (seen.stop - seen.start for seen in _SEEN)
    source = graph.add_buffer(width=width, height=height, format=VideoFormat("bgr24"), time_base=Fraction(1, FPS))
    scale = graph.add("scale", f"{WIDTH}:{HEIGHT}:flags=area")
    split, palette = graph.add("split"), graph.add("palettegen", f"max_colors={_COLOURS}:stats_mode=diff")
    use, sink = graph.add("paletteuse", "dither=bayer:bayer_scale=5:diff_mode=rectangle"), graph.add("buffersink")
    for before, after in pairwise((source, scale, split)):
        before.link_to(after)
    split.link_to(use, 0, 0)
    split.link_to(palette, 1, 0)
    palette.link_to(use, 0, 1)
    use.link_to(sink)
    graph.configure()
    for index, image in enumerate(images):
        picture = VideoFrame.from_ndarray(image, format="bgr24")
        picture.pts, picture.time_base = index, Fraction(1, FPS)
        source.push(picture)
    source.push(None)
    yield from _pulled(sink)


def _pulled(sink: FilterContext) -> Iterator[VideoFrame]:
    while True:
        try:
            picture = sink.pull()
        except (av.error.EOFError, av.error.BlockingIOError):
            return
        assert isinstance(picture, VideoFrame)
        yield picture


if __name__ == "__main__":
    write_atomically(Path(sys.argv[1]), gif(frames()))
