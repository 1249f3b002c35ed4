"""VIA's projects and tables, CVAT's polygons, YOLO's predictions: as these tools write them."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from labeler.exchange import importing
from labeler.formats.elements.interfaces import Format
from labeler.formats.elements.report import ImportReport
from livecam.core.errors import SourceError
from livecam.core.types import EyeState, Point, Side
from livecam.store.samples import EyeLabel
from tests.labeler.formats.foreign import NOW, brought, put, put_picture

LEFT, RIGHT = Side.LEFT, Side.RIGHT
NAME = "Café 1.png"
# From the corner of the picture, as the tools count; livecam counts from the middle of the first pixel.
CENTRES = {LEFT: Point(14.0, 8.0), RIGHT: Point(5.0, 7.0)}
SQUARE = ((-2, -2), (2, -2), (2, 2), (-2, 2))

Shape = dict[str, Any]


def corners(side: Side) -> list[tuple[float, float]]:
    return [(CENTRES[side].x + x, CENTRES[side].y + y) for x, y in SQUARE]


def circle(side: Side) -> Shape:
    return {"name": "circle", "cx": CENTRES[side].x, "cy": CENTRES[side].y, "r": 2.5}


def point(side: Side) -> Shape:
    return {"name": "point", "cx": CENTRES[side].x, "cy": CENTRES[side].y}


def oval(side: Side) -> Shape:
    return {"name": "ellipse", "cx": CENTRES[side].x, "cy": CENTRES[side].y, "rx": 3, "ry": 2, "theta": 0}


def outline(side: Side) -> Shape:
    xs, ys = zip(*corners(side), strict=True)
    return {"name": "polygon", "all_points_x": list(xs), "all_points_y": list(ys)}


def project(regions: Any, **attributes: str) -> dict[str, Any]:
    return {f"{NAME}123": {"filename": NAME, "size": 123, "regions": regions, "file_attributes": attributes}}


def regions_of(shape: Any, key: str = "name") -> list[dict[str, Any]]:
    return [
        {"shape_attributes": shape(side), "region_attributes": {key: f"{side.value}_pupil"}} for side in (LEFT, RIGHT)
    ]


def placed(labels: Sequence[EyeLabel]) -> dict[Side, Point]:
    """From the corner, to a hundredth of a pixel."""
    return {
        label.side: Point(round(label.centre.x + 0.5, 2), round(label.centre.y + 0.5, 2))
        for label in labels
        if label.centre is not None
    }


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    put_picture(tmp_path)
    return tmp_path


@pytest.mark.parametrize("shape", [circle, point, oval, outline])
@pytest.mark.parametrize("layout", ["annotations", "project", "regions by number"])
def test_a_shape_of_via_has_a_centre(layout: str, shape: Any, folder: Path) -> None:
    listed = regions_of(shape)
    content: Any = project(dict(enumerate(listed)) if layout == "regions by number" else listed)
    if layout == "project":
        content = {"_via_settings": {}, "_via_img_metadata": content, "_via_attributes": {}}

    assert placed(brought(Format.VIA, put(folder / "a.json", content))[1]) == CENTRES


@pytest.mark.parametrize("key", ["name", "Eye", "type", "what is it"])
def test_a_region_of_via_is_named_under_any_key(key: str, folder: Path) -> None:
    content = project(regions_of(circle, key))

    assert placed(brought(Format.VIA, put(folder / "a.json", content))[1]) == CENTRES


def test_a_ticked_box_of_via_names_a_region(folder: Path) -> None:
    listed = [
        {"shape_attributes": circle(side), "region_attributes": {"eye": {f"{side.value}_eye": True}}}
        for side in (LEFT, RIGHT)
    ]

    assert placed(brought(Format.VIA, put(folder / "a.json", project(listed)))[1]) == CENTRES


def test_an_attribute_of_a_file_of_via_closes_an_eye(folder: Path) -> None:
    content = project(regions_of(circle)[:1], right_eye="closed", quality="good")
    report = ImportReport()

    (item,) = importing.read(Format.VIA, put(folder / "a.json", content), now=NOW, report=report)

    states = {label.side: label.state for label in item.found.labels}
    assert states == {LEFT: EyeState.OPEN, RIGHT: EyeState.CLOSED}
    assert any("'quality'" in line for line in report.lines())


def via_table(rows: Sequence[tuple[Shape, dict[str, str]]], *, hash_in_front: bool, delimiter: str = ",") -> str:
    file = io.StringIO()
    table = csv.writer(file, delimiter=delimiter)
    names = ["filename", "file_size", "file_attributes", "region_count", "region_id"]
    table.writerow(
        [f"#{names[0]}" if hash_in_front else names[0], *names[1:], "region_shape_attributes", "region_attributes"]
    )
    for place, (shape, about) in enumerate(rows):
        table.writerow([NAME, 123, "{}", len(rows), place, json.dumps(shape), json.dumps(about)])
    return file.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("hash_in_front", [True, False])
def test_the_table_of_via_is_read(hash_in_front: bool, delimiter: str, encoding: str, folder: Path) -> None:
    rows = [(circle(side), {"name": f"{side.value} pupil"}) for side in (LEFT, RIGHT)]
    path = folder / "via_region_data.csv"
    path.write_bytes(via_table(rows, hash_in_front=hash_in_front, delimiter=delimiter).encode(encoding))

    assert placed(brought(Format.VIA, path)[1]) == CENTRES


def test_a_row_of_via_without_a_region_is_a_picture_without_marks(folder: Path) -> None:
    path = put(folder / "a.csv", via_table([({}, {})], hash_in_front=True))

    assert brought(Format.VIA, path)[1] == ()


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a,b\n1,2\n", "no table of VIA"),
        ('{"a": {"size": 1}}', "has no filename"),
        ("[]", "the file"),
    ],
)
def test_what_is_no_file_of_via_is_told(text: str, problem: str, folder: Path) -> None:
    suffix = "csv" if text.startswith("a,") else "json"
    with pytest.raises(SourceError, match=problem):
        importing.read(Format.VIA, put(folder / f"a.{suffix}", text), now=NOW)


def test_a_cell_of_via_that_is_no_json_leaves_out_its_row(folder: Path) -> None:
    good = via_table([(circle(LEFT), {"name": "left pupil"})], hash_in_front=True)
    path = put(folder / "a.csv", good + f'{NAME},123,"{{}}",1,1,"{{broken","{{}}"\n')
    report = ImportReport()

    (item,) = importing.read(Format.VIA, path, now=NOW, report=report)

    assert placed(item.found.labels) == {LEFT: CENTRES[LEFT]}
    assert any("line 3" in line for line in report.lines())


def version_3(marks: dict[str, Any], attributes: dict[str, Any]) -> dict[str, Any]:
    return {
        "project": {"pid": "__VIA_PROJECT_ID__"},
        "config": {},
        "attribute": attributes,
        "file": {"1": {"fid": "1", "fname": NAME, "type": 2, "loc": 1, "src": NAME}},
        "metadata": marks,
        "view": {"1": {"fid_list": ["1"]}},
    }


@pytest.mark.parametrize("shape", ["point", "circle", "polygon"])
def test_a_project_of_via_3_is_read(shape: str, folder: Path) -> None:
    attributes = {"1": {"aname": "eye", "type": 4, "options": {"0": "left_pupil", "1": "right_pupil"}}}
    marks = {}
    for place, side in enumerate((LEFT, RIGHT)):
        x, y = CENTRES[side].x, CENTRES[side].y
        flat = [part for corner in corners(side) for part in corner]
        where = {"point": [1, x, y], "circle": [3, x, y, 2], "polygon": [7, *flat]}[shape]
        marks[f"1_{place}"] = {"vid": "1", "flg": 0, "z": [], "xy": where, "av": {"1": str(place)}}

    path = put(folder / "a.json", version_3(marks, attributes))

    assert placed(brought(Format.VIA, path)[1]) == CENTRES


def cvat(folder: Path, shapes: str) -> Path:
    image = f'<image id="0" name="{NAME}" width="24" height="18">{shapes}</image>'
    return put(folder / "annotations.xml", f'<?xml version="1.0"?><annotations>{image}</annotations>')


def polygon_of(side: Side, name: str, more: str = "") -> str:
    points = ";".join(f"{x:.2f},{y:.2f}" for x, y in corners(side))
    return f'<polygon label="{name}" occluded="0" points="{points}" {more}/>'


@pytest.mark.parametrize(
    "names", [("left_pupil", "right_pupil"), ("leftIris", "rightIris"), ("Left Pupil", "RIGHT-PUPIL")], ids=str
)
def test_a_polygon_of_cvat_has_the_centre_of_its_area(names: tuple[str, str], folder: Path) -> None:
    path = cvat(folder, polygon_of(LEFT, names[0]) + polygon_of(RIGHT, names[1]))

    assert placed(brought(Format.CVAT, path)[1]) == CENTRES


def test_the_outline_of_an_eye_is_no_pupil_and_is_told(folder: Path) -> None:
    report = ImportReport()
    path = cvat(folder, polygon_of(LEFT, "left eye") + polygon_of(RIGHT, "right_pupil"))

    (item,) = importing.read(Format.CVAT, path, now=NOW, report=report)

    assert placed(item.found.labels) == {RIGHT: CENTRES[RIGHT]}
    assert any("the polygon 'left eye'" in line for line in report.lines())


def test_corners_of_a_polygon_that_lie_close_to_each_other_do_not_draw_its_centre(folder: Path) -> None:
    ring = [*corners(LEFT), *((CENTRES[LEFT].x - 2, CENTRES[LEFT].y + 2 - step / 10) for step in range(1, 10))]
    points = ";".join(f"{x},{y}" for x, y in ring)

    path = cvat(folder, f'<polygon label="left_pupil" occluded="0" points="{points}"/>')

    assert placed(brought(Format.CVAT, path)[1]) == {LEFT: CENTRES[LEFT]}


def test_a_polygon_of_cvat_that_is_hidden_is_a_hidden_eye(folder: Path) -> None:
    path = cvat(folder, polygon_of(LEFT, "left_pupil").replace('occluded="0"', 'occluded="1"'))

    assert [(label.side, label.occluded) for label in brought(Format.CVAT, path)[1]] == [(LEFT, True)]


def test_what_cvat_draws_that_has_no_centre_is_told(folder: Path) -> None:
    line = '<polyline label="left_pupil" occluded="0" points="1,1;2,2;3,3"/>'
    report = ImportReport()

    (item,) = importing.read(Format.CVAT, cvat(folder, line + polygon_of(RIGHT, "right_pupil")), now=NOW, report=report)

    assert placed(item.found.labels) == {RIGHT: CENTRES[RIGHT]}
    assert "passed over: the polyline 'left_pupil'" in report.lines()


def yolo(
    folder: Path, line: str, *, names: str = "\nkpt_names:\n  0: [left_pupil, right_pupil]", numbers: int = 3
) -> Path:
    put(folder / "data.yaml", f"kpt_shape: [2, {numbers}]\nnames: [face]{names}\n")
    put_picture(folder / "images" / "train")
    put(folder / "labels" / "train" / f"{Path(NAME).stem}.txt", line + "\n")
    return folder


BOX = "0 0.5 0.5 0.8 0.6"
PLACES = [(CENTRES[side].x / 24, CENTRES[side].y / 18) for side in (LEFT, RIGHT)]


def line_of(values: Sequence[float | None], *, score: float | None = None) -> str:
    parts = [BOX]
    for (x, y), value in zip(PLACES, values, strict=True):
        parts.append(f"{x} {y}" if value is None else f"{x} {y} {value}")
    return " ".join(parts if score is None else [*parts, str(score)])


@pytest.mark.parametrize(
    ("line", "numbers", "sure"),
    [
        (line_of((0.93, 0.71)), 3, [0.93, 0.71]),
        (line_of((0.93, 0.71), score=0.88), 3, [0.88, 0.88]),
        (line_of((2, 2), score=0.88), 3, [0.88, 0.88]),
        (line_of((None, None), score=0.64), 2, [0.64, 0.64]),
    ],
)
def test_what_yolo_predicts_is_a_guess_and_no_label(line: str, numbers: int, sure: list[float], folder: Path) -> None:
    (item,) = importing.read(Format.YOLO_POSE, yolo(folder, line, numbers=numbers), now=NOW)

    assert item.found.labels == ()
    guesses = {guess.side: guess for guess in item.sample.predictions if guess.pupil is not None}
    assert [guesses[side].pupil.confidence for side in (LEFT, RIGHT)] == sure
    where = guesses[LEFT].pupil.centre
    assert (where.x + 0.5, where.y + 0.5) == pytest.approx((14, 8), abs=0.01)


@pytest.mark.parametrize("numbers", [2, 3])
def test_what_a_person_drew_for_yolo_is_a_label(numbers: int, folder: Path) -> None:
    line = line_of((2, 2) if numbers == 3 else (None, None))

    (item,) = importing.read(Format.YOLO_POSE, yolo(folder, line, numbers=numbers), now=NOW)

    assert placed(item.found.labels) == CENTRES


def test_a_confidence_of_yolo_beyond_one_is_refused_with_the_reason(folder: Path) -> None:
    with pytest.raises(SourceError, match=r"line 1 of .*: a confidence is 0 to 1, not 1\.7"):
        importing.read(Format.YOLO_POSE, yolo(folder, line_of((0.9, 0.9), score=1.7)), now=NOW)
