"""Writes synthetic crowd pages as a data set folder: pictures, exact masks, boxes.csv."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np

from livecam.core.types import Box
from training.data.contact_sheet import write_picture
from training.engine.files import replacing, write_json
from training.engine.parallel import spread
from training.target_detector.data.crowd_pages.page import PageSettings, draw_page

Job = tuple[str, int, PageSettings, Path]
Row = tuple[str, int, int, Box | None]


def write_pages(
    count: int, out: Path, settings: PageSettings, *, seed: int, empty: float = 0.0, workers: int = 1
) -> Iterator[Row]:
    """So many pages, named after seed and number, and then `boxes.csv`; yields after each page. A share `empty` hides
    nobody.

    A run knows its pages by their names, so those of another seed have other names.
    """
    without = np.floor(np.arange(1, count + 1) * empty) > np.floor(np.arange(count) * empty)
    jobs: list[Job] = [
        (f"{seed}-{number:03d}.png", seed * 100_003 + number, replace(settings, empty=bool(without[number])), out)
        for number in range(count)
    ]
    rows: list[Row] = []
    for row in spread(_write, jobs, workers=workers):
        rows.append(row)
        yield row
    _write_boxes(out / "boxes.csv", rows)
    write_json(out / "settings.json", {"seed": seed, "count": count, "empty": empty, "page": asdict(settings)})


def _write(job: Job) -> Row:
    name, seed, settings, out = job
    drawn = draw_page(seed, settings)
    write_picture(out / "pages" / name, drawn.image)
    write_picture(out / "masks" / name, drawn.mask)
    return name, settings.width, settings.height, drawn.box


def _write_boxes(path: Path, rows: list[Row]) -> None:
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(["file", "width", "height", "xmin", "ymin", "xmax", "ymax"])
    for name, width, height, box in rows:
        corners = ["", "", "", ""] if box is None else _corners(box)
        table.writerow([name, width, height, *corners])
    with replacing(path) as stream:
        stream.write(text.getvalue().encode())


def _corners(box: Box) -> list[str]:
    return [f"{value:g}" for value in (box.x, box.y, box.x + box.width, box.y + box.height)]
