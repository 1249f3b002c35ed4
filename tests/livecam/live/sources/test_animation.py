"""Animated pictures as sources: every picture at its time."""

from __future__ import annotations

import io
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from PIL import Image

from livecam.core.errors import SourceError
from livecam.live.sources.factory import open_source
from livecam.live.sources.images import is_animation
from livecam.settings import SourceSettings

CODECS = {".webp": ("libwebp_anim", "bgra"), ".png": ("apng", "rgb24"), ".avif": ("libsvtav1", "yuv420p")}


def animated(path: Path, levels: tuple[int, ...] = (40, 120, 200)) -> Path:
    """Pictures of these brightnesses, a fifth of a second each."""
    codec, form = CODECS[path.suffix]
    file = io.BytesIO()
    with av.open(file, "w", format={".png": "apng"}.get(path.suffix, path.suffix[1:])) as container:
        stream = container.add_stream(codec, rate=5, options={"svtav1-params": "lookahead=0"} if "av1" in codec else {})
        stream.width, stream.height, stream.pix_fmt = 96, 64, form
        for index, level in enumerate(levels):
            frame = av.VideoFrame.from_ndarray(np.full((64, 96, 3), level, np.uint8), "bgr24").reformat(format=form)
            frame.pts, frame.time_base = index, Fraction(1, 5)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    path.write_bytes(file.getvalue())
    return path


@pytest.mark.parametrize("suffix", CODECS)
def test_every_picture_comes_once_at_its_time(tmp_path: Path, suffix: str) -> None:
    source = open_source(SourceSettings(source=str(animated(tmp_path / f"a{suffix}"))), paced=False)
    frames = list(source)
    assert [frame.image.mean() for frame in frames] == pytest.approx([40, 120, 200], abs=4)
    assert [frame.timestamp for frame in frames] == pytest.approx([0, 0.2, 0.4], abs=0.01)
    assert [frame.index for frame in frames] == [0, 1, 2]


@pytest.mark.parametrize(("last", "times"), [(200, [0, 0.2, 0.4]), (3000, [0, 0.2, 0.4, 3.2])])
def test_a_last_picture_that_is_held_comes_once_more_at_its_end(tmp_path: Path, last: int, times: list[float]) -> None:
    pictures = [Image.fromarray(np.full((64, 96, 3), level, np.uint8)) for level in (40, 120, 200)]
    pictures[0].save(tmp_path / "a.webp", save_all=True, append_images=pictures[1:], duration=[200, 200, last])
    frames = list(open_source(SourceSettings(source=str(tmp_path / "a.webp")), paced=False))
    assert [frame.timestamp for frame in frames] == pytest.approx(times)
    assert frames[-1].image.mean() == pytest.approx(200, abs=4)


@pytest.mark.parametrize("suffix", [".webp", ".png", ".jpg"])
def test_a_still_picture_is_no_animation(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"still{suffix}"
    path.write_bytes(cv2.imencode(suffix, np.full((64, 96, 3), 90, np.uint8))[1].tobytes())
    assert not is_animation(path)


def test_a_damaged_animation_is_an_error_that_names_it(tmp_path: Path) -> None:
    path = animated(tmp_path / "a.webp")
    path.write_bytes(path.read_bytes()[:60])
    with pytest.raises(SourceError, match=r"a\.webp' is damaged"):
        list(open_source(SourceSettings(source=str(path)), paced=False))
