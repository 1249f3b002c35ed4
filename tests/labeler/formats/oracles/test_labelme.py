"""labelme opens what we export, and what it saves comes back."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from labeler.exchange import importing
from labeler.formats.elements.interfaces import ExportItem, Format
from tests.labeler.formats.made import entry, plain
from tests.labeler.formats.oracles.shelf import ASK, ENTRIES, HALF_SEEN, PLACED, export

label_file = pytest.importorskip("labelme._label_file", reason=ASK)


def read(folder: Path, entry: ExportItem) -> Any:
    return label_file.read_label_file(str((folder / entry.picture).with_suffix(".json")))


def test_a_pupil_is_a_point(tmp_path: Path) -> None:
    opened = read(export(Format.LABELME, tmp_path), PLACED)

    assert [(shape["label"], shape["points"]) for shape in opened.shapes] == [("left_pupil", [[8.0, 6.75]])]


def test_what_has_no_place_is_a_flag(tmp_path: Path) -> None:
    opened = read(export(Format.LABELME, tmp_path), HALF_SEEN)

    assert [name for name, is_set in opened.flags.items() if is_set] == ["left_occluded"]


def test_what_labelme_saves_again_has_lost_nothing(tmp_path: Path) -> None:
    folder = export(Format.LABELME, tmp_path)
    for one in ENTRIES:
        save((folder / one.picture).with_suffix(".json"))

    back = importing.read(Format.LABELME, folder, now=datetime.now(UTC))

    found = {one.sample.id: plain(entry(one.sample, one.events)) for one in back}
    assert found == {one.sample.id: plain(one) for one in ENTRIES}


def save(path: Path) -> None:
    """As labelme's window does: the shapes, the flags and what it does not know are written anew."""
    opened = label_file.read_label_file(str(path))
    content = json.loads(path.read_text())
    label_file.LabelFile().save(
        filename=str(path),
        shapes=[_as_written(shape) for shape in opened.shapes],
        image_path=opened.image_path,
        image_height=content["imageHeight"],
        image_width=content["imageWidth"],
        image_data=None,
        other_data=opened.other_data,
        flags=opened.flags,
    )


def _as_written(shape: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in shape.items() if key != "other_data"} | shape["other_data"]
