"""Each format has its labels where its users look for them."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from labeler.formats.elements.interfaces import Format
from livecam.core.types import Point, Pupil, Side
from livecam.store.samples import LabelAction, Split
from tests.labeler.formats.made import entry, labelled, placed, says, written

PLACED = labelled(0, *placed(x=7.5, y=6.25, radius=2.5))
NEW = labelled(1, split=Split.TEST)
SKIPPED = labelled(2, says(LabelAction.SKIP))
REJECTED = labelled(3, says(LabelAction.REJECT))
ENTRIES = (NEW, PLACED, SKIPPED, REJECTED)


def export(kind: Format, folder: Path, name: str) -> Any:
    return json.loads((written(ENTRIES, kind, folder) / name).read_text(encoding="utf-8"))


@pytest.fixture
def coco(tmp_path: Path) -> Any:
    return export(Format.COCO, tmp_path, "annotations/person_keypoints_all.json")


def test_coco_numbers_images_from_one(coco: Any) -> None:
    assert [image["id"] for image in coco["images"]] == [1, 2, 3, 4]


def test_coco_has_an_annotation_only_for_a_labelled_image(coco: Any) -> None:
    assert [(one["id"], one["image_id"], one["category_id"]) for one in coco["annotations"]] == [(1, 2, 1)]


def test_coco_keypoints_are_from_the_corner_with_their_visibility(coco: Any) -> None:
    x, y, v, _, _, hidden = coco["annotations"][0]["keypoints"]

    assert (x, y, v, hidden) == (8.0, 6.75, 2, 1)


def test_coco_counts_the_keypoints(coco: Any) -> None:
    assert coco["annotations"][0]["num_keypoints"] == 2


def test_coco_has_the_area_of_the_box(coco: Any) -> None:
    (annotation,) = coco["annotations"]

    assert annotation["area"] == annotation["bbox"][2] * annotation["bbox"][3] > 0


def test_coco_names_the_keypoints_and_joins_them(coco: Any) -> None:
    (category,) = coco["categories"]

    assert (category["keypoints"], category["skeleton"]) == (["left_pupil", "right_pupil"], [[1, 2]])


def test_labelme_has_no_picture_inside(tmp_path: Path) -> None:
    content = export(Format.LABELME, tmp_path, f"{Path(PLACED.picture).stem}.json")

    assert (content["imageData"], content["imagePath"]) == (None, PLACED.picture)


def test_labelme_has_the_picture_beside(tmp_path: Path) -> None:
    assert (written(ENTRIES, Format.LABELME, tmp_path) / PLACED.picture).is_file()


def test_labelme_flags_are_true_or_false(tmp_path: Path) -> None:
    flags = export(Format.LABELME, tmp_path, f"{Path(PLACED.picture).stem}.json")["flags"]

    assert ({type(flag) for flag in flags.values()}, [name for name in flags if flags[name]]) == (
        {bool},
        ["right_closed"],
    )


@pytest.fixture
def tasks(tmp_path: Path) -> Any:
    return export(Format.LABELSTUDIO, tmp_path, "tasks.json")


def test_label_studio_coordinates_are_percent(tasks: Any) -> None:
    point, _ = tasks[1]["annotations"][0]["result"]

    assert (point["value"]["x"], point["value"]["y"]) == (pytest.approx(100 * 8 / 24), pytest.approx(37.5))


def test_label_studio_predictions_have_the_score_of_the_prediction(tasks: Any) -> None:
    (prediction,) = tasks[0]["predictions"]

    assert (prediction["model_version"], prediction["score"]) == ("cpu 0.1.0", 0.4)


def test_label_studio_has_a_closed_eye_as_a_choice(tasks: Any) -> None:
    _, choice = tasks[1]["annotations"][0]["result"]

    assert (choice["from_name"], choice["value"]) == ("right_eye", {"choices": ["closed"]})


def test_label_studio_calls_a_skipped_task_cancelled(tasks: Any) -> None:
    assert [len(task["annotations"]) for task in tasks] == [0, 1, 1, 0]


def test_label_studio_finds_pictures_below_the_folder_that_holds_the_export(tasks: Any, tmp_path: Path) -> None:
    assert tasks[1]["data"]["image"] == f"/data/local-files/?d={tmp_path.name}/images/{PLACED.picture}"


@pytest.fixture
def cvat(tmp_path: Path) -> ElementTree.Element:
    return ElementTree.parse(written(ENTRIES, Format.CVAT, tmp_path) / "annotations.xml").getroot()


def test_cvat_is_version_1_1(cvat: ElementTree.Element) -> None:
    assert cvat.findtext("version") == "1.1"


def test_cvat_has_a_point_for_a_pupil(cvat: ElementTree.Element) -> None:
    assert [(one.get("label"), one.get("points")) for one in cvat.iter("points")] == [("left_pupil", "8.0,6.75")]


def test_cvat_has_a_tag_for_a_closed_eye(cvat: ElementTree.Element) -> None:
    image = cvat.findall("image")[1]

    assert image.find("tag").get("label") == "right_closed"  # type: ignore[union-attr]


def test_cvat_declares_every_label_it_uses(cvat: ElementTree.Element) -> None:
    declared = {label.findtext("name") for label in cvat.iter("label")}

    assert {one.get("label") for image in cvat.iter("image") for one in image} <= declared


def test_cvat_attributes_are_short_enough_to_be_kept(tmp_path: Path) -> None:
    long = labelled(0, *placed() * 40)
    root = ElementTree.parse(written([long], Format.CVAT, tmp_path) / "annotations.xml").getroot()

    assert max(len(one.text or "") for one in root.iter("attribute")) <= 4096


def test_datumaro_has_a_file_for_each_split(tmp_path: Path) -> None:
    written(ENTRIES, Format.DATUMARO, tmp_path)

    assert sorted(path.name for path in tmp_path.glob("annotations/*")) == ["test.json", "train.json"]


def test_datumaro_points_have_their_visibility(tmp_path: Path) -> None:
    content = export(Format.DATUMARO, tmp_path, "annotations/train.json")

    assert content["items"][0]["annotations"][0]["visibility"] == [2, 1]


def test_annotation_is_what_the_tutorials_program_writes(tmp_path: Path) -> None:
    content = export(Format.ANNOTATION, tmp_path, "annotation.json")

    judged = [{"name": PLACED.picture, "class": 0}, {"name": REJECTED.picture, "class": 0}]
    assert content == {"img_dir": str(tmp_path / "images"), "mask_dir": None, "labels": judged}


def test_annotation_calls_an_accepted_prediction_true(tmp_path: Path) -> None:
    written([labelled(0, says(LabelAction.ACCEPT))], Format.ANNOTATION, tmp_path)

    assert [one["class"] for one in json.loads((tmp_path / "annotation.json").read_text())["labels"]] == [1]


def test_a_table_has_a_row_for_each_eye(tmp_path: Path) -> None:
    with (written(ENTRIES, Format.CSV, tmp_path) / "pupils.csv").open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["picture"] == PLACED.picture]

    said = [(row["side"], row["state"], row["x"], row["y"], row["radius"]) for row in rows]
    assert said == [("left", "open", "7.5", "6.25", "2.5"), ("right", "closed", "", "", "")]


@pytest.mark.parametrize("kind", Format)
def test_an_eye_far_outside_the_picture_is_no_trouble(kind: Format, tmp_path: Path) -> None:
    """A detector may prediction anything, and a person accept it by mistake."""
    prediction = labelled(0).sample.predictions[0]
    far = type(prediction)("cpu", "1", Side.LEFT, Pupil(Point(-1e5, 1e5), 3.0, 0.5))
    accepted = labelled(0, says(LabelAction.ACCEPT, shown_predictions=(far,)))

    assert written([entry(accepted.sample, accepted.events)], kind, tmp_path)


@pytest.mark.parametrize(
    ("source", "begins"),
    [
        ("photos/Café 1.png", "Café_1_000000_"),
        ("C:\\videos\\얼굴.mp4", "얼굴_000000_"),
        ("http://anna:secret@camera.local/live.m3u8?token=secret", "live_000000_"),
        ("???", "source_"),
        ("x" * 400, "x" * 80 + "_000000_"),
    ],
)
def test_a_picture_is_called_after_its_source(source: str, begins: str) -> None:
    name = labelled(0, source=source).picture

    assert name.startswith(begins)
    assert name.endswith(f"_{labelled(0).sample.id[:12]}.png")
    assert "secret" not in name
