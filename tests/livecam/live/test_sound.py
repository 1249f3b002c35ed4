"""The sound of a video goes into its recording, unchanged and at the times of the pictures."""

from __future__ import annotations

from fractions import Fraction
from itertools import takewhile
from pathlib import Path

import av
import numpy as np
import pytest

from livecam.live.sinks.video_file import VideoFileSink
from livecam.live.sources.video import VideoSource
from tests.livecam.live.sources.clips import write_clip

RATE = 44100


def write_film(path: Path, *, codec: str = "aac", seconds: float = 3.0) -> Path:
    """A film of 25 pictures a second with noise for its sound."""
    random = np.random.default_rng(1)
    with av.open(path, "w") as container:
        video = container.add_stream("mpeg4", rate=25)
        video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
        audio = container.add_stream(codec, rate=RATE, layout="mono")
        resampler = av.AudioResampler(audio.codec_context.format.name, "mono", RATE)
        for index in range(round(seconds * 25)):
            picture = av.VideoFrame.from_ndarray(np.full((48, 64, 3), index, np.uint8), "bgr24")
            picture.pts, picture.time_base = index, Fraction(1, 25)
            container.mux(video.encode(picture))
            noise = random.uniform(-0.3, 0.3, (1, RATE // 25)).astype(np.float32)
            sound = av.AudioFrame.from_ndarray(noise, "fltp", "mono")
            sound.sample_rate, sound.pts = RATE, index * (RATE // 25)
            for piece in resampler.resample(sound):
                container.mux(audio.encode(piece))
        container.mux(video.encode(None))
        container.mux(audio.encode(None))
    return path


def record(source: VideoSource, path: Path, *, seconds: float = 60.0) -> VideoFileSink:
    with VideoFileSink(path, sound=source.open_sound()) as sink:
        for frame in takewhile(lambda frame: frame.timestamp < seconds, source):
            sink.show(frame)
    return sink


def sounds(path: Path) -> list[tuple[float, bytes]]:
    """Seconds since the first picture, and the content, of every packet of sound from that picture on."""
    with av.open(path) as container:
        first = next(container.decode(video=0)).time
        container.seek(0)
        packets = [packet for packet in container.demux(audio=0) if packet.size and packet.pts is not None]
        return [
            (round(float(packet.pts * packet.time_base) - first, 3), bytes(packet))
            for packet in packets
            if float(packet.pts * packet.time_base) >= first
        ]


@pytest.mark.parametrize("name", ["film.mp4", "film.ts"])
@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_sound_is_copied_at_its_time(tmp_path: Path, name: str, suffix: str) -> None:
    film = write_film(tmp_path / name)

    record(VideoSource(film), tmp_path / f"out{suffix}")

    # MPEG-TS puts a header before each packet, which .mp4 and .mkv take off.
    wanted = [(seconds, data[7:] if name.endswith(".ts") else data) for seconds, data in sounds(film)]
    assert sounds(tmp_path / f"out{suffix}") == [
        (pytest.approx(seconds, abs=0.002), data) for seconds, data in wanted if seconds < 3.0
    ]


def test_sound_ends_with_the_last_picture_that_was_taken(tmp_path: Path) -> None:
    record(VideoSource(write_film(tmp_path / "film.mp4")), tmp_path / "out.mp4", seconds=1.5)

    assert sounds(tmp_path / "out.mp4")[-1][0] == pytest.approx(1.5, abs=1024 / RATE)


def test_a_video_without_sound_is_recorded_without(tmp_path: Path) -> None:
    source = VideoSource(write_clip(tmp_path / "silent.mp4"))

    record(source, tmp_path / "out.mp4")

    with av.open(tmp_path / "out.mp4") as container:
        assert (source.open_sound(), len(container.streams.audio)) == (None, 0)


def test_sound_that_the_file_cannot_hold_is_said_and_the_pictures_are_kept(tmp_path: Path) -> None:
    source = VideoSource(write_film(tmp_path / "film.avi", codec="pcm_u8"))

    sink = record(source, tmp_path / "out.mp4")

    with av.open(tmp_path / "out.mp4") as container:
        assert (len(list(container.decode(video=0))), len(container.streams.audio)) == (75, 0)
    assert sink.without_sound.startswith("without its sound, for .mp4 cannot hold pcm_u8")
