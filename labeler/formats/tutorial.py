"""The tutorial's annotation format: two folders, and for every judged image its name and a class, 1 true or 0 false."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any

from labeler.formats.elements.interfaces import ExportItem, ParsedItem
from labeler.formats.elements.parsing import (
    MalformedError,
    kind_of,
    last_document,
    located,
    mapping,
    parse_errors,
    read_text,
    sequence,
)
from labeler.formats.elements.record import read_records, with_sidecar
from labeler.formats.elements.report import ImportReport
from livecam.store.labels import verdict
from livecam.store.resolution import resolve_labels
from livecam.store.samples import SampleState


class MaskVerdict(StrEnum):
    """Whether the predicted label is right; a skipped picture is left out of what is exported."""

    TRUE = "true"
    FALSE = "false"
    SKIPPED = "skipped"


FILE = "annotation.json"
_CLASSES = {MaskVerdict.TRUE: 1, MaskVerdict.FALSE: 0}
_JUDGED = {SampleState.LABELLED, SampleState.REJECTED}


def annotation(folder: Path, mask_folder: Path | None, verdicts: Mapping[str, MaskVerdict]) -> bytes:
    """The file's content, JSON in ASCII; `mask_dir` is null without masks, skipped pictures are left out."""
    labels = [{"name": name, "class": _CLASSES[verdict]} for name, verdict in verdicts.items() if verdict in _CLASSES]
    content = {
        "img_dir": str(folder.resolve()),
        "mask_dir": str(mask_folder.resolve()) if mask_folder else None,
        "labels": labels,
    }
    return json.dumps(content, indent=2).encode() + b"\n"


def write(entries: Iterable[ExportItem], folder: Path, home: Path) -> None:
    """Nothing but what the tutorial's program writes; the rest is in the sidecar."""
    judged = ((entry.picture, _verdict(entry)) for entry in with_sidecar(entries, folder) if entry.state in _JUDGED)
    verdicts = {picture: verdict for picture, verdict in judged if verdict is not None}
    (folder / FILE).write_bytes(annotation(home / "images", None, verdicts))


def _verdict(entry: ExportItem) -> MaskVerdict | None:
    """A prediction that was corrected, and never called right as it was, was wrong; None where nobody judged it."""
    right = verdict(resolve_labels(entry.events), [event for event in entry.events if not event.is_repeat])
    return None if right is None else MaskVerdict.TRUE if right else MaskVerdict.FALSE


def read(path: Path, report: ImportReport) -> Iterator[ParsedItem]:
    """Every judged picture, the last word on it, then what only the sidecar knows; masks say nothing that is kept.

    The tutorial's program writes the whole file anew behind the old one each time it saves: the last one counts.
    """
    file = located(path, FILE, ".json")
    content, saved = last_document(read_text(file), str(file))
    if saved > 1:
        report.note(f"{file} was saved {saved} times, one behind the other; the last time counts")
    with parse_errors(str(file)):
        content = mapping(content, "the file")
        labels = sequence(content["labels"], "its labels")
        named = [Path(str(content["img_dir"])).expanduser()] if content.get("img_dir") else []
        folders = (*named, file.parent / "images", file.parent)
    records = read_records(file.parent)
    classes: dict[str, bool] = {}
    for place, label in enumerate(labels, start=1):
        with report.item(f"label {place} of {file}"):
            classes[str(mapping(label, "it")["name"])] = _is_right(label)
    for name in dict.fromkeys([*classes, *records]):
        yield ParsedItem(name, folders, f"{name} of {file}", is_right=classes.get(name), record=records.get(name))


def _is_right(label: Mapping[str, Any]) -> bool:
    if label["class"] not in {0, 1}:
        raise MalformedError(f"a class is 1 or 0, not {kind_of(label['class'])}")
    return bool(label["class"])
