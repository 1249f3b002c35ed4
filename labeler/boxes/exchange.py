"""Boxes of a folder taken in from another tool's file, and written for one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from livecam.core.errors import SinkError
from livecam.core.image_files.images import read_image
from livecam.perception.targets.boxes.folder import BoxFolder, BoxFormat, open_folder, read_boxes, write_boxes
from livecam.perception.targets.boxes.page_boxes import TABLE, BoxFileError, PageBoxes, check_boxes, write_table


def export_boxes(folder: Path, format: BoxFormat, out: Path) -> int:
    """Writes what is known of a folder into a new one; how many pictures have an answer. The pictures stay where they
    are. BoxFileError when there is nothing to write."""
    known = open_folder(folder)
    if not known.pages:
        raise BoxFileError(f"{folder} has no boxes yet; draw some: livecam-label boxes {folder}")
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise SinkError(f"--out cannot be '{out}': something is there already; name a new folder")
    write_boxes(out, [_sized(known, page) for page in known.pages], format)
    return len(known.pages)


def import_boxes(folder: Path, source: Path) -> int:
    """Adds the boxes of a file or folder of another tool to those of a folder; an answer that is there already stays.

    Every box is checked against its picture first, so that nothing is taken in when anything is wrong.
    """
    known = open_folder(folder)
    new = read_boxes(source, known.pictures)
    if not new:
        raise BoxFileError(f"{source} holds no boxes that can be read")
    answered = {known.picture(page) for page in known.pages}
    taken = []
    for page in new:
        path = known.picture(page)
        if path not in answered:
            taken.append(_sized(known, replace(page, file=path.relative_to(folder).as_posix())))
    write_table(folder / TABLE, [*(_sized(known, page) for page in known.pages), *taken])
    return len(taken)


def _sized(known: BoxFolder, page: PageBoxes) -> PageBoxes:
    height, width = read_image(known.picture(page)).shape[:2]
    check_boxes(page, (width, height))
    return replace(page, size=(width, height))
