"""What cannot be imported is told in one line that says where, and changes nothing."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from labeler.exchange import importing
from labeler.formats.elements.interfaces import Format
from labeler.formats.elements.report import ImportReport
from livecam.core.errors import SourceError
from tests.labeler.formats.foreign import NOW, coco, put, put_picture
from tests.labeler.formats.made import labelled, placed, written

NO_PICTURE: dict[str, Any] = {"shapes": [], "flags": {}, "imagePath": "gone.png"}
BOMB = """<?xml version="1.0"?>
<!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>
<annotations><image id="0" name="&c;" width="1" height="1"/></annotations>"""
OUTSIDE = '<annotations><image name="Café 1.png" width="24" height="18">{}</image></annotations>'
FAR_POINT = '<points label="left_pupil" points="400,3"/>'
NO_POINT = '<points label="left_pupil" points="4"/>'
FACES = coco([14, 6, 2, 4, 8, 2])
TWO_FACES = {**FACES, "annotations": FACES["annotations"] * 2}

BAD = [
    (Format.COCO, "a.json", '{"images": [\n  {"id": 1,,}', "line 2, column 12"),
    (Format.COCO, "a.json", '{"images": NaN}', "NaN is no number"),
    (Format.COCO, "a.json", "[" * 100_000, "is no JSON"),
    (Format.COCO, "a.json", [], "not as it should be"),
    (Format.COCO, "a.json", {}, "has no 'categories'"),
    (Format.COCO, "a.json", {"categories": [], "images": []}, "holds no pictures"),
    (Format.COCO, "a.json", coco([999, 6, 2, 0, 0, 0]), r"image 7 .*\(998.5, 5.5\) is outside its picture of 24x18"),
    (Format.COCO, "a.json", coco([1e999, 6, 2, 0, 0, 0]), "Infinity is no number|outside its picture"),
    (Format.COCO, "a.json", coco([1, 6, 2]), "not three for each of 2 keypoints"),
    (Format.COCO, "a.json", coco([1, 6, 2], ["nose"]), "none of the keypoints nose is a pupil"),
    (Format.COCO, "a.json", coco([1, 6, 2, 0, 0, 0], width=640), "it says 640x18 pixels, its picture has 24x18"),
    (Format.COCO, "a.json", coco([1, 6, 2, 0, 0, 0], file_name="gone.png"), "name its folder with --images"),
    (Format.COCO, "a.json", coco([1, 6, 2, 0, 0, 0], file_name="a.json"), "image 7 .* is damaged"),
    (Format.COCO, "a.json", TWO_FACES, "two of its faces have their eyes in the same place"),
    (Format.LABELME, "a.json", NO_PICTURE, "gone.png is in none of"),
    (Format.LABELME, "a.json", {"shapes": []}, "has no 'imagePath'"),
    (Format.LABELSTUDIO, "a.json", {"id": 1}, "not as it should be"),
    (Format.LABELSTUDIO, "a.json", [{"id": 1}], "task 1 of .* has no 'data'"),
    (Format.CVAT, "a.xml", "<annotations>\n<image>\n</annotations>", "line 3, column 3: mismatched tag"),
    (Format.CVAT, "a.xml", BOMB, "document type in line 2"),
    (Format.CVAT, "a.xml", "<annotations/>", "holds no image"),
    (Format.CVAT, "a.xml", OUTSIDE.format(FAR_POINT), "image in line 1 .* is outside its picture"),
    (Format.CVAT, "a.xml", OUTSIDE.format(NO_POINT), "a point is x,y and not '4'"),
    (Format.DATUMARO, "a.json", {"categories": {}}, "has no 'items'"),
    (Format.ANNOTATION, "a.json", {"img_dir": ".", "labels": [{"name": "Café 1.png", "class": 3}]}, "1 or 0, not 3"),
    (Format.ANNOTATION, "a.json", {"img_dir": ".", "labels": [{"name": "gone.png", "class": 1}]}, "gone.png"),
    (Format.CSV, "a.csv", "picture,x\n", "has no column side, y"),
    (Format.CSV, "a.csv", "picture,side,x,y\nCafé 1.png,up,1,1\n", "line 2 .*'up'; a side is left or right"),
    (Format.CSV, "a.csv", "picture,side,x,y\nCafé 1.png,left,one,1\n", "line 2 .*'one'"),
    (Format.CSV, "a.csv", "picture,side,x,y\nCafé 1.png,left,nan,1\n", "line 2 .* its x is nan, not a finite number"),
    (
        Format.CSV,
        "a.csv",
        "picture,side,x,y\n" + "Café 1.png,left,1,1\nCafé 1.png,left,9,1\n",
        "left eye is there twice",
    ),
]


def read(kind: Format, path: Path) -> object:
    return importing.read(kind, path, now=NOW)


@pytest.mark.parametrize(("kind", "name", "content", "told"), BAD)
def test_a_bad_file_is_told(kind: Format, name: str, content: Any, told: str, tmp_path: Path) -> None:
    put_picture(tmp_path)

    with pytest.raises(SourceError, match=told):
        read(kind, put(tmp_path / name, content))


@pytest.mark.parametrize(("kind", "name"), [(Format.COCO, "a.json"), (Format.CSV, "a.csv")])
def test_a_file_in_another_encoding_is_told(kind: Format, name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes("picture,side,x,y\nCafé".encode("latin-1"))

    with pytest.raises(SourceError, match="UTF-8"):
        read(kind, tmp_path / name)


@pytest.mark.parametrize("kind", Format)
def test_a_place_where_nothing_is_is_told(kind: Format, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="nothing here"):
        read(kind, tmp_path / "nothing here")


@pytest.mark.parametrize("kind", Format)
def test_an_empty_folder_is_told(kind: Format, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="holds no"):
        read(kind, tmp_path)


@pytest.mark.parametrize("kind", Format)
def test_a_picture_that_was_changed_is_told(kind: Format, tmp_path: Path) -> None:
    one = labelled(0, *placed())
    written([one], kind, tmp_path)
    (path,) = tmp_path.rglob(one.picture)
    put_picture(path.parent, path.name, number=5)

    with pytest.raises(SourceError, match="its pixels have changed"):
        read(kind, tmp_path)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"schema":1', '"schema":2'),
        ('"verb":"accept"', '"verb":"nod"'),
        ('"landmarks":[[', '"landmarks":[[1,2],['),
        ('"keep":"face"', '"keep":[]'),
        ('"session":"monday"', '"session":"\\ud800"'),
        ('"frame_index":0', '"frame_index":1e400'),
        ("+00:00", ""),
    ],
)
def test_a_damaged_record_is_told(old: str, new: str, tmp_path: Path) -> None:
    written([labelled(0, *placed())], Format.LABELME, tmp_path)
    (file,) = tmp_path.glob("*.json")
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))

    with pytest.raises(SourceError, match=file.name):
        read(Format.LABELME, tmp_path)


def test_a_part_of_a_record_that_is_missing_is_told(tmp_path: Path) -> None:
    written([labelled(0, *placed() * 20)], Format.CVAT, tmp_path)
    text = (tmp_path / "annotations.xml").read_text()
    assert '<attribute name="part">1</attribute>' in text
    (tmp_path / "annotations.xml").write_text(text.replace('"part">1<', '"part">7<'))

    with pytest.raises(SourceError, match="only the parts"):
        read(Format.CVAT, tmp_path)


def test_a_picture_that_is_there_twice_is_told(tmp_path: Path) -> None:
    put_picture(tmp_path)
    content = coco([14, 6, 2, 4, 8, 2])
    twice = {**content, "images": [content["images"][0], {**content["images"][0], "id": 8}]}

    report = ImportReport()
    read = importing.read(Format.COCO, put(tmp_path / "a.json", json.dumps(twice)), now=NOW, report=report)

    assert (len(read), len(report.left_out)) == (1, 1)
    assert re.search(r"image 8 .* is the same picture as image 7", report.left_out[0])
