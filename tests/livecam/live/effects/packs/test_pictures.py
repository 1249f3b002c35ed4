"""Pictures and animations of packs: what is read, and what is told of those that cannot be."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image as Pil

from livecam.core.errors import PackError
from livecam.live.effects.packs.pictures import maker, read_pictures, read_sprite

COLOURS = [(255, 0, 0, 255), (0, 255, 0, 128), (0, 0, 255, 255)]


def frames(count: int = 3) -> list[Pil.Image]:
    return [Pil.new("RGBA", (12, 10), COLOURS[k % 3]) for k in range(count)]


@pytest.mark.parametrize("name", ["a.png", "a.webp", "a.gif"])
def test_an_animation_keeps_its_frames_their_times_and_their_colours(name: str, tmp_path: Path) -> None:
    first, *rest = frames()
    options = {"lossless": True} if name.endswith("webp") else {"disposal": 2} if name.endswith("gif") else {}
    first.save(tmp_path / name, save_all=True, append_images=rest, duration=[100, 200, 300], loop=0, **options)
    read = read_pictures(tmp_path, name)
    assert read.durations == pytest.approx([0.1, 0.2, 0.3], abs=0.02)
    assert [tuple(frame[5, 6, [2, 1, 0]]) for frame in read.frames][::2] == [(255, 0, 0), (0, 0, 255)]
    if not name.endswith("gif"):
        assert read.frames[1][5, 6].tolist() == pytest.approx([0, 255, 0, 128], abs=2)


def test_numbered_pictures_follow_their_numbers(tmp_path: Path) -> None:
    (tmp_path / "frames").mkdir()
    for number, picture in zip((10, 9, 1), frames(), strict=True):
        picture.save(tmp_path / "frames" / f"{number}.png")
    read = read_pictures(tmp_path, "frames/*.png")
    assert [frame[0, 0].tolist() for frame in read.frames] == [[255, 0, 0, 255], [0, 255, 0, 128], [0, 0, 255, 255]]


@pytest.mark.parametrize(("play", "expected"), [("loop", "01212"), ("once", "01222"), ("pingpong", "01210")])
def test_frames_are_played_as_asked(play: str, expected: str, tmp_path: Path) -> None:
    for number, picture in enumerate(frames()):
        picture.save(tmp_path / f"{number}.png")
    sprite = read_pictures(tmp_path, "*.png").animated(maker("normal", 0.25), fps=10.0)
    shown = [sprite.frames.index(sprite.at(moment, play)) for moment in (0.05, 0.15, 0.25, 0.45, 0.55)]
    assert "".join(map(str, shown)) == expected


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA", "P", "I;16"])
def test_every_kind_of_png_is_read(mode: str, tmp_path: Path) -> None:
    Pil.new(mode, (8, 8)).save(tmp_path / "a.png")
    assert read_pictures(tmp_path, "a.png").frames[0].shape == (8, 8, 4)


def png_of_size(width: int, height: int) -> bytes:
    """A picture that claims to be that large."""
    head = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    chunk = struct.pack(">I", 13) + b"IHDR" + head + struct.pack(">I", zlib.crc32(b"IHDR" + head))
    return b"\x89PNG\r\n\x1a\n" + chunk


def spoiled(folder: Path) -> dict[str, tuple[bytes, str]]:
    whole = cv2.imencode(".png", np.full((64, 64, 4), 200, np.uint8))[1].tobytes()
    first, *rest = frames()
    first.save(folder / "moving.png", save_all=True, append_images=rest)
    moving = (folder / "moving.png").read_bytes()
    return {
        "empty.png": (b"", "damaged or no PNG"),
        "text.png": (b"hello", "damaged or no PNG"),
        "jpeg.png": (cv2.imencode(".jpg", np.zeros((8, 8, 3), np.uint8))[1].tobytes(), "damaged or no PNG"),
        "cut.png": (whole[:60], "is damaged"),
        "huge.png": (png_of_size(60_000, 60_000), "60000x60000; at most 2048"),
        "flat.png": (png_of_size(0, 5), "at most 2048"),
        "heavy.png": (whole + bytes(17 << 20), "at most 16"),
        "cut-moving.png": (moving[: len(moving) // 3], "damaged"),
        "cut.gif": (b"GIF89a\x08\0\x08\0", "damaged"),
        "cut.webp": (b"RIFF\x20\0\0\0WEBPVP8X\n\0\0\0\x02\0\0\0\x07\0\0\x07\0\0", "damaged"),
    }


def test_what_cannot_be_drawn_is_told(tmp_path: Path) -> None:
    for name, (content, told) in spoiled(tmp_path).items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(PackError, match=told):
            read_pictures(tmp_path, name)


@pytest.mark.parametrize("name", ["no.png", "\0", "a" * 3000, "../x.png", "frames/*.png", ".", ""])
def test_a_name_that_leads_to_no_picture_is_told(name: str, tmp_path: Path) -> None:
    with pytest.raises(PackError):
        read_pictures(tmp_path, name)


def test_too_many_frames_are_told(tmp_path: Path) -> None:
    for number in range(241):
        (tmp_path / f"{number}.png").write_bytes(b"")
    with pytest.raises(PackError, match="241 pictures; at most 240"):
        read_pictures(tmp_path, "*.png")


def test_a_picture_is_read_anew_only_when_it_has_changed(tmp_path: Path) -> None:
    frames()[0].save(tmp_path / "a.png")
    one, same = (read_sprite(tmp_path, "a.png", "normal", 0.25, None) for _ in range(2))
    Pil.new("RGBA", (20, 10)).save(tmp_path / "a.png")
    other = read_sprite(tmp_path, "a.png", "normal", 0.25, None)
    assert (one is same, other.aspect) == (True, 0.5)
