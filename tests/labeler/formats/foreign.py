"""Files as other tools write them, that know nothing of livecam."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import cv2

from labeler.exchange import importing
from labeler.formats.elements.interfaces import Format
from labeler.formats.elements.report import ImportReport
from livecam.core.types import Face
from livecam.store.samples import EyeLabel, LabelEvent, Sample
from livecam.store.store import Store
from tests.fakes import FakeFaceDetector
from tests.labeler.formats.made import HEIGHT, WIDTH, picture

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


def put_picture(folder: Path, name: str = "Café 1.png", number: int = 0) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(folder / name), picture(number))


def put(path: Path, content: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


def coco(keypoints: list[float], names: list[str] | None = None, **image: Any) -> Mapping[str, Any]:
    names = names or ["left_eye", "right_eye"]
    about = {"id": 7, "file_name": "Café 1.png", "width": WIDTH, "height": HEIGHT}
    return {
        "images": [about | image],
        "annotations": [{"id": 3, "image_id": 7, "category_id": 1, "keypoints": keypoints}],
        "categories": [{"id": 1, "name": "person", "keypoints": names}],
    }


def bring(store: Store, kind: Format, path: Path, faces: Sequence[Face] = (), **options: Any) -> ImportReport:
    """Into a store, with a detector that finds these faces in every picture; what was told."""
    report = ImportReport()
    told = importing.ImportOptions(**options)
    read = importing.read(kind, path, now=NOW, options=told, faces=FakeFaceDetector(*faces), report=report)
    importing.take_in(store, read, now=NOW)
    return report


def brought(kind: Format, path: Path, **options: Any) -> tuple[Sample, tuple[EyeLabel, ...], tuple[LabelEvent, ...]]:
    """The only sample of a file, as a new store has it."""
    with Store.open(path.parent / "a new store") as store:
        bring(store, kind, path, **options)
        (stored,) = store.samples()
        return stored.sample, stored.resolved.labels, tuple(store.events())
