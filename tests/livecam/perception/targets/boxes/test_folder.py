"""Boxes in every format: written and read again they are the same, and what is wrong is said in a line."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from livecam.core.types import Box
from livecam.perception.targets.boxes.folder import BoxFormat, open_folder, write_boxes
from livecam.perception.targets.boxes.page_boxes import BoxFileError, LabelledBox, PageBoxes, check_boxes, classes

PAGES = (
    PageBoxes("a.png", (LabelledBox(Box(10, 12, 20, 24)), LabelledBox(Box(50, 40, 16, 8), "lookalike")), (100, 80)),
    PageBoxes("b.png", (), (100, 80)),
)


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    for name in ("a.png", "b.png", "c.png"):
        cv2.imwrite(str(tmp_path / name), np.full((80, 100, 3), 90, np.uint8))
    return tmp_path


@pytest.mark.parametrize("format", list(BoxFormat))
def test_what_is_written_is_read(pictures: Path, format: BoxFormat) -> None:
    write_boxes(pictures, PAGES, format)
    known = open_folder(pictures)
    read = {known.picture(page).name: [(*np.round(box, 2), kind) for box, kind in page.boxes] for page in known.pages}
    assert read == {"a.png": [(10, 12, 20, 24, "target"), (50, 40, 16, 8, "lookalike")], "b.png": []}
    assert [path.name for path in known.unlabelled] == ["c.png"]


def test_look_alikes_are_no_class_of_targets() -> None:
    assert classes(PAGES) == ["target"]


def test_sizes_are_not_needed(pictures: Path) -> None:
    (pictures / "boxes.csv").write_text("file,xmin,ymin,xmax,ymax\na.png,1,2,11,12\nb.png,,,,\n")
    assert [page.boxes for page in open_folder(pictures).pages] == [(LabelledBox(Box(1, 2, 10, 10)),), ()]


def _checked(folder: Path) -> None:
    known = open_folder(folder)
    known.picture(known.pages[0])
    check_boxes(known.pages[0], (100, 80))


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("a.png,90,10,110,20", "is not inside its page of 100x80"),
        ("a.png,10,10,10,20", "has no size"),
        ("a.png,ten,10,20,20", "no number"),
        ("d.png,1,1,9,9", "there is no picture d.png"),
        (",1,1,9,9", "a row without a file"),
    ],
)
def test_a_box_that_cannot_be_is_said_with_its_picture(pictures: Path, row: str, said: str) -> None:
    (pictures / "boxes.csv").write_text(f"file,xmin,ymin,xmax,ymax\n{row}\n")
    with pytest.raises(BoxFileError, match=said):
        _checked(pictures)


def test_two_pictures_of_one_name_are_told_apart_or_refused(pictures: Path) -> None:
    for folder in ("x", "y"):
        (pictures / folder).mkdir()
        (pictures / folder / "c.png").write_bytes((pictures / "c.png").read_bytes())
    (pictures / "c.png").unlink()
    (pictures / "boxes.csv").write_text("file,xmin,ymin,xmax,ymax\nx/c.png,1,1,9,9\nc.png,1,1,9,9\n")
    known = open_folder(pictures)
    assert known.picture(known.pages[0]) == pictures / "x" / "c.png"
    with pytest.raises(BoxFileError, match=r"two pictures are called c\.png"):
        known.picture(known.pages[1])


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("coco.json", '{"images": [{"id": 1}], "annotations": []}', "is COCO, but"),
        ("a.json", "{", "no JSON"),
        ("a.xml", "<annotation>", "no XML"),
        ("a.xml", '<!DOCTYPE x [<!ENTITY e "e">]><annotation/>', "declares entities"),
        ("a.txt", "0 a b c d", "no YOLO file"),
    ],
)
def test_a_damaged_file_is_named(pictures: Path, name: str, content: str, said: str) -> None:
    (pictures / name).write_text(content)
    with pytest.raises(BoxFileError, match=said):
        open_folder(pictures)
