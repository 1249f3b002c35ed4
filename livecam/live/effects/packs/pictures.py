"""Pictures of effect packs: PNG, numbered PNGs, APNG, animated WebP and GIF, with limits on their size and number."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from struct import unpack
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from livecam.core.errors import PackError
from livecam.core.runtime import without_decoder_noise
from livecam.drawing.sprites import AlphaSprite, LightSprite, MultiplySprite, Rgba, Sprite

LARGEST_FILE = 16 << 20  # bytes
LARGEST_SIDE = 2048  # pixels
MOST_FRAMES = 240
MOST_PIXELS = 48_000_000  # of all frames of a pack
_SHORTEST_S, _INSTEAD_S = 0.011, 0.1  # browsers show what asks for less as if it had asked for this


@dataclass(frozen=True, slots=True, eq=False)
class AnimatedSprite:
    """One picture, or several in time."""

    frames: tuple[Sprite, ...]
    ends: tuple[float, ...]  # seconds from the beginning, when each frame gives way to the next
    aspect: float = field(init=False)  # height over width

    def __post_init__(self) -> None:
        first = self.frames[0].levels[0]
        object.__setattr__(self, "aspect", first.height / first.width)

    @property
    def seconds(self) -> float:
        return self.ends[-1]

    @property
    def pixels(self) -> int:
        """Of all frames."""
        shapes = [frame.levels[0].picture.shape for frame in self.frames]
        return sum(shape[0] * shape[1] for shape in shapes)

    def at(self, seconds: float, play: str) -> Sprite:
        """The frame at a moment; `play` is loop, once (the last one stays) or pingpong."""
        if len(self.frames) == 1:
            return self.frames[0]
        whole = self.seconds
        if play == "once":
            moment = min(max(seconds, 0.0), whole)
        elif play == "pingpong":
            moment = whole - abs(seconds % (2 * whole) - whole)
        else:
            moment = seconds % whole
        return next((frame for frame, end in zip(self.frames, self.ends, strict=True) if moment < end), self.frames[-1])


Stamp = tuple[tuple[str, int, int], ...]  # name, time of change and size of files
MakeSprite = Callable[[Rgba], Sprite]


def maker(blend: str, glow: float) -> MakeSprite:
    """What makes a sprite of a picture for a way of blending."""
    makers: dict[str, MakeSprite] = {
        "normal": AlphaSprite.of,
        "multiply": lambda rgba: MultiplySprite.of(rgba, glow=glow),
        "screen": lambda rgba: LightSprite.of(rgba, adds=False),
        "add": lambda rgba: LightSprite.of(rgba, adds=True),
    }
    return makers[blend]


@dataclass(frozen=True, slots=True, eq=False)
class Pictures:
    """The frames of a file or of numbered files, as they were read."""

    frames: tuple[Rgba, ...]
    durations: tuple[float, ...]  # seconds; nought where the file does not say

    @property
    def pixels(self) -> int:
        return sum(frame.shape[0] * frame.shape[1] for frame in self.frames)

    def animated(self, make: MakeSprite, fps: float | None) -> AnimatedSprite:
        """Their sprites; `fps` overrides the durations of the file."""
        ends, moment = [], 0.0
        for duration in self.durations:
            moment += 1 / fps if fps else duration if duration >= _SHORTEST_S else _INSTEAD_S
            ends.append(moment)
        return AnimatedSprite(tuple(make(frame) for frame in self.frames), tuple(ends))


def read_sprite(folder: Path, name: str, blend: str, glow: float, fps: float | None) -> AnimatedSprite:
    """The picture or animation of a pack, ready to be laid on; read again only when a file of it has changed.

    PackError as for `read_pictures`.
    """
    return _sprite(folder, name, _stamp(folder, name), (blend, glow, fps))


@lru_cache(maxsize=128)
def _sprite(folder: Path, name: str, stamp: Stamp, how: tuple[str, float, float | None]) -> AnimatedSprite:
    blend, glow, fps = how
    return read_pictures(folder, name).animated(maker(blend, glow), fps)


def _stamp(folder: Path, name: str) -> Stamp:
    """Another one for every change of the files; nothing where they cannot be looked at."""
    try:
        where = (folder / name).parent
        paths = [path for path in where.iterdir() if path.is_file()] if "*" in name else [folder / name]
        return tuple((path.name, path.stat().st_mtime_ns, path.stat().st_size) for path in sorted(paths))
    except (OSError, ValueError):
        return ()


def read_pictures(folder: Path, name: str) -> Pictures:
    """The picture or animation `name` of a pack, or its numbered files where `name` has a `*`.

    PackError for a name outside the folder, for what is missing or damaged, and for what is too large.
    """
    if "*" in name:
        return _numbered(folder, name)
    return _read(_inside(folder, name), name)


def _inside(folder: Path, name: str) -> Path:
    path = folder / name
    try:
        inside = path.resolve().is_relative_to(folder.resolve())
    except (OSError, ValueError, RuntimeError) as error:
        raise PackError(f"the picture '{_shown(name)}' has a name that no file can have") from error
    if not inside or Path(name).is_absolute():
        raise PackError(f"the picture '{_shown(name)}' lies outside the folder of the pack; copy it into the folder")
    return path


def _numbered(folder: Path, name: str) -> Pictures:
    pattern = Path(name)
    if "*" in str(pattern.parent) or "**" in name:
        raise PackError(f"the pictures '{_shown(name)}' cannot be found; a * may stand in the name of the file only")
    where = _inside(folder, str(pattern.parent))
    wanted = re.compile(re.escape(pattern.name).replace(r"\*", ".*"))
    found = sorted((path for path in _entries(where) if wanted.fullmatch(path.name)), key=_by_number)
    if not found:
        raise PackError(f"there are no pictures '{_shown(name)}'; number them, such as frames/01.png")
    if len(found) > MOST_FRAMES:
        raise PackError(f"'{_shown(name)}' are {len(found)} pictures; at most {MOST_FRAMES} make an animation")
    parts = [_read(path, path.name) for path in found]
    frames = tuple(frame for part in parts for frame in part.frames)
    first = frames[0].shape
    for path, part in zip(found, parts, strict=True):
        if any(frame.shape != first for frame in part.frames):
            raise PackError(f"'{path.name}' has another size than the first picture of the animation; make them alike")
    _check_amount(name, len(frames), sum(part.pixels for part in parts))
    return Pictures(frames, tuple(0.0 for _ in frames))


def _entries(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError:
        return []


def _by_number(path: Path) -> tuple[int, str]:
    numbers = re.findall(r"\d+", path.stem)
    return (int(numbers[-1][:15]) if numbers else -1, path.name)


def _read(path: Path, name: str) -> Pictures:
    shown = _shown(name)
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise PackError(f"the picture '{shown}' has {path.stat().st_size >> 20} MB; at most {LARGEST_FILE >> 20}")
        data = path.read_bytes()
    except FileNotFoundError:
        raise PackError(f"the picture '{shown}' is missing; {_present(path.parent)}") from None
    except (OSError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        raise PackError(f"the picture '{shown}' cannot be read: {reason}") from error
    width, height = _size(data, shown)
    if not (0 < width <= LARGEST_SIDE and 0 < height <= LARGEST_SIDE):
        raise PackError(f"the picture '{shown}' is {width}x{height}; at most {LARGEST_SIDE} pixels each way are drawn")
    pictures = _decoded(path, data, shown)
    _check_amount(name, len(pictures.frames), pictures.pixels)
    return pictures


def _check_amount(name: str, frames: int, pixels: int) -> None:
    if frames > MOST_FRAMES:
        raise PackError(f"'{_shown(name)}' has {frames} frames; at most {MOST_FRAMES} make an animation")
    if pixels > MOST_PIXELS:
        raise PackError(
            f"'{_shown(name)}' has {pixels / 1e6:.0f} million pixels in all; at most {MOST_PIXELS // 10**6}"
        )


def _present(folder: Path) -> str:
    names = sorted(path.name for path in _entries(folder) if path.suffix.lower() in (".png", ".webp", ".gif", ".apng"))
    return f"there are {', '.join(names[:8])}" if names else "there is no picture in that folder"


def _shown(name: str) -> str:
    shown = "".join(letter if letter.isprintable() else "?" for letter in name)
    return shown if len(shown) <= 80 else f"{shown[:77]}..."


_PNG, _WEBP_WIDE = b"\x89PNG\r\n\x1a\n", 30


def _size(data: bytes, shown: str) -> tuple[int, int]:
    """Width and height as the file says, before anything is decoded."""
    if data.startswith(_PNG) and len(data) >= 24:
        width, height = unpack(">II", data[16:24])
        return int(width), int(height)
    if data.startswith(b"GIF8") and len(data) >= 10:
        width, height = unpack("<HH", data[6:10])
        return int(width), int(height)
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP" and len(data) >= _WEBP_WIDE:
        return _webp_size(data)
    raise PackError(f"the picture '{shown}' is damaged or no PNG, WebP or GIF; save it as a PNG with transparency")


def _webp_size(data: bytes) -> tuple[int, int]:
    kind = data[12:16]
    if kind == b"VP8X":
        return 1 + int.from_bytes(data[24:27], "little"), 1 + int.from_bytes(data[27:30], "little")
    if kind == b"VP8L":
        bits = int.from_bytes(data[21:25], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    width, height = unpack("<HH", data[26:30])
    return width & 0x3FFF, height & 0x3FFF


def _decoded(path: Path, data: bytes, shown: str) -> Pictures:
    head = data[: 1 << 16]
    if head.startswith(_PNG) and 0 <= head.find(b"acTL") < head.find(b"IDAT"):
        return _by_ffmpeg(path, shown, "apng")
    if head.startswith(b"GIF8"):
        return _by_ffmpeg(path, shown, "gif")
    if head[:4] == b"RIFF" and head[12:16] == b"VP8X" and head[20] & 0x02:
        return _animated_webp(path, shown)
    with without_decoder_noise():
        try:
            picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
        except cv2.error:
            picture = None
    if picture is None:
        raise PackError(f"the picture '{shown}' is damaged; save it anew")
    return Pictures((_rgba(np.asarray(picture), shown),), (0.0,))


def _rgba(picture: NDArray[Any], shown: str) -> Rgba:
    if picture.dtype == np.uint16:
        picture = (picture >> 8).astype(np.uint8)
    if picture.dtype != np.uint8 or picture.ndim not in (2, 3):
        raise PackError(f"the picture '{shown}' has a depth that is not drawn; save it as a PNG of 8 bits")
    channels = 1 if picture.ndim == 2 else picture.shape[2]
    codes = {1: cv2.COLOR_GRAY2BGRA, 3: cv2.COLOR_BGR2BGRA}
    if channels in codes:
        return cv2.cvtColor(picture, codes[channels]).astype(np.uint8, copy=False)
    if channels == 2:
        grey, alpha = picture[..., 0], picture[..., 1]
        return np.dstack([grey, grey, grey, alpha])
    return np.ascontiguousarray(picture)


def _by_ffmpeg(path: Path, shown: str, format: str) -> Pictures:
    import av

    frames: list[Rgba] = []
    durations: list[float] = []
    pixels = 0
    try:
        with av.open(str(path), format=format) as container:
            stream = container.streams.video[0]
            for frame in container.decode(stream):
                picture = frame.to_ndarray(format="bgra")
                pixels += picture.shape[0] * picture.shape[1]
                _check_amount(shown, len(frames) + 1, pixels)
                frames.append(np.ascontiguousarray(picture))
                durations.append(float((frame.duration or 0) * (frame.time_base or 0)))
    except (av.error.FFmpegError, OSError, ValueError, IndexError) as error:
        raise PackError(f"the animation '{shown}' is damaged; save it anew") from error
    return _all_alike(frames, durations, shown)


def _animated_webp(path: Path, shown: str) -> Pictures:
    # In OpenCV since 4.11; the stubs of some versions lack it.
    read = getattr(cv2, "imreadanimation", None)
    if read is None:
        raise PackError(
            f"the animation '{shown}' is an animated WebP, which needs OpenCV 4.11 or newer; save it as APNG"
        )
    with without_decoder_noise():
        try:
            good, animation = read(str(path), 0, MOST_FRAMES + 1)
        except cv2.error:
            good, animation = False, None
    if not good or animation is None or not len(animation.frames):
        raise PackError(f"the animation '{shown}' is damaged; save it anew")
    frames = [_rgba(np.asarray(picture), shown) for picture in animation.frames]
    return _all_alike(frames, [float(ms) / 1000 for ms in animation.durations], shown)


def _all_alike(frames: Sequence[Rgba], durations: Sequence[float], shown: str) -> Pictures:
    if not frames:
        raise PackError(f"the animation '{shown}' has no pictures; save it anew")
    if any(frame.shape != frames[0].shape for frame in frames):
        raise PackError(f"the animation '{shown}' has pictures of several sizes; save it anew")
    return Pictures(tuple(frames), tuple(durations))
