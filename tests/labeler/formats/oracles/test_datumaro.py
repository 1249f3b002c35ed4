"""Datumaro reads three of our formats, and what it writes again comes back."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from labeler.exchange import importing
from labeler.exchange.importing import external_edits
from labeler.formats.elements.interfaces import ExportItem, Format
from livecam.store.samples import ResolvedLabels
from tests.labeler.formats.made import entry, plain
from tests.labeler.formats.oracles.shelf import ASK, ENTRIES, HALF_SEEN, PLACED, export

datumaro = pytest.importorskip("datumaro", reason=ASK)

NOW = datetime(2026, 6, 1, tzinfo=UTC)
THEIR_NAMES = {Format.COCO: "coco_person_keypoints", Format.CVAT: "cvat", Format.DATUMARO: "datumaro"}
EVERY = pytest.mark.parametrize("kind", THEIR_NAMES)


def read(kind: Format, folder: Path) -> Any:
    return datumaro.Dataset.import_from(str(export(kind, folder)), THEIR_NAMES[kind])


def item(dataset: Any, entry: ExportItem) -> Any:
    return next(one for one in dataset if one.id == Path(entry.picture).stem)


@EVERY
def test_every_sample_is_an_item(kind: Format, tmp_path: Path) -> None:
    assert {one.id for one in read(kind, tmp_path)} == {Path(one.picture).stem for one in ENTRIES}


@EVERY
def test_every_picture_is_found(kind: Format, tmp_path: Path) -> None:
    assert {one.media.data.shape for one in read(kind, tmp_path)} == {(18, 24, 3)}


@EVERY
def test_a_pupil_is_where_it_was_put(kind: Format, tmp_path: Path) -> None:
    found = item(read(kind, tmp_path), PLACED).annotations

    points = next(one for one in found if one.type == datumaro.AnnotationType.points)
    assert points.points[:2] == [8.0, 6.75]


def test_an_occluded_eye_is_a_tag_in_cvat(tmp_path: Path) -> None:
    dataset = read(Format.CVAT, tmp_path)
    names = dataset.categories()[datumaro.AnnotationType.label]
    tags = [
        names[one.label].name
        for one in item(dataset, HALF_SEEN).annotations
        if one.type == datumaro.AnnotationType.label
    ]

    assert "left_occluded" in tags


def test_splits_are_subsets(tmp_path: Path) -> None:
    assert set(read(Format.DATUMARO, tmp_path).subsets()) == {"train", "test"}


@pytest.mark.parametrize("kind", [Format.CVAT, Format.DATUMARO])
def test_what_datumaro_writes_again_has_lost_nothing(kind: Format, tmp_path: Path) -> None:
    theirs = tmp_path / "theirs"
    read(kind, tmp_path / "ours").export(str(theirs), THEIR_NAMES[kind], save_media=True)

    back = [one for file in _files(kind, theirs) for one in importing.read(kind, file, now=NOW)]

    found = {one.sample.id: plain(entry(one.sample, one.events)) for one in back}
    assert found == {one.sample.id: plain(one) for one in ENTRIES}


@pytest.mark.parametrize("kind", [Format.CVAT, Format.DATUMARO])
def test_what_datumaro_rounded_is_no_change(kind: Format, tmp_path: Path) -> None:
    theirs = tmp_path / "theirs"
    read(kind, tmp_path / "ours").export(str(theirs), THEIR_NAMES[kind], save_media=True)

    back = [one for file in _files(kind, theirs) for one in importing.read(kind, file, now=NOW)]

    assert {external_edits(one.found, one.sample, one.events, ResolvedLabels(), NOW) for one in back} == {()}


def _files(kind: Format, folder: Path) -> list[Path]:
    return sorted(folder.glob("*.xml")) if kind is Format.CVAT else [folder]
