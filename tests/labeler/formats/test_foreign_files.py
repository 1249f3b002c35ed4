"""Plain files of other tools become samples, and their points events by `import`."""

from __future__ import annotations

from pathlib import Path

import pytest

from labeler.formats.elements.interfaces import Format
from livecam.core.types import Box as Rectangle
from livecam.core.types import EyeState, Face, Point, Side
from livecam.store.samples import CropMode, LabelAction, SampleState, SamplingReason, Split, pixel_hash
from livecam.store.store import Store
from tests.labeler.formats.foreign import NOW, bring, brought, coco, put, put_picture
from tests.labeler.formats.made import HEIGHT, WIDTH, picture


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    put_picture(tmp_path)
    return tmp_path


def test_a_coco_point_becomes_a_label(folder: Path) -> None:
    _, labels, _ = brought(Format.COCO, put(folder / "a.json", coco([12.5, 6.25, 2, 4, 6, 2])))

    assert [label.centre for label in labels] == [Point(12.0, 5.75), Point(3.5, 5.5)]


def test_points_are_said_by_import(folder: Path) -> None:
    *_, events = brought(Format.COCO, put(folder / "a.json", coco([12.5, 6.25, 2, 4, 6, 2])))

    said = [(event.action, event.annotator, event.when) for event in events]
    assert said == [(verb, "import", NOW) for verb in (LabelAction.POINT, LabelAction.POINT, LabelAction.ACCEPT)]


def test_a_coco_keypoint_that_is_not_visible_is_an_occluded_eye(folder: Path) -> None:
    _, labels, _ = brought(Format.COCO, put(folder / "a.json", coco([12.5, 6.25, 1, 0, 0, 0])))

    assert [(label.side, label.occluded, label.centre) for label in labels] == [(Side.LEFT, True, None)]


def test_only_the_eyes_of_a_whole_body_are_taken(folder: Path) -> None:
    names = ["nose", "left_eye", "right_eye", "left_ear", "left_shoulder"]
    body = put(folder / "a.json", coco([1, 1, 2, 12.5, 6, 2, 4, 6, 2, 9, 9, 2, 8, 8, 2], names))

    assert len(brought(Format.COCO, body)[1]) == 2


def test_the_sample_is_the_whole_picture(folder: Path) -> None:
    sample, *_ = brought(Format.COCO, put(folder / "a.json", coco([12.5, 6.25, 2, 4, 6, 2])))

    about = (sample.id, sample.size, sample.keep, sample.origin, sample.reason, sample.source, sample.captured)
    size = (WIDTH, HEIGHT)
    assert about == (pixel_hash(picture(0)), size, CropMode.FRAME, (0, 0), SamplingReason.FLAG, "Café 1.png", NOW)


def test_the_drawn_face_has_its_eyes_where_the_pupils_are(folder: Path) -> None:
    sample, *_ = brought(Format.COCO, put(folder / "a.json", coco([14.5, 6.5, 2, 4.5, 8.5, 2])))

    lids = Face(Rectangle(0, 0, 1, 1), sample.landmarks, 1.0).lids(Side.LEFT)
    assert lids[[0, 3]].mean(axis=0).tolist() == pytest.approx([14, 6], abs=1e-4)


def test_the_split_is_the_one_that_was_asked_for(folder: Path) -> None:
    sample, *_ = brought(Format.COCO, put(folder / "a.json", coco([14, 6, 2, 4, 8, 2])), split=Split.TEST)

    assert sample.split is Split.TEST


def test_pictures_may_be_elsewhere(tmp_path: Path) -> None:
    put_picture(tmp_path / "elsewhere")
    path = put(tmp_path / "a.json", coco([14, 6, 2, 4, 8, 2], file_name="lost/Café 1.png"))

    assert brought(Format.COCO, path, images=tmp_path / "elsewhere")[0].id == pixel_hash(picture(0))


def test_a_picture_without_a_face_is_a_new_sample(folder: Path) -> None:
    path = put(folder / "a.json", coco([0, 0, 0, 0, 0, 0]))
    with Store.open(folder / "store") as store:
        bring(store, Format.COCO, path)

        assert [stored.state for stored in store.samples()] == [SampleState.NEW]


def test_importing_twice_is_importing_once(folder: Path) -> None:
    path = put(folder / "a.json", coco([12.5, 6.25, 2, 4, 6, 2]))
    with Store.open(folder / "store") as store:
        bring(store, Format.COCO, path)
        bring(store, Format.COCO, path)

        assert store.counts().events == 3


def test_a_labelme_circle_has_a_radius(folder: Path) -> None:
    shape = {"label": "Pupil (L)", "points": [[12.5, 6.5], [12.5, 9.5]], "shape_type": "circle"}
    content = {"shapes": [shape], "flags": {}, "imagePath": "Café 1.png", "imageData": None}

    _, labels, _ = brought(Format.LABELME, put(folder / "a.json", content))

    assert [(label.centre, label.radius) for label in labels] == [(Point(12, 6), 3)]


def test_a_labelme_flag_closes_an_eye(folder: Path) -> None:
    content = {"shapes": [], "flags": {"right eye closed": True, "blurred": True}, "imagePath": "Café 1.png"}

    _, labels, _ = brought(Format.LABELME, put(folder / "a.json", content))

    assert [(label.side, label.state) for label in labels] == [(Side.RIGHT, EyeState.CLOSED)]


