"""What every Source keeps, the fake included."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from livecam.core.image_files.orientation import Orientation
from livecam.core.interfaces import Source
from livecam.live.sources.camera import CameraSource
from livecam.live.sources.demo import DemoSource
from livecam.live.sources.images import ImageSource, WebpAnimation
from livecam.live.sources.video import VideoSource
from livecam.live.sources.wrappers import OrientedSource
from tests.fakes import FakeSource
from tests.livecam.live.sources.clips import write_clip
from tests.livecam.live.sources.test_animation import animated
from tests.livecam.live.sources.test_camera import QUICK, endless, opener_of


def pictures(folder: Path, count: int = 4) -> list[Path]:
    paths = [folder / f"{index}.png" for index in range(count)]
    for path in paths:
        cv2.imwrite(str(path), np.full((20, 30), 90, np.uint8))
    return paths


def make(name: str, folder: Path) -> Source:
    makers = {
        "fake": FakeSource,
        "demo": lambda: DemoSource(64, 48),
        "video": lambda: VideoSource(write_clip(folder / "clip.mp4")),
        "pictures": lambda: ImageSource(pictures(folder)),
        "animation": lambda: WebpAnimation(animated(folder / "a.webp")),
        "turned": lambda: OrientedSource(DemoSource(64, 48), Orientation.QUARTER_TURN),
        "camera": lambda: CameraSource(opener_of(endless()), patience=QUICK),
    }
    return makers[name]()


NAMES = ["fake", "demo", "video", "pictures", "animation", "turned", "camera"]


@pytest.fixture(params=NAMES)
def source(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Source]:
    with contextlib.ExitStack() as stack:
        made = make(request.param, tmp_path)
        if isinstance(made, contextlib.AbstractContextManager):
            stack.enter_context(made)
        yield made


def test_numbers_start_at_nought_and_rise(source: Source) -> None:
    numbers = [frame.index for frame in itertools.islice(source, 3)]
    assert numbers[0] >= 0
    assert all(after > before for before, after in itertools.pairwise(numbers))


def test_time_never_goes_back(source: Source) -> None:
    times = [frame.timestamp for frame in itertools.islice(source, 3)]
    assert times == sorted(times)
    assert times[0] >= 0


def test_pictures_are_contiguous_bgr_of_eight_bits(source: Source) -> None:
    image = next(iter(source)).image
    assert (image.dtype, image.ndim, image.shape[2]) == (np.uint8, 3, 3)
    assert image.flags.c_contiguous


def test_it_can_be_iterated_again(source: Source) -> None:
    next(iter(source))
    assert next(iter(source)).image.size > 0


@pytest.mark.parametrize("name", [name for name in NAMES if name not in ("fake", "camera")])
def test_what_is_no_camera_starts_from_the_beginning_again(name: str, tmp_path: Path) -> None:
    source = make(name, tmp_path)
    runs = [[(frame.index, frame.timestamp) for frame in itertools.islice(source, 3)] for _ in range(2)]
    assert runs[0] == runs[1]
    assert runs[0][0] == (0, 0.0)
