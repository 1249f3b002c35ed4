"""Small picture files of every format, marked as turned, with alpha or with tiles, for tests."""

from __future__ import annotations

import io
import os
import re
import struct
import zlib

import av
import cv2
import numpy as np

from livecam.core.types import Image

Properties = list[tuple[bytes, bytes]]


def quarters(height: int = 64, width: int = 96) -> Image:
    """Four quarters of another brightness each, so that every turn and mirroring shows."""
    image = np.zeros((height, width, 3), np.uint8)
    image[: height // 2, : width // 2] = 40
    image[: height // 2, width // 2 :] = 100
    image[height // 2 :, : width // 2] = 160
    image[height // 2 :, width // 2 :] = 220
    return image


def tiff_block(orientation: int, order: str = ">") -> bytes:
    """The tags of EXIF with nothing but an orientation."""
    head = b"MM\0*" if order == ">" else b"II*\0"
    return head + struct.pack(f"{order}IHHHIHHI", 8, 1, 0x0112, 3, 1, orientation, 0, 0)


def jpeg(image: Image, orientation: int) -> bytes:
    plain = cv2.imencode(".jpg", image)[1].tobytes()
    exif = b"Exif\0\0" + tiff_block(orientation)
    return plain[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + plain[2:]


def png(image: Image, orientation: int, *, raw_profile: bool = False) -> bytes:
    """The mark stands behind the pixels, as `eXIf` or in a text as ImageMagick writes it."""
    plain = cv2.imencode(".png", image)[1].tobytes()
    if not raw_profile:
        return plain[:-12] + _chunk(b"eXIf", tiff_block(orientation)) + plain[-12:]
    exif = b"Exif\0\0" + tiff_block(orientation)
    text = b"\nexif\n%8d\n%s\n" % (len(exif), exif.hex().encode())
    profile = b"Raw profile type exif\0\0" + zlib.compress(text)
    return plain[:-12] + _chunk(b"zTXt", profile) + plain[-12:]


def webp(image: Image, orientation: int) -> bytes:
    plain = cv2.imencode(".webp", image, [cv2.IMWRITE_WEBP_QUALITY, 101])[1].tobytes()
    coded = plain[12:] if plain[12:16] != b"VP8X" else plain[30:]
    height, width = image.shape[:2]
    alpha = 0x10 if image.shape[2] == 4 else 0
    head = bytes([0x08 | alpha, 0, 0, 0]) + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    body = b"VP8X" + struct.pack("<I", 10) + head + coded + _riff(b"EXIF", tiff_block(orientation, "<"))
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


def tiff(samples: np.ndarray, orientation: int = 1, *, order: str = "<") -> bytes:
    """Uncompressed, in RGB or grey, of any kind of number."""
    if samples.ndim == 3:
        samples = samples[..., [2, 1, 0, *range(3, samples.shape[2])]]
    height, width = samples.shape[:2]
    channels = samples.shape[2] if samples.ndim == 3 else 1
    kind = {"u": 1, "i": 2, "f": 3}[samples.dtype.kind]
    data = samples.astype(samples.dtype.newbyteorder(order)).tobytes()
    entries = [
        (256, width),
        (257, height),
        (258, samples.dtype.itemsize * 8),
        (259, 1),
        (262, 2 if channels > 2 else 1),
    ]
    entries += [(273, 8), (274, orientation), (277, channels), (278, height), (279, len(data)), (339, kind)]
    if channels == 4:
        entries.insert(10, (338, 2))
    directory = 8 + len(data)
    beyond = directory + 2 + 12 * len(entries) + 4
    head, tail = b"", b""
    for tag, value in entries:
        if tag in (258, 339) and channels > 2:
            head += struct.pack(f"{order}HHII", tag, 3, channels, beyond + len(tail))
            tail += struct.pack(f"{order}{channels}H", *[value] * channels)
        elif tag in (256, 257, 273, 278, 279):
            head += struct.pack(f"{order}HHII", tag, 4, 1, value)
        else:
            head += struct.pack(f"{order}HHIHH", tag, 3, 1, value, 0)
    start = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(f"{order}I", directory)
    return start + data + struct.pack(f"{order}H", len(entries)) + head + bytes(4) + tail


def heic(
    image: Image, properties: Properties | None = None, *, tile: int | None = None, codec: str = "libx265"
) -> bytes:
    """An HEIC (or, with libsvtav1, AVIF) picture, in one piece or in square tiles, with its own `properties`."""
    tiles = [image] if tile is None else _tiles(image, tile)
    coded = [_coded(each, codec) for each in tiles]
    height, width = image.shape[:2]
    kind = b"hvc1" if codec == "libx265" else b"av01"
    size_of = [struct.pack(">II", each.shape[1], each.shape[0]) for each in tiles]
    parts = [_full(b"ispe", size_of[0]), _box(b"hvcC" if kind == b"hvc1" else b"av1C", coded[0][0])]
    wanted = [_box(name, content) for name, content in properties or []]
    numbers = list(range(1, len(tiles) + 1))
    primary = 1 if tile is None else len(tiles) + 1
    items = [(number, kind) for number in numbers] + ([] if tile is None else [(primary, b"grid")])
    grid = b"" if tile is None else _grid(width, height, tile)
    associations = {number: [1, 2] for number in numbers}
    if tile is not None:
        parts.append(_full(b"ispe", struct.pack(">II", width, height)))
        associations[primary] = [3]
    associations[primary] += [len(parts) + 1 + index for index in range(len(wanted))]
    parts += wanted
    payloads = [data for _, data in coded] + ([grid] if tile is not None else [])
    return _file(items, parts, associations, payloads, primary, tiles=numbers if tile is not None else [])


def _tiles(image: Image, side: int) -> list[Image]:
    height, width = image.shape[:2]
    padded = cv2.copyMakeBorder(image, 0, -height % side, 0, -width % side, cv2.BORDER_REPLICATE)
    rows, columns = padded.shape[0] // side, padded.shape[1] // side
    return [
        np.ascontiguousarray(padded[row * side : (row + 1) * side, column * side : (column + 1) * side])
        for row in range(rows)
        for column in range(columns)
    ]


def _grid(width: int, height: int, side: int) -> bytes:
    return bytes([0, 0, -(-height // side) - 1, -(-width // side) - 1]) + struct.pack(">HH", width, height)


def _coded(image: Image, codec: str) -> tuple[bytes, bytes]:
    """The configuration and the one picture as the file holds them."""
    os.environ.setdefault("SVT_LOG", "1")  # errors only
    is_hevc = codec == "libx265"
    options = {"x265-params": "log-level=none:info=0"} if is_hevc else {"svtav1-params": "avif=1"}
    file = io.BytesIO()
    with av.open(file, "w", format="hevc" if is_hevc else "mp4") as container:
        stream = container.add_stream(codec, rate=1, options={"crf": "10", **options})
        stream.width, stream.height, stream.pix_fmt = image.shape[1], image.shape[0], "yuv420p"
        container.mux(stream.encode(av.VideoFrame.from_ndarray(image, "bgr24")))
        container.mux(stream.encode(None))
    return _hevc(file.getvalue()) if is_hevc else _av1(file.getvalue())


def _hevc(stream: bytes) -> tuple[bytes, bytes]:
    """Parameter sets (kinds 32 to 34) go into the `hvcC` box, whose other fields decoders do not need."""
    units = [unit for unit in re.split(rb"\x00?\x00\x00\x01", stream) if unit]
    sets = [unit for unit in units if 32 <= unit[0] >> 1 & 63 <= 34]
    head = bytes([1, 1]) + bytes(10) + b"\x3c\xf0\0\xfc\xfd\xf8\xf8\0\0\x0f" + bytes([len(sets)])
    arrays = b"".join(bytes([unit[0] >> 1 & 63]) + struct.pack(">HH", 1, len(unit)) + unit for unit in sets)
    pictures = [unit for unit in units if unit[0] >> 1 & 63 < 32]
    return head + arrays, b"".join(struct.pack(">I", len(unit)) + unit for unit in pictures)


def _av1(movie: bytes) -> tuple[bytes, bytes]:
    place = movie.index(b"av1C")
    configuration = movie[place + 4 : place - 4 + int.from_bytes(movie[place - 4 : place], "big")]
    with av.open(io.BytesIO(movie)) as container:
        return configuration, b"".join(bytes(packet) for packet in container.demux(video=0) if packet.size)


def _file(
    items: list[tuple[int, bytes]],
    parts: list[bytes],
    associations: dict[int, list[int]],
    payloads: list[bytes],
    primary: int,
    *,
    tiles: list[int],
) -> bytes:
    brand = b"avif" if items[0][1] == b"av01" else b"heic"
    start = _box(b"ftyp", brand + bytes(4) + b"mif1" + brand)
    entries = b"".join(_full(b"infe", struct.pack(">HH", number, 0) + kind + b"\0", 2) for number, kind in items)
    ipma = struct.pack(">I", len(associations))
    for number, indices in associations.items():
        ipma += struct.pack(">HB", number, len(indices)) + bytes(indices)
    references = b""
    if tiles:
        listed = struct.pack(f">HH{len(tiles)}H", primary, len(tiles), *tiles)
        references = _full(b"iref", _box(b"dimg", listed))

    def meta(begin: int) -> bytes:
        places, at = struct.pack(">HH", 0x4400, len(items)), begin
        for (number, _), payload in zip(items, payloads, strict=True):
            places += struct.pack(">HHHII", number, 0, 1, at, len(payload))
            at += len(payload)
        content = _full(b"hdlr", bytes(4) + b"pict" + bytes(13)) + _full(b"pitm", struct.pack(">H", primary))
        content += _full(b"iloc", places) + _full(b"iinf", struct.pack(">H", len(items)) + entries) + references
        content += _box(b"iprp", _box(b"ipco", b"".join(parts)) + _full(b"ipma", ipma))
        return _full(b"meta", content)

    begin = len(start) + len(meta(0)) + 8
    return start + meta(begin) + _box(b"mdat", b"".join(payloads))


def _box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content) + 8) + kind + content


def _full(kind: bytes, content: bytes, version: int = 0) -> bytes:
    return _box(kind, bytes([version, 0, 0, 0]) + content)


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def _riff(kind: bytes, content: bytes) -> bytes:
    return kind + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)
