"""Videos: every frame, in order, upright, at its true time, and what can be saved of a damaged one."""

from __future__ import annotations

import itertools
import struct
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from av.bitstream import BitStreamFilterContext

from livecam.core.errors import SourceError
from livecam.core.image_files.orientation import Orientation, upright
from livecam.live.sources.video import VideoSource
from tests.livecam.live.sources.clips import add_sound, joined, level_to_number, turned_clockwise, with_box, write_clip
from tests.livecam.live.sources.clock import FakeTime
from tests.marked_pictures import quarters


def test_every_frame_comes_once_and_in_order(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.mp4")
    assert [level_to_number(frame.image) for frame in VideoSource(clip)] == list(range(10))


def test_times_are_those_of_the_file_though_they_are_uneven(tmp_path: Path) -> None:
    times = (0.0, 0.04, 0.2, 0.24, 1.0, 1.04)
    clip = write_clip(tmp_path / "clip.mkv", times=times)
    assert [frame.timestamp for frame in VideoSource(clip)] == pytest.approx(times, abs=0.002)


def test_time_counts_from_the_first_frame(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.mkv", times=(5.0, 5.04, 5.08))
    assert [frame.timestamp for frame in VideoSource(clip)] == pytest.approx((0.0, 0.04, 0.08), abs=0.002)


def test_a_video_taken_sideways_stands_upright(tmp_path: Path) -> None:
    clip = turned_clockwise(write_clip(tmp_path / "clip.mp4", size=(64, 48)))
    assert next(iter(VideoSource(clip))).size == (48, 64)


def test_a_clip_to_be_turned_clockwise_shows_its_left_side_on_top(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.mp4", times=(0.0, 0.04), picture=left_half_white)
    shown = next(iter(VideoSource(turned_clockwise(clip)))).image
    assert shown[:20].min() > 200
    assert shown[-20:].max() < 60


def left_half_white(index: int, size: tuple[int, int]) -> np.ndarray:
    image = np.zeros((size[1], size[0], 3), np.uint8)
    image[:, : size[0] // 2] = 255
    return image


def noise(index: int, size: tuple[int, int]) -> np.ndarray:
    return np.random.default_rng(index).integers(0, 255, (size[1], size[0], 3), np.uint8)


def test_a_truncated_video_yields_what_can_be_read_and_says_so(tmp_path: Path) -> None:
    times = [index / 25 for index in range(100)]
    clip = write_clip(tmp_path / "clip.mp4", times=times, picture=noise, options={"movflags": "faststart"})
    clip.write_bytes(clip.read_bytes()[: int(clip.stat().st_size * 0.6)])
    frames = list(VideoSource(clip))
    assert 5 < len(frames) < 100
    assert "video is" in frames[-1].status
    assert not any(frame.status for frame in frames[:-1])


def test_a_whole_video_ends_without_a_notice(tmp_path: Path) -> None:
    assert list(VideoSource(write_clip(tmp_path / "clip.mp4")))[-1].status == ""


def test_pictures_of_an_unknown_codec_are_an_error_that_says_so(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.mkv")
    clip.write_bytes(clip.read_bytes().replace(b"V_MPEG4/ISO/AVC", b"V_NOBODY/KNOWS/"))
    with pytest.raises(SourceError, match=r"pictures of '.*clip\.mkv' are coded in a way that is not known here"):
        VideoSource(clip)


@pytest.mark.parametrize("size", [(65, 47), (16, 16), (2, 2)])
def test_odd_and_tiny_frame_sizes_are_read(tmp_path: Path, size: tuple[int, int]) -> None:
    clip = write_clip(tmp_path / "clip.mkv", size=size, codec="ffv1")
    assert next(iter(VideoSource(clip))).size == size


@pytest.mark.parametrize("content", [b"", b"this is a letter", bytes(5000)])
def test_a_file_that_is_no_video_is_an_error_that_names_it(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "letter.mp4"
    path.write_bytes(content)
    with pytest.raises(SourceError, match=r"letter\.mp4"):
        VideoSource(path)


def test_a_video_whose_end_was_never_written_is_an_error(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.mp4")
    clip.write_bytes(clip.read_bytes()[:500])
    with pytest.raises(SourceError, match=r"clip\.mp4"):
        list(VideoSource(clip))


def test_shown_live_each_frame_waits_for_its_time(tmp_path: Path) -> None:
    time = FakeTime()
    clip = write_clip(tmp_path / "clip.mkv", times=(0.0, 0.5, 0.75))
    shown = [time.now for _ in VideoSource(clip, paced=True, timing=time.timing)]
    assert shown == pytest.approx([0.0, 0.5, 0.75], abs=0.002)


def test_a_slow_reader_of_a_file_still_gets_every_frame(tmp_path: Path) -> None:
    time = FakeTime()
    numbers = []
    for frame in VideoSource(write_clip(tmp_path / "clip.mp4"), paced=True, timing=time.timing):
        numbers.append(frame.index)
        time.now += 1.0
    assert numbers == list(range(10))


HALF_SECOND = tuple(index / 25 for index in range(12))


def test_a_recording_joined_of_two_goes_on_where_the_first_ends(tmp_path: Path) -> None:
    parts = [write_clip(tmp_path / f"{index}.ts", times=HALF_SECOND) for index in range(2)]
    times = [frame.timestamp for frame in VideoSource(joined(tmp_path / "joined.ts", *parts))]
    assert times == pytest.approx([index / 25 for index in range(24)], abs=0.002)


def test_a_recording_whose_clock_leaps_by_hours_has_its_own_length(tmp_path: Path) -> None:
    late = tuple(seconds + 20_000 for seconds in HALF_SECOND)
    clip = joined(
        tmp_path / "joined.ts",
        write_clip(tmp_path / "0.ts", times=HALF_SECOND),
        write_clip(tmp_path / "1.ts", times=late),
    )
    assert list(VideoSource(clip))[-1].timestamp == pytest.approx(23 / 25, abs=0.002)


@pytest.mark.parametrize(("shape", "size"), [(Fraction(64, 45), (91, 48)), (Fraction(1, 2), (64, 96))])
@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_pixels_become_square(tmp_path: Path, shape: Fraction, size: tuple[int, int], suffix: str) -> None:
    clip = write_clip(tmp_path / f"clip{suffix}", size=(64, 48), shape=shape)
    assert next(iter(VideoSource(clip))).size == size


MATRICES = {
    1: (1, 0, 0, 1),
    2: (-1, 0, 0, 1),
    3: (-1, 0, 0, -1),
    4: (1, 0, 0, -1),
    5: (0, 1, 1, 0),
    6: (0, 1, -1, 0),
    7: (0, -1, -1, 0),
    8: (0, -1, 1, 0),
}


@pytest.mark.parametrize("orientation", Orientation)
@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_a_video_stands_upright_by_every_display_matrix(tmp_path: Path, orientation: Orientation, suffix: str) -> None:
    a, b, c, d = (value << 16 for value in MATRICES[orientation])
    matrix = (a, b, 0, c, d, 0, 0, 0, 1 << 30)
    if suffix == ".mkv" and orientation not in (1, 3, 6, 8):
        pytest.skip("Matroska knows turns about three axes, of which the muxer writes one")
    clip = write_clip(tmp_path / f"clip{suffix}", size=(96, 64), matrix=matrix, picture=lambda *_: quarters())
    shown = next(iter(VideoSource(clip))).image
    np.testing.assert_allclose(shown.astype(int), upright(quarters(), orientation), atol=30)
    assert np.abs(shown.astype(int) - upright(quarters(), orientation)).mean() < 4


def test_of_an_mp4_with_a_clean_aperture_only_that_is_shown(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.mp4", size=(96, 64), picture=lambda *_: quarters())
    aperture = struct.pack(">8i", 48, 1, 32, 1, 24, 1, 16, 1)  # the quarter at the bottom right
    box = struct.pack(">I", 8 + len(aperture)) + b"clap" + aperture
    path = [b"moov", b"trak", b"mdia", b"minf", b"stbl", b"stsd", b"avc1"]
    frame = next(iter(VideoSource(with_box(clip, box, into=path, behind=78))))
    assert frame.size == (48, 32)
    assert frame.image.mean() == pytest.approx(220, abs=4)


def test_of_an_h264_stream_that_is_cropped_at_the_left_only_the_rest_is_shown(tmp_path: Path) -> None:
    clip, cropped = write_clip(tmp_path / "clip.mp4", size=(96, 64), picture=lambda *_: quarters()), tmp_path / "c.mp4"
    with av.open(str(clip)) as source, av.open(str(cropped), "w") as target:
        video = source.streams.video[0]
        copy = target.add_stream_from_template(video)
        crop = BitStreamFilterContext("h264_metadata=crop_left=48:crop_top=32", video, copy)
        for packet in source.demux(video):
            for changed in crop.filter(packet):
                changed.stream = copy
                target.mux(changed)
    frame = next(iter(VideoSource(cropped)))
    assert frame.size == (48, 32)
    assert frame.image.mean() == pytest.approx(220, abs=4)


def test_of_a_matroska_file_with_cropped_edges_only_the_rest_is_shown(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.mkv", size=(96, 64), picture=lambda *_: quarters())
    video, void = bytes.fromhex("b08160ba814054b28104"), bytes.fromhex("ec0100000000000002") + bytes(2)
    crops = bytes.fromhex("54cc813054bb8120")  # 48 at the left, 32 at the top, in the room that the void leaves
    data = clip.read_bytes().replace(b"\xe0\x8a" + video, b"\xe0\x92" + video + crops, 1)
    clip.write_bytes(data.replace(void, b"\xec\x81\0", 1))
    frame = next(iter(VideoSource(clip)))
    assert frame.image.mean() == pytest.approx(220, abs=4)


def test_a_gif_whose_last_picture_is_held_is_whole_and_holds_it(tmp_path: Path) -> None:
    with av.open(str(tmp_path / "a.gif"), "w") as container:
        stream = container.add_stream("gif", rate=10)
        stream.width, stream.height, stream.pix_fmt = 32, 24, "rgb8"
        for index in range(5):
            frame = av.VideoFrame.from_ndarray(np.full((24, 32, 3), 40 * index, np.uint8), "bgr24")
            frame = frame.reformat(format="rgb8")
            frame.pts, frame.time_base = index, Fraction(1, 10)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    path = tmp_path / "a.gif"
    data = bytearray(path.read_bytes())
    last = data.rindex(b"\x21\xf9\x04")
    data[last + 4 : last + 6] = struct.pack("<H", 300)
    path.write_bytes(data)
    frames = list(VideoSource(path))
    assert (len(frames), frames[-1].status) == (6, "")
    assert frames[-1].timestamp == pytest.approx(0.4 + 3.0 - 0.1, abs=0.03)


def test_a_held_last_picture_of_an_mp4_is_shown_to_its_end_and_is_no_loss(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.mp4", times=(*HALF_SECOND, 4.44))
    frames = list(VideoSource(clip))
    assert frames[-1].status == ""
    assert [frame.index for frame in frames] == list(range(len(frames)))


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_sound_that_goes_on_is_no_loss_of_pictures(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"clip{suffix}"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        add_sound(container, 3.0)
        for index in range(10):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(np.full((48, 64, 3), index, np.uint8), "bgr24")))
        container.mux(stream.encode(None))
    frames = list(VideoSource(path))
    assert (len(frames), frames[-1].status) == (10, "")


@pytest.mark.parametrize("suffix", [".mkv", ".avi", ".mp4"])
def test_a_file_of_which_bytes_are_missing_is_called_cut_short(tmp_path: Path, suffix: str) -> None:
    times = [index / 25 for index in range(100)]
    options = {"movflags": "faststart"} if suffix == ".mp4" else None
    clip = write_clip(tmp_path / f"clip{suffix}", times=times, picture=noise, options=options, codec="mpeg4")
    clip.write_bytes(clip.read_bytes()[: int(clip.stat().st_size * 0.6)])
    notice = list(VideoSource(clip))[-1].status
    assert notice.startswith(("the video is cut short: it ends at", "the video is damaged"))


def test_a_song_with_a_cover_is_no_video(tmp_path: Path) -> None:
    path = tmp_path / "song.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mjpeg", rate=1)
        stream.width, stream.height, stream.pix_fmt = 96, 64, "yuvj420p"
        stream.disposition = av.stream.Disposition(1 << 10)
        add_sound(container, 1.0)
        container.mux(stream.encode(av.VideoFrame.from_ndarray(quarters(), "bgr24")))
        container.mux(stream.encode(None))
    with pytest.raises(SourceError, match="has only sound"):
        VideoSource(path)


def with_two_tracks(path: Path, default: int, *, first: str = "libx264") -> Path:
    """Track 0 is 64 wide and dark, track 1 is 32 wide and bright."""
    with av.open(str(path), "w") as container:
        streams = [container.add_stream(codec, rate=25) for codec in (first, "libx264")]
        for number, stream in enumerate(streams):
            stream.width, stream.height = (64, 48) if number == 0 else (32, 24)
            stream.pix_fmt = "yuvj420p" if stream.codec_context.name == "mjpeg" else "yuv420p"
            stream.disposition = av.stream.Disposition(int(number == default))
        for index, (number, stream) in itertools.product(range(5), enumerate(streams)):
            if number == 0 and first == "mjpeg" and index:
                continue
            image = np.full((stream.height, stream.width, 3), 50 + 150 * number, np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, "bgr24")))
        for stream in streams:
            container.mux(stream.encode(None))
    return path


@pytest.mark.parametrize(("default", "width"), [(0, 64), (1, 32)])
def test_of_two_tracks_the_default_one_is_shown(tmp_path: Path, default: int, width: int) -> None:
    assert next(iter(VideoSource(with_two_tracks(tmp_path / "two.mkv", default)))).size[0] == width


def test_a_cover_that_is_a_track_of_one_picture_is_not_the_film(tmp_path: Path) -> None:
    frames = list(VideoSource(with_two_tracks(tmp_path / "two.mkv", 0, first="mjpeg")))
    assert (len(frames), frames[0].size[0]) == (5, 32)


@pytest.mark.parametrize(
    "name", ["clip-12:30:05.mp4", "http:clip.mp4", "-clip.mp4", "pipe:1.mp4", "%03d.mp4", "ä ö?.mp4"]
)
def test_a_file_may_be_called_anything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.chdir(tmp_path)
    write_clip(Path(name))
    assert len(list(VideoSource(Path(name)))) == 10


def test_a_playlist_on_the_disk_that_was_left_without_its_end_is_over(tmp_path: Path) -> None:
    write_clip(tmp_path / "part.ts")
    (tmp_path / "list.m3u8").write_text("#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:0.4,\npart.ts\n")
    assert len(list(VideoSource(tmp_path / "list.m3u8"))) == 10
