"""Portraits: test people are never touched, labels are checked, and a moved iris is where it is said to be."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import cv2
import numpy as np
import pytest

from livecam.core.errors import SourceError
from livecam.core.types import Side
from livecam.drawing.gaze_redirection import EyeGeometry
from training.data.portraits import is_test_person, read_labels, see
from training.engine.files import DatasetError
from training.synthesis.gaze_shift import STILL, GazePose, RedirectJob, moved_lids, shifted, visible_share

FACES = Path(__file__).parents[3] / "../shared/data/pupils/faces"
HEADER = "file,img_left_x,img_left_y,img_right_x,img_right_y,img_left_iris_radius,img_right_iris_radius\n"
EYE = EyeGeometry(
    (100.0, 80.0), 12.0, np.array([[70, 82], [90, 68], [110, 68], [130, 82], [112, 92], [90, 92]], np.float32)
)


@pytest.mark.parametrize("name", ["london_007.jpg", "london_129.jpg", "london_037_smile.jpg", "london_009_2.jpg"])
def test_london_people_with_a_seven_or_nine_at_the_end_are_test_people(name: str) -> None:
    assert is_test_person(name)


@pytest.mark.parametrize("name", ["london_071.jpg", "london_173.jpg", "london_091_smile.jpg", "canada_019f.jpg"])
def test_everybody_else_may_be_learnt_from(name: str) -> None:
    assert not is_test_person(name)


@pytest.fixture
def labels(tmp_path: Path) -> Path:
    cv2.imwrite(str(tmp_path / "london_001.jpg"), np.zeros((50, 60, 3), np.uint8))
    (tmp_path / "labels.csv").write_text(HEADER + "london_001.jpg,20,25,40,25,3,3\nlondon_007.jpg,20,25,40,25,3,3\n")
    return tmp_path / "labels.csv"


def test_the_left_of_the_image_is_the_right_eye_of_the_subject(labels: Path) -> None:
    assert read_labels(labels.parent, labels)[0].centres[Side.RIGHT] == (20, 25)


def test_labels_that_went_through_a_spreadsheet_are_the_same(labels: Path) -> None:
    text = labels.read_text().replace(",", ";").replace("20;25", "20,5;25")
    labels.write_text(text, encoding="utf-8-sig")
    assert read_labels(labels.parent, labels)[0].centres[Side.RIGHT] == (20.5, 25)


def test_labels_of_test_people_are_left_out(labels: Path) -> None:
    assert [portrait.group for portrait in read_labels(labels.parent, labels)] == ["london_001"]


def test_a_picture_that_is_not_there_is_an_error_with_its_name(labels: Path) -> None:
    (labels.parent / "london_001.jpg").unlink()
    with pytest.raises(DatasetError, match=r"london_001\.jpg"):
        read_labels(labels.parent, labels)


def test_a_label_outside_its_picture_is_an_error_with_its_place(labels: Path) -> None:
    labels.write_text(HEADER + "london_001.jpg,20,25,400,25,3,3\n")
    with pytest.raises(DatasetError, match=r"\(400, 25\)"):
        see(read_labels(labels.parent, labels)[0])


@pytest.mark.parametrize("radius", ["0", "-3", "nan", "40"])
def test_a_radius_no_iris_has_is_an_error(labels: Path, radius: str) -> None:
    labels.write_text(HEADER + f"london_001.jpg,20,25,40,25,{radius},3\n")
    with pytest.raises(DatasetError, match="radius"):
        see(read_labels(labels.parent, labels)[0])


def test_a_picture_that_is_none_is_an_error_with_its_name(labels: Path) -> None:
    (labels.parent / "london_001.jpg").write_bytes(b"no picture")
    with pytest.raises(SourceError, match=r"london_001\.jpg"):
        see(read_labels(labels.parent, labels)[0])


def test_labels_of_another_form_are_refused(labels: Path) -> None:
    labels.write_text("file,x\nlondon_001.jpg,4\n")
    with pytest.raises(DatasetError, match="img_left_x"):
        read_labels(labels.parent, labels)


def test_missing_labels_are_an_error_with_their_path(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"none\.csv"):
        read_labels(tmp_path, tmp_path / "none.csv")


def test_lids_that_are_shut_hide_the_whole_iris() -> None:
    assert visible_share(EYE, GazePose(0, 0, 0.6, 1.0)) == 0


def test_less_of_the_iris_is_seen_the_further_the_lids_close() -> None:
    shares = [visible_share(EYE, GazePose(0, 0, 0, closing)) for closing in (0, 0.3, 0.6, 0.9)]
    assert shares == sorted(shares, reverse=True)


def test_the_lid_rims_meet_when_the_eye_is_shut() -> None:
    lids = moved_lids(EYE, GazePose(0, 0, 0, 1.0))
    assert lids.upper == pytest.approx(lids.lower, abs=0.01)


def test_in_a_squint_the_lower_lid_comes_up_further_than_in_a_blink() -> None:
    blink, squint = (moved_lids(EYE, GazePose(0, 0, 0, 0.6, rising)).lower[12, 1] for rising in (0.15, 0.6))
    assert squint < blink - 3


def test_the_lid_rims_run_from_corner_to_corner() -> None:
    lids = moved_lids(EYE, STILL)
    assert lids.upper[[0, -1]] == pytest.approx(EYE.lids[[0, 3]], abs=0.01)


def test_an_eye_that_is_left_as_it_is_shows_most_of_its_iris() -> None:
    assert visible_share(EYE, STILL) > 0.6


@pytest.mark.skipif(not FACES.is_dir() or not find_spec("mediapipe"), reason="needs the portraits and mediapipe")
def test_in_a_shifted_portrait_the_iris_is_darker_than_its_surroundings() -> None:
    portrait = next(one for one in read_labels(FACES, FACES / "labels.csv") if one.group == "london_001")
    darker = []
    for eye in shifted(RedirectJob(portrait, 60, 0.2, 1, 0)):
        if eye.visible < 0.5:
            continue
        rows, columns = np.mgrid[: eye.patch.shape[0], : eye.patch.shape[1]]
        away = np.hypot(columns - eye.centre[0], rows - eye.centre[1]) / eye.radius
        beside = (away > 1.2) & (away < 1.8) & (abs(rows - eye.centre[1]) < 0.5 * eye.radius)
        darker.append(eye.patch[away < 0.8].mean() < eye.patch[beside].mean())
    assert np.mean(darker) > 0.9
