"""Names, tables and files as people have them are understood, and what is not is told."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import cv2
import pytest

from labeler.exchange import importing
from labeler.exchange.importing import ImportOptions
from labeler.formats.elements.interfaces import Format
from labeler.formats.elements.keypoints import Condition, EyeName, eye_name
from labeler.formats.elements.plain_yaml import parse_plain_yaml
from labeler.formats.elements.report import ImportReport
from livecam.core.errors import SourceError
from livecam.core.types import EyeState, Point, Side
from livecam.store.samples import EyeLabel
from tests.labeler.formats.foreign import NOW, brought, coco, put, put_picture
from tests.labeler.formats.made import HEIGHT, WIDTH, picture

LEFT, RIGHT = Side.LEFT, Side.RIGHT


@pytest.mark.parametrize(
    ("name", "side"),
    [
        ("leftPupil", LEFT),
        ("LEFT_EYE", LEFT),
        ("lefteye", LEFT),
        ("reye", RIGHT),
        ("eyeR", RIGHT),
        ("right-eye-center", RIGHT),
        ("Pupil (L)", LEFT),
        ("subject's left eye", LEFT),
        ("왼쪽 눈", LEFT),
        ("오른쪽눈동자", RIGHT),
        ("우측 동공 중심", RIGHT),
        ("左眼", LEFT),
        ("右瞳孔", RIGHT),
        ("右目", RIGHT),
        ("pupil", None),
        ("눈동자", None),
    ],
)
def test_eyes_are_known_by_many_names(name: str, side: Side | None) -> None:
    known = eye_name(name)

    assert known is not None
    assert (known.side, known.condition) == (side, None)


@pytest.mark.parametrize(
    "name",
    ["nose", "left_eyebrow", "left_eye_inner_corner", "left_ear", "leftover", "face", "", "왼쪽 귀"],
)
def test_what_is_no_pupil_is_none(name: str) -> None:
    assert eye_name(name) is None


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("left_eye_2", EyeName(LEFT, "2", None, whole=True)),
        ("right eye closed", EyeName(RIGHT, "", Condition.CLOSED, whole=True)),
        ("leftEyeHidden", EyeName(LEFT, "", Condition.OCCLUDED, whole=True)),
        ("왼쪽 눈 감음", EyeName(LEFT, "", Condition.CLOSED, whole=True)),
    ],
)
def test_a_name_may_say_more(name: str, said: EyeName) -> None:
    assert eye_name(name) == said


def table(folder: Path, text: str, encoding: str = "utf-8") -> tuple[EyeLabel, ...]:
    put_picture(folder, "a.png")
    (folder / "a.csv").write_bytes(text.encode(encoding))
    return brought(Format.CSV, folder / "a.csv")[1]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
@pytest.mark.parametrize(
    "text",
    [
        "picture,side,x,y\na.png,left,12.5,6\n",
        "picture;side;x;y\na.png;left;12,5;6\n",
        "\r\n\r\npicture;side;x;y\r\na.png;left;12,5;6\r\n",
        "Picture\tSide\tX\tY\na.png\tLeft\t12,5\t6\n",
        "sep=;\r\npicture;side;x;y\r\na.png;left;12,5;6\r\n",
        "image | eye | cx | cy\na.png | L | 12.5 | 6.0\n",
        "picture,side,x,y,width,height\na.png,left,12.5,6,24.0,18.0\n",
        'picture,side,x,y\na.png,left,"12,5",6\n\n',
        "file name;left_pupil_x;left_pupil_y\na.png;12,5;6\n",
        "leftPupilX,leftPupilY,Image\n12.5,6,a.png\n",
        "image,lx,ly,rx,ry\na.png,12.5,6,,\n",
    ],
)
def test_a_table_is_read_however_it_is_written(text: str, encoding: str, tmp_path: Path) -> None:
    assert [(label.side, label.centre) for label in table(tmp_path, text, encoding)] == [(LEFT, Point(12.5, 6))]


def test_a_kaggle_table_holds_its_pictures(tmp_path: Path) -> None:
    levels = " ".join(str(value % 256) for value in range(96 * 96))
    header = "left_eye_center_x,left_eye_center_y,right_eye_center_x,right_eye_center_y,nose_tip_x,nose_tip_y,Image"
    path = put(tmp_path / "training.csv", f"{header}\n66.03,39.0,30.2,36.4,44.4,57.1,{levels}\n")
    report = ImportReport()

    (item,) = importing.read(Format.CSV_WIDE, path, now=NOW, report=report)

    assert (item.sample.size, item.image()[0, 7].tolist()) == ((96, 96), [7, 7, 7])
    assert [label.centre for label in item.found.labels] == [Point(66.03, 39.0), Point(30.2, 36.4)]
    assert report.lines() == [
        "passed over: the columns of 'nose tip'",
        "note: no face was found where these labels are: their samples have drawn landmarks, "
        "and training leaves them out",
    ]


def test_a_row_that_is_wrong_leaves_out_its_picture_only(tmp_path: Path) -> None:
    put_picture(tmp_path, "a.png", 0)
    put_picture(tmp_path, "b.png", 1)
    path = put(tmp_path / "a.csv", "\npicture,side,x,y\na.png,left,1,1\na.png,up,1,1\nb.png,left,2,2\nb.png,left\n")
    report = ImportReport()

    read = importing.read(Format.CSV, path, now=NOW, report=report)

    assert [item.found.picture for item in read] == ["b.png"]
    assert len(report.left_out) == 2
    assert "line 6" in report.left_out[0]
    assert "its side is 'up'" in report.left_out[1]
    with pytest.raises(SourceError, match=r"and 1 more; nothing was imported"):
        importing.read(Format.CSV, path, now=NOW, options=ImportOptions(strict=True))


def test_one_bad_picture_does_not_refuse_the_others(tmp_path: Path) -> None:
    put_picture(tmp_path)
    (tmp_path / "b.png").write_bytes(b"no picture")
    content = coco([12.5, 6.25, 2, 4, 6, 2])
    images = [*content["images"], {"id": 8, "file_name": "b.png"}, {"id": 9, "file_name": "c.png"}, None]
    report = ImportReport()

    read = importing.read(Format.COCO, put(tmp_path / "a.json", {**content, "images": images}), now=NOW, report=report)

    assert (len(read), len(report.left_out)) == (1, 3)
    assert [reason.partition(" of ")[0] for reason in report.left_out] == ["image 8", "image 9", "image missing"]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"annotations": [None]}, "annotation 1 of .* has no 'image_id'"),
        ({"annotations": [{"image_id": 77}]}, "it is of image 77, which the file does not have"),
        ({"annotations": 3}, "its annotations is 3, not a list"),
    ],
)
def test_no_message_is_pythons_own(change: dict[str, Any], told: str, tmp_path: Path) -> None:
    put_picture(tmp_path)
    content = {**coco([12.5, 6.25, 2, 4, 6, 2]), **change}

    with pytest.raises(SourceError, match=told):
        importing.read(Format.COCO, put(tmp_path / "a.json", content), now=NOW, options=ImportOptions(strict=True))


def test_ids_may_be_text_and_sizes_missing(tmp_path: Path) -> None:
    put_picture(tmp_path)
    content = coco([12.5, 6.25, 2, 4, 6, 2], width=None, height=None)
    content["annotations"][0]["image_id"] = "7"

    assert len(brought(Format.COCO, put(tmp_path / "a.json", content))[1]) == 2


def test_a_file_that_was_saved_twice_is_read_as_it_was_saved_last(tmp_path: Path) -> None:
    put_picture(tmp_path)
    first = '{"img_dir": ".", "mask_dir": null, "labels": []}'
    second = first.replace("[]", '[{"name": "Café 1.png", "class": 1}]')
    report = ImportReport()
    path = put(tmp_path / "annotation.json", first + second + second[:30])

    (item,) = importing.read(Format.ANNOTATION, path, now=NOW, report=report)

    assert item.found.is_right is True
    assert "was saved 2 times" in report.lines()[0]


def labelme(shape: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"shapes": [{"label": "left_pupil", **shape}], "flags": {}, "imagePath": "Café 1.png", **more}


@pytest.mark.parametrize(
    ("shape", "centre", "radius"),
    [
        ({"shape_type": "rectangle", "points": [[10, 4], [14, 8]]}, (11.5, 5.5), 2),
        ({"shape_type": "polygon", "points": [[10, 4], [14, 4], [14, 8], [10, 8]]}, (11.5, 5.5), 2.257),
        ({"shape_type": "circle", "points": [[12, 6], [12, 8]]}, (11.5, 5.5), 2),
    ],
)
def test_a_shape_has_a_middle(shape: Any, centre: tuple[float, float], radius: float, tmp_path: Path) -> None:
    put_picture(tmp_path)
    (label,) = brought(Format.LABELME, put(tmp_path / "a.json", labelme(shape)))[1]

    assert (label.centre, label.radius) == (centre, pytest.approx(radius, abs=1e-3))


def test_the_middle_of_a_whole_eye_is_no_pupil(tmp_path: Path) -> None:
    put_picture(tmp_path)
    shape = {"label": "left_eye", "shape_type": "rectangle", "points": [[10, 4], [14, 8]]}
    report = ImportReport()

    (item,) = importing.read(Format.LABELME, put(tmp_path / "a.json", labelme(shape)), now=NOW, report=report)

    assert item.found.labels == ()
    assert "the rectangle 'left_eye': the middle of an eye's outline is not its pupil" in report.lines()[0]


def test_a_labelme_file_may_hold_its_picture(tmp_path: Path) -> None:
    data = base64.b64encode(cv2.imencode(".png", picture(3))[1].tobytes()).decode()
    content = labelme({"shape_type": "point", "points": [[12, 6]]}, imageData=data)

    (item,) = importing.read(Format.LABELME, put(tmp_path / "a.json", content), now=NOW)

    assert (item.image() == picture(3)).all()


def task(results: list[Any], **more: Any) -> list[Any]:
    return [{"id": 1, "data": {"image": "Café 1.png"}, "annotations": [{"result": results}], **more}]


def point(name: str, x: float, **more: Any) -> dict[str, Any]:
    value = {"x": x, "y": 50.0, "width": 5.0, "keypointlabels": [name]}
    return {"id": name, "from_name": "kp", "to_name": "image", "type": "keypointlabels", "value": value, **more}


CLOSED = {"from_name": "left_eye", "to_name": "image", "type": "choices", "value": {"choices": ["closed"]}}
TEXT = {"from_name": "comment", "to_name": "image", "type": "textarea", "value": {"text": ["blurred"]}}
RELATION = {"from_id": "left_pupil", "to_id": "right_pupil", "type": "relation", "direction": "right"}


@pytest.mark.parametrize(
    "results",
    [
        [CLOSED, point("right_pupil", 25.0)],
        [TEXT, CLOSED, point("right_pupil", 25.0)],
        [point("right_pupil", 25.0), CLOSED, RELATION],
        [CLOSED, point("right_pupil", 25.0, original_width=WIDTH, original_height=HEIGHT)],
    ],
)
def test_label_studio_results_need_no_size_and_no_order(results: list[Any], tmp_path: Path) -> None:
    put_picture(tmp_path)
    labels = brought(Format.LABELSTUDIO, put(tmp_path / "a.json", task(results)))[1]

    assert [(label.side, label.state, label.centre) for label in labels] == [
        (LEFT, EyeState.CLOSED, None),
        (RIGHT, EyeState.OPEN, Point(WIDTH * 0.25 - 0.5, HEIGHT * 0.5 - 0.5)),
    ]


@pytest.mark.parametrize("on_disk", ["0a1b2c3d-my_face_1.png", "my_face_1.png", "my face (1).png"])
def test_an_upload_is_found_under_any_of_its_names(on_disk: str, tmp_path: Path) -> None:
    put_picture(tmp_path, on_disk)
    tasks = task([point("left_pupil", 50.0)], data={"photo": "/data/upload/1/0a1b2c3d-my_face_1.png", "note": "x"})

    assert len(brought(Format.LABELSTUDIO, put(tmp_path / "a.json", tasks))[1]) == 1


def test_coco_with_a_score_is_a_prediction_of_its_tool(tmp_path: Path) -> None:
    put_picture(tmp_path)
    content = coco([12.5, 6.25, 2, 4, 6, 2])
    content["annotations"][0]["score"] = 0.75
    sample, labels, _ = brought(Format.COCO, put(tmp_path / "a.json", content))

    guessed = [(one.detector, one.pupil and one.pupil.confidence) for one in sample.predictions]
    assert (guessed, labels) == ([("coco", 0.75)] * 2, ())


def test_68_landmarks_are_those_of_the_sample(tmp_path: Path) -> None:
    put_picture(tmp_path, "a.png")
    points = [(1 + place % 20, 1 + place // 20) for place in range(68)]
    lines = "\n".join(f"{x} {y}" for x, y in points)
    sample, labels, _ = brought(Format.PTS, put(tmp_path / "a.pts", f"version: 1\nn_points: 68\n{{\n{lines}\n}}"))

    assert (sample.landmarks == [(x - 1, y - 1) for x, y in points]).all()
    assert labels == ()


def test_the_yaml_of_a_data_set_is_read() -> None:
    text = """# made by hand
path: ../data   # where it is
kpt_shape: [2, 3]
names:
  0: face
  1: 'it''s'
kpt_names:
  0:
    - left_pupil
    - right_pupil
nested: {a: [1, 2], b: "x: y"}
"""

    assert parse_plain_yaml(text) == {
        "path": "../data",
        "kpt_shape": [2, 3],
        "names": {"0": "face", "1": "it's"},
        "kpt_names": {"0": ["left_pupil", "right_pupil"]},
        "nested": {"a": [1, 2], "b": "x: y"},
    }
