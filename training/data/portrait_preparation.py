"""Prepares portraits to train on: pictures with one face each, their pupils marked by the model that ships."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from livecam.core.assets import asset
from livecam.core.errors import SourceError
from livecam.core.files import damaged_zip_errors
from livecam.core.image_files.images import decode_image
from livecam.core.types import EyeState, Frame, Side
from livecam.live.sources.demo_portrait import EYES
from livecam.perception.faces.factory import open_stills
from livecam.perception.pupils.network.detector import NetworkPupilDetector
from livecam.settings import MOST_FACES, FaceDetectorName, FaceSettings, PupilSettings
from training.data.portraits import LABEL_FIELDS
from training.engine.files import DatasetError, replacing

FACES = Path("pupils") / "faces"  # below the folder that is prepared
LABELS = "labels.csv"
_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff"})
_LARGEST = 100_000_000  # bytes of a picture
_LEAST_SURE = 0.5
_LEAST_DISTANCE = 40.0  # pixels between the pupils: in smaller faces an iris is too coarse to be moved


class _Marks(NamedTuple):
    """Centre and radius of an iris, picture pixels."""

    x: float
    y: float
    radius: float


@dataclass(frozen=True, slots=True)
class PreparedPortraits:
    """How many portraits were labelled, and why others were left out."""

    labelled: int
    left_out: tuple[str, ...]


def prepare_portraits(sources: Sequence[Path], out: Path) -> PreparedPortraits:
    """Copies portraits with their labels into `out`, laid out as `livecam-train all --data` wants it.

    `sources` are pictures, folders and zip files of pictures; without any it is the one portrait that ships, whose
    irises were measured. DatasetError when none can be used, or a source cannot be read.
    """
    folder, marker = out / FACES, _Marker() if sources else None
    rows: list[Sequence[object]] = []
    left_out: list[str] = []
    for name, content in _pictures(sources):
        marks = _measured() if marker is None else marker.marks(name, content)
        if isinstance(marks, str):
            left_out.append(f"{name}: {marks}")
            continue
        with replacing(folder / name) as stream:
            stream.write(content)
        rows.append(
            [
                name,
                *(value for side in (Side.RIGHT, Side.LEFT) for value in marks[side][:2]),
                *(marks[side].radius for side in (Side.RIGHT, Side.LEFT)),
            ]
        )
    if not rows:
        why = "; ".join(left_out[:3]) or "there is no picture"
        raise DatasetError(f"none of the pictures can be used ({why}); portraits have one large face with open eyes")
    with replacing(folder / LABELS) as stream:
        stream.write(_table(rows))
    return PreparedPortraits(len(rows), tuple(left_out))


def _measured() -> Mapping[Side, _Marks]:
    return {side: _Marks(*eye.centre, eye.radius) for side, eye in EYES.items()}


class _Marker:
    """The detectors that ship, opened once."""

    def __init__(self) -> None:
        self._faces = open_stills(FaceSettings(finder=FaceDetectorName.MESH, max_faces=MOST_FACES))
        self._pupils = NetworkPupilDetector.open(PupilSettings())

    def marks(self, name: str, content: bytes) -> Mapping[Side, _Marks] | str:
        """The irises, or why the picture cannot be used."""
        try:
            frame = Frame(decode_image(content, name), 0, 0.0)
        except SourceError as error:
            return str(error)
        faces = self._faces.detect(frame)
        if len(faces) != 1:
            return f"{len(faces) or 'no'} faces"
        if faces[0].pupil_distance < _LEAST_DISTANCE:
            return f"its eyes are {faces[0].pupil_distance:.0f} pixels apart, {_LEAST_DISTANCE:.0f} are needed"
        left, right = self._pupils.detect(self._pupils.cropper(frame, faces[0]))
        marks = {}
        for side, pupil in ((Side.RIGHT, right), (Side.LEFT, left)):
            if pupil is None or pupil.state is not EyeState.OPEN or pupil.confidence < _LEAST_SURE:
                return f"its {side.value} eye is not open, or not found for certain"
            marks[side] = _Marks(*pupil.centre, pupil.radius)
        return marks


def _table(rows: Sequence[Sequence[object]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["file", *LABEL_FIELDS])
    writer.writerows([[row[0], *(f"{value:.2f}" for value in row[1:])] for row in rows])
    return text.getvalue().encode()


def _pictures(sources: Sequence[Path]) -> Iterator[tuple[str, bytes]]:
    """Names without folders, each once, and contents."""
    taken: set[str] = set()
    for name, content in chain.from_iterable(map(_of_source, sources or [asset("demo/portrait.png")])):
        flat = _free(Path(name).name, taken)
        taken.add(flat)
        yield flat, content


def _free(name: str, taken: Container[str]) -> str:
    stem, suffix = Path(name).stem, Path(name).suffix.lower()
    names = (f"{stem}{f'-{number}' if number else ''}{suffix}" for number in count())
    return next(name for name in names if name not in taken)


def _of_source(source: Path) -> Iterator[tuple[str, bytes]]:
    try:
        if source.suffix.lower() == ".zip":
            yield from _of_zip(source)
        elif source.is_dir():
            for path in sorted(path for path in source.rglob("*") if path.suffix.lower() in _SUFFIXES):
                yield path.name, path.read_bytes()
        else:
            yield source.name, source.read_bytes()
    except OSError as error:
        reason = (error.strerror or "unreadable").lower()
        raise DatasetError(f"cannot read {source} ({reason}); name pictures, folders or zip files of them") from error


def _of_zip(source: Path) -> Iterator[tuple[str, bytes]]:
    """Nothing is unpacked under a name of the file's own choice."""
    try:
        with zipfile.ZipFile(source) as archive:
            for info in archive.infolist():
                name = PurePosixPath(info.filename)
                if name.suffix.lower() in _SUFFIXES and not name.name.startswith("."):
                    with archive.open(info) as stream:
                        yield name.name, stream.read(_LARGEST)
    except damaged_zip_errors() as error:
        raise DatasetError(f"{source} is damaged, or no zip file; download it again") from error
