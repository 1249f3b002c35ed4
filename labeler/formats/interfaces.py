"""The interface of a label format: what is written to it and what is read from it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

from livecam.core.types import Side
from livecam.store.samples import EyeLabel, LabelEvent, Prediction, Sample, SampleState, Split


@dataclass(frozen=True, slots=True, eq=False)
class ExportItem:
    """A sample to be written, with all that was said of it and what that comes to."""

    sample: Sample
    events: tuple[LabelEvent, ...]
    state: SampleState
    labels: tuple[EyeLabel, ...]

    @property
    def picture(self) -> str:
        """The name of its picture, PNG."""
        return f"{self.sample.id}.png"

    def label(self, side: Side) -> EyeLabel | None:
        return next((label for label in self.labels if label.side is side), None)


@dataclass(frozen=True, slots=True, eq=False)
class ParsedItem:
    """A picture, and what a file says of it. `record` is what livecam wrote, else None: the file is another tool's."""

    picture: str  # as the file names it
    folders: tuple[Path, ...]  # where it may be, the likeliest first
    where: str  # for messages: which entry of which file
    labels: tuple[EyeLabel, ...] = ()
    guesses: tuple[Prediction, ...] = ()
    size: tuple[int, int] | None = None  # width, height, where the file says it
    is_right: bool | None = None  # the guess as a whole was judged
    is_skipped: bool = False
    split: Split | None = None
    record: Mapping[str, Any] | None = None


class FormatWriter(Protocol):
    def __call__(self, entries: Iterable[ExportItem], folder: Path, home: Path) -> None:
        """Writes files into `folder`, where the pictures are; `home` is where it will be in the end."""
        ...


class FormatReader(Protocol):
    def __call__(self, path: Path) -> Iterator[ParsedItem]:
        """What a file, or the folder it is in, says; SourceError for what is not in this format."""
        ...


class Format(StrEnum):
    """What labels are exchanged in."""

    COCO = "coco"
    LABELME = "labelme"
    LABELSTUDIO = "labelstudio"
    CVAT = "cvat"
    DATUMARO = "datumaro"
    ANNOTATION = "annotation"
    CSV = "csv"
