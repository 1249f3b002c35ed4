"""The interface of a label format: what is written to it and what is read from it."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any, Protocol

from labeler.formats.elements.faces import (
    Mark,
    ParsedFace,
    Rescaling,
    face_with_other_sides,
    moved_face,
    moved_marks,
    with_other_side,
)
from labeler.formats.elements.report import ImportReport
from livecam.core.types import Image, Side
from livecam.store.samples import EyeLabel, LabelEvent, Prediction, Sample, SampleState, Split

_LONGEST_NAME = 80  # bytes of what a picture's name says of its source; file systems allow 255 in all
_ID_LENGTH = 12  # figures of the id in a picture's name, which keep names apart


@dataclass(frozen=True, slots=True, eq=False)
class ExportItem:
    """A sample to be written, with all that was said of it and what that comes to."""

    sample: Sample
    events: tuple[LabelEvent, ...]
    state: SampleState
    labels: tuple[EyeLabel, ...]

    @property
    def picture(self) -> str:
        """The name of its picture, PNG: its source's, its frame's number and the first figures of its id."""
        return f"{_readable(self.sample.source)}_{self.sample.frame_index:06d}_{self.sample.id[:_ID_LENGTH]}.png"

    def label(self, side: Side) -> EyeLabel | None:
        return next((label for label in self.labels if label.side is side), None)


@dataclass(frozen=True, slots=True, eq=False)
class ParsedItem:
    """A picture, and what a file says of it. `record` is what livecam wrote, else None: the file is another tool's."""

    picture: str  # as the file names it
    folders: tuple[Path, ...]  # where it may be, the likeliest first
    where: str  # for messages: which entry of which file
    other_names: tuple[str, ...] = ()  # that it may have as well, the likeliest first
    faces: tuple[ParsedFace, ...] = ()  # as the file keeps them apart
    loose: tuple[Mark, ...] = ()  # of which it does not say what belongs together
    size: tuple[int, int] | None = None  # width, height, where the file says it
    is_right: bool | None = None  # the prediction as a whole was judged
    is_skipped: bool = False
    split: Split | None = None
    record: Mapping[str, Any] | None = None
    load: Callable[[], Image] | None = None  # the picture, where it stands in the file itself
    in_shares: bool = False  # places are shares of the picture from its corner, and radii shares of its width
    rounding: float = 0.02  # pixels: what is so near to what was recorded is no change

    @property
    def labels(self) -> tuple[EyeLabel, ...]:
        """Of the only face; loose ones too where they can be of one face only."""
        return self.faces[0].labels if self.faces else tuple(mark for mark in self.loose if isinstance(mark, EyeLabel))

    @property
    def predictions(self) -> tuple[Prediction, ...]:
        """Of the only face, as above."""
        return (
            self.faces[0].predictions
            if self.faces
            else tuple(mark for mark in self.loose if isinstance(mark, Prediction))
        )

    def in_pixels(self, size: tuple[int, int]) -> ParsedItem:
        """The same with every place in pixels of its picture, which is so large: width, height."""
        if not self.in_shares:
            return self
        # A share is measured from the corner of the picture, half a pixel before the centre of its first pixel.
        to = Rescaling((float(size[0]), float(size[1])), (-0.5, -0.5))
        faces = tuple(moved_face(face, to) for face in self.faces)
        return replace(self, faces=faces, loose=moved_marks(self.loose, to), in_shares=False)

    def with_other_sides(self) -> ParsedItem:
        """The same with left and right exchanged, for files that name them as the viewer sees them."""
        faces = tuple(face_with_other_sides(face) for face in self.faces)
        return replace(self, faces=faces, loose=tuple(with_other_side(mark) for mark in self.loose))


class FormatWriter(Protocol):
    def __call__(self, entries: Iterable[ExportItem], folder: Path, home: Path) -> None:
        """Writes files into `folder`, where the pictures are; `home` is where it will be in the end."""
        ...


class FormatReader(Protocol):
    def __call__(self, path: Path, report: ImportReport) -> Iterator[ParsedItem]:
        """What a file, or the folder it is in, says; SourceError for what is not in this format.

        An item that is wrong, and whatever became no label, is told to the report.
        """
        ...


def file_name(path: str) -> str:
    """The last part of a path of any system, or of an address."""
    return PurePosixPath(PureWindowsPath(path).as_posix()).name


def _readable(source: str) -> str:
    """What every file system takes; an address may hold a password, so only the last part of its path is told."""
    stem = unicodedata.normalize("NFC", PurePosixPath(file_name(source.split("?", maxsplit=1)[0])).stem)
    name = re.sub(r"[^\w-]+", "_", stem).strip("_")
    cut = name.encode()[:_LONGEST_NAME].decode(errors="ignore")
    return cut or f"source_{hashlib.sha256(source.encode(errors='replace')).hexdigest()[:4]}"


class Format(StrEnum):
    """What labels are exchanged in."""

    COCO = "coco"
    LABELME = "labelme"
    LABELSTUDIO = "labelstudio"
    LABELSTUDIO_MIN = "labelstudio-min"
    CVAT = "cvat"
    DATUMARO = "datumaro"
    ANNOTATION = "annotation"
    CSV = "csv"
    CSV_WIDE = "csv-wide"
    DLIB = "dlib"
    PTS = "pts"
    YOLO_POSE = "yolo-pose"
    VIA = "via"
    SUPERVISELY = "supervisely"
