"""Numbered pictures: the number survives the camera's compression, and tells how old a picture is when it is shown."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from livecam.benchmark.live.contestant import CpuMeter
from livecam.benchmark.live.results import latencies
from livecam.benchmark.live.stream import NUMBERS, NumberedStream, as_jpegs, burn, burnt
from livecam.core.errors import SourceError
from livecam.core.types import Frame, Image
from livecam.live.sources.http.mjpeg import HttpPictures, open_http_pictures


def picture(level: int = 90) -> Image:
    return np.full((64, 160, 3), level, np.uint8)


@pytest.mark.parametrize("number", [0, 1, 345, NUMBERS - 1])
def test_a_number_survives_a_jpeg(number: int) -> None:
    image = picture()
    burn(image, number)
    seen = cv2.imdecode(cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, 40])[1], cv2.IMREAD_COLOR)
    assert burnt(seen.astype(np.uint8)) == number


def test_the_stream_sends_its_pictures_in_order_and_knows_when() -> None:
    jpegs = as_jpegs([Frame(picture(), index, index / 30) for index in range(3)])
    with NumberedStream(jpegs, fps=100) as stream:
        pictures = open_http_pictures(stream.url, 100)
        assert isinstance(pictures, HttpPictures)
        numbers: list[int] = []
        while len(numbers) < 5 and not pictures.ended:
            image = pictures.read()
            numbers += [] if image is None else [burnt(image)]
        pictures.close()
    assert numbers == [0, 1, 2, 0, 1]
    assert [number for number, _ in stream.sent[:5]] == numbers


def test_the_age_of_a_picture_counts_from_when_its_number_was_sent_last() -> None:
    sent = [(0, 1.0), (1, 1.1), (0, 2.0)]
    assert list(latencies(sent, [(0, 1.004), (0, 2.010), (7, 3.0), (1, 1.0)])) == pytest.approx([4.0, 10.0])


def test_nothing_counts_before_the_warm_up_is_over() -> None:
    meter = CpuMeter(warm_up=2)
    for number in range(5):
        image = picture()
        burn(image, number)
        meter.picture(image)
    assert [number for number, _ in meter.shown] == [2, 3, 4]
    assert meter.turn().frames == 2


def test_a_stream_that_ends_during_the_warm_up_is_no_measurement() -> None:
    with pytest.raises(SourceError, match="before anything was measured"):
        CpuMeter(warm_up=2).turn()