def region(**value: object) -> dict[str, object]:
    about = {"from_name": "kp", "to_name": "img", "type": "keypointlabels"}
    return about | {"original_width": WIDTH, "original_height": HEIGHT, "value": value}


LEFT = region(x=50.0, y=50.0, width=10.0, keypointlabels=["Left eye"])


def test_a_label_studio_point_is_in_percent(folder: Path) -> None:
    task = {"id": 1, "data": {"image": "/data/upload/3/0a1b2c3d-Caf%C3%A9 1.png"}, "annotations": [{"result": [LEFT]}]}

    _, labels, _ = brought(Format.LABELSTUDIO, put(folder / "a.json", [task]))

    assert [(label.centre, label.radius) for label in labels] == [(Point(11.5, 8.5), pytest.approx(2.4))]


def test_a_label_studio_prediction_is_a_prediction(folder: Path) -> None:
    prediction = {"model_version": "v9", "score": 0.25, "result": [LEFT]}
    task = {"id": 1, "data": {"image": "Café 1.png"}, "predictions": [prediction]}

    sample, labels, _ = brought(Format.LABELSTUDIO, put(folder / "a.json", [task]))

    guessed = [
        (prediction.detector, prediction.version, prediction.pupil and prediction.pupil.confidence)
        for prediction in sample.predictions
    ]
    assert (guessed, labels) == ([("labelstudio", "v9", 0.25)], ())


def test_a_cancelled_label_studio_task_is_skipped(folder: Path) -> None:
    task = {"id": 1, "data": {"image": "Café 1.png"}, "annotations": [{"result": [], "was_cancelled": True}]}

    assert [event.action for event in brought(Format.LABELSTUDIO, put(folder / "a.json", [task]))[2]] == [
        LabelAction.SKIP
    ]


CVAT = """<?xml version="1.0" encoding="utf-8"?>
<annotations><version>1.1</version><meta/>
  <image id="0" name="Café 1.png" width="24" height="18">{}</image>
</annotations>"""


def test_a_cvat_point_becomes_a_label(folder: Path) -> None:
    points = '<points label="left_pupil" occluded="0" points="12.50,6.25"/>'

    _, labels, _ = brought(Format.CVAT, put(folder / "a.xml", CVAT.format(points)))

    assert [(label.side, label.centre) for label in labels] == [(Side.LEFT, Point(12, 5.75))]


def test_a_cvat_skeleton_is_read_by_its_points(folder: Path) -> None:
    points = '<points label="{}" occluded="{}" outside="{}" points="12.50,6.25"/>'
    inside = points.format("left eye", 1, 0) + points.format("right eye", 0, 1)

    _, labels, _ = brought(Format.CVAT, put(folder / "a.xml", CVAT.format(f'<skeleton label="f">{inside}</skeleton>')))

    assert [(label.side, label.occluded) for label in labels] == [(Side.LEFT, True)]


def test_datumaro_points_may_be_one_for_each_eye(folder: Path) -> None:
    point = {"type": "points", "label_id": 0, "points": [12.5, 6.5], "visibility": [2], "attributes": {}}
    item = {"id": "Café 1", "image": {"path": "Café 1.png", "size": [HEIGHT, WIDTH]}, "annotations": [point]}
    categories = {"label": {"labels": [{"name": "right-pupil"}]}}

    _, labels, _ = brought(Format.DATUMARO, put(folder / "a.json", {"categories": categories, "items": [item]}))

    assert [(label.side, label.centre) for label in labels] == [(Side.RIGHT, Point(12, 6))]


def annotation(folder: Path, verdict: int) -> Path:
    content = {"img_dir": str(folder), "mask_dir": None, "labels": [{"name": "Café 1.png", "class": verdict}]}
    return put(folder / "annotation.json", content)


@pytest.mark.parametrize(("verdict", "verb"), [(1, LabelAction.ACCEPT), (0, LabelAction.REJECT)])
def test_a_class_of_the_tutorial_is_a_judgement(folder: Path, verdict: int, verb: LabelAction) -> None:
    assert [event.action for event in brought(Format.ANNOTATION, annotation(folder, verdict))[2]] == [verb]


def test_the_tutorials_folder_may_have_moved(folder: Path) -> None:
    content = {"img_dir": "/elsewhere", "mask_dir": None, "labels": [{"name": "Café 1.png", "class": 1}]}

    assert len(brought(Format.ANNOTATION, put(folder / "annotation.json", content))[2]) == 1


def test_a_row_of_a_table_is_an_eye_in_our_pixels(folder: Path) -> None:
    table = put(folder / "a.csv", "picture,side,x,y\nCafé 1.png,left,12.5,6\nCafé 1.png,right,,\n")

    assert [(label.side, label.centre) for label in brought(Format.CSV, table)[1]] == [(Side.LEFT, Point(12.5, 6))]


def test_a_table_of_a_spreadsheet_begins_with_a_mark(folder: Path) -> None:
    table = put(folder / "a.csv", "\ufeffpicture,side,state,x,y\nCafé 1.png,L,closed,,\n")

    assert [label.state for label in brought(Format.CSV, table)[1]] == [EyeState.CLOSED]
