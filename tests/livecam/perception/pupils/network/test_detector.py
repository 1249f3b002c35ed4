"""The network: cards that do not fit, crops that are level, answers in frame pixels, closed eyes."""

from __future__ import annotations

import cmath
import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from livecam.core.assets import asset
from livecam.core.errors import AssetError
from livecam.core.types import EyeState, Face, Frame, Side
from livecam.perception.pupils.network.detector import NetworkPupilDetector, store
from livecam.perception.pupils.network.eye_crop import EyeCornerCropper
from livecam.perception.pupils.network.heatmap import decode, normalised
from livecam.perception.pupils.network.model_card import ConfidenceFeatures, CropSpec, Decoding, PupilModelCard
from livecam.settings import PupilConvention, PupilSettings
from tests.fakes import make_face, make_frame


@pytest.fixture(scope="module")
def shipped() -> NetworkPupilDetector:
    return NetworkPupilDetector.open(PupilSettings())


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The shipped model and card, to be spoilt."""
    for name in ("pupil.tflite", "pupil.json"):
        shutil.copy(asset(f"models/{name}"), tmp_path / name)
    return tmp_path / "pupil.tflite"


def edit_card(model: Path, **changes: Any) -> None:
    path = model.with_suffix(".json")
    card = json.loads(path.read_text())
    for key, value in changes.items():
        card[key] = {**card[key], **value} if isinstance(value, dict) else value
    path.write_text(json.dumps(card))


def draw_eyes(face: Face, shift: tuple[float, float] = (0, 0)) -> Frame:
    """Dark irises in white openings on skin, moved by `shift` pixels from the middle of the corners."""
    image = np.full((480, 640, 3), (120, 140, 180), np.uint8)
    for side in Side:
        lids = face.lids(side)
        inside = np.zeros((480, 640), np.uint8)
        cv2.fillPoly(inside, [np.round(lids * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
        eye = np.full_like(image, 215)
        x, y = (lids[[0, 3]].mean(axis=0) + shift) * 16
        cv2.circle(
            eye, (round(float(x)), round(float(y))), int(0.0935 * face.pupil_distance * 16), 40, -1, cv2.LINE_AA, 4
        )
        image = np.where(inside[..., None] > 127, eye, image)
    return make_frame(cv2.GaussianBlur(image, (0, 0), 0.8).astype(np.uint8))


@pytest.mark.parametrize("side", list(Side))
@pytest.mark.parametrize("shift", [(0, 0), (5, 0), (-5, 1), (0, 2)])
def test_a_drawn_iris_is_found_within_five_percent(
    shipped: NetworkPupilDetector, side: Side, shift: tuple[float, float]
) -> None:
    face = make_face(pupil_distance=70)
    pupils = shipped.detect(shipped.cropper(draw_eyes(face, shift), face))
    found = pupils.left if side is Side.LEFT else pupils.right
    assert found is not None
    assert np.hypot(*(np.array(found.centre) - face.lids(side)[[0, 3]].mean(axis=0) - shift)) < 3.5


def test_the_radius_is_in_frame_pixels(shipped: NetworkPupilDetector) -> None:
    face = make_face(pupil_distance=90)
    pupils = shipped.detect(shipped.cropper(draw_eyes(face), face))
    assert pupils.left is not None
    assert pupils.left.radius == pytest.approx(0.0935 * 90, rel=0.2)


def test_an_eye_without_an_opening_is_closed_and_doubted(shipped: NetworkPupilDetector) -> None:
    face = make_face()
    frame = make_frame()
    for side in Side:
        lids = face.lids(side).astype(np.int32)
        cv2.line(frame.image, tuple(map(int, lids[0])), tuple(map(int, lids[3])), (60, 60, 60), 2, cv2.LINE_AA)
    pupil = shipped.detect(shipped.cropper(frame, face)).left
    assert pupil is not None
    assert (pupil.state, pupil.confidence < 0.5) == (EyeState.CLOSED, True)


@pytest.mark.parametrize("roll", [-0.5, 0.0, 0.4])
@pytest.mark.parametrize("side", list(Side))
def test_the_crop_puts_the_nose_end_of_either_eye_at_the_right(side: Side, roll: float) -> None:
    face = make_face(roll=roll)
    eyes = EyeCornerCropper(CropSpec())(make_frame(), face)
    eye = eyes.left if side is Side.LEFT else eyes.right
    temple, nose = eye.lids[[3, 0]] if side is Side.LEFT else eye.lids[[0, 3]]
    assert eye.from_frame([temple, nose]) == pytest.approx(np.array([[4.8, 23.5], [58.2, 23.5]]), abs=0.1)


def test_an_eye_narrowed_by_a_turned_head_counts_as_three_fifths_of_the_other() -> None:
    face = make_face()
    landmarks = face.landmarks.copy()
    middle = landmarks[42:48].mean(axis=0)
    landmarks[42:48] = middle + (landmarks[42:48] - middle) * (0.3, 1)
    turned = Face(face.box, landmarks, 0.9)
    eyes = EyeCornerCropper(CropSpec())(make_frame(), turned)
    assert eyes.right.scale / eyes.left.scale == pytest.approx(0.6, abs=0.02)


def test_a_rolled_face_has_its_pupils_where_an_upright_one_has_them(shipped: NetworkPupilDetector) -> None:
    face = make_face(roll=0.4)
    left = shipped.detect(shipped.cropper(draw_eyes(face), face)).left
    assert left is not None
    assert np.hypot(*(np.array(left.centre) - face.lids(Side.LEFT)[[0, 3]].mean(axis=0))) < 3.5


def test_landmarks_beside_the_eyes_are_made_up_for_by_a_second_look(shipped: NetworkPupilDetector) -> None:
    face = make_face(pupil_distance=80)
    frame = draw_eyes(face)
    wrong = Face(face.box, face.landmarks + np.array([9, 5], np.float32), 0.9)
    seen = shipped.predict(shipped.cropper(frame, wrong))[0].centre
    assert np.hypot(*(np.array(seen) - face.lids(Side.LEFT)[[0, 3]].mean(axis=0))) < 4


def test_the_middle_of_a_cell_is_read_as_its_place_in_the_crop() -> None:
    logits = np.full((2, 12, 16), -50, np.float32)
    logits[:, 3, 7] = 50
    reading = decode(logits, np.zeros((2, 3), np.float32), CropSpec(), Decoding())
    assert reading.centres[0] == pytest.approx([7.5 * 4 - 0.5, 3.5 * 4 - 0.5])


def test_brightness_and_contrast_do_not_change_what_the_net_sees(shipped: NetworkPupilDetector) -> None:
    grey = np.random.default_rng(0).integers(40, 120, (48, 64)).astype(np.uint8)
    same, brighter = (normalised(image, shipped.card.normalisation) for image in (grey, grey + np.uint8(100)))
    assert np.abs(same - brighter).max() < 1e-4


def test_what_the_net_gets_in_one_pass_is_the_normalised_crop_quantised(shipped: NetworkPupilDetector) -> None:
    grey = np.random.default_rng(1).integers(0, 256, (48, 64)).astype(np.uint8)
    grey[:2] = 255  # bright enough to be limited
    tensor, stored = shipped._model.input, np.empty((48, 64), np.int8)
    store(stored, grey, tensor, shipped.card.normalisation)
    expected = tensor.quantise(normalised(grey, shipped.card.normalisation))
    assert np.abs(stored.astype(int) - expected.astype(int)).max() <= 1


def test_a_missing_model_is_an_error_with_its_path(tmp_path: Path) -> None:
    with pytest.raises(AssetError, match=r"none\.tflite"):
        NetworkPupilDetector.open(PupilSettings(model=tmp_path / "none.tflite"))


def test_a_missing_card_is_an_error_with_its_path(copy: Path) -> None:
    copy.with_suffix(".json").unlink()
    with pytest.raises(AssetError, match=r"pupil\.json"):
        NetworkPupilDetector.open(PupilSettings(model=copy))


def test_a_card_that_is_no_json_is_an_error(copy: Path) -> None:
    copy.with_suffix(".json").write_text("{broken")
    with pytest.raises(AssetError, match="cannot be used"):
        NetworkPupilDetector.open(PupilSettings(model=copy))


def test_a_card_with_an_unknown_key_is_an_error_that_names_it(copy: Path) -> None:
    edit_card(copy, colour="green")
    with pytest.raises(AssetError, match="colour"):
        NetworkPupilDetector.open(PupilSettings(model=copy))


def test_a_card_of_another_schema_is_an_error_with_both_numbers(copy: Path) -> None:
    edit_card(copy, schema=99)
    with pytest.raises(AssetError, match="schema 99, this program reads 1"):
        NetworkPupilDetector.open(PupilSettings(model=copy))


def test_a_model_that_was_changed_after_its_card_is_an_error(copy: Path) -> None:
    copy.write_bytes(copy.read_bytes() + b"x")
    with pytest.raises(AssetError, match="sha256"):
        NetworkPupilDetector.open(PupilSettings(model=copy))


def test_random_bytes_with_a_fitting_card_are_an_error(copy: Path) -> None:
    copy.write_bytes(np.random.default_rng(0).bytes(4000))
    edit_card(copy, sha256=hashlib.sha256(copy.read_bytes()).hexdigest())
    with pytest.raises(AssetError, match="cannot be loaded"):
        NetworkPupilDetector.open(PupilSettings(model=copy))


@pytest.mark.parametrize("change", [{"window": {"width": 96}}, {"decoding": {"rows": 24}}])
def test_a_card_whose_sizes_are_not_the_models_is_an_error(copy: Path, change: dict[str, Any]) -> None:
    edit_card(copy, **change)
    with pytest.raises(AssetError, match="its card promises"):
        NetworkPupilDetector.open(PupilSettings(model=copy))


def test_the_shipped_card_names_whose_pictures_taught_the_model() -> None:
    card = PupilModelCard.model_validate_json(asset("models/pupil.json").read_text())
    assert all("DeBruine" in line and "CC BY 4.0" in line for line in card.provenance.attribution)


def test_confidence_falls_when_the_eyes_disagree(shipped: NetworkPupilDetector) -> None:
    features = {"reach": 1.0, "spread": 0.0, "openness": 2.0}
    agree, differ = (
        shipped.card.calibration.confidence(ConfidenceFeatures(**features, disagreement=d)) for d in (0.1, 2.0)
    )
    assert differ < agree


def test_a_frame_smaller_than_an_eye_is_no_reason_to_fail(shipped: NetworkPupilDetector) -> None:
    frame = make_frame(np.zeros((1, 1, 3), np.uint8))
    assert shipped.detect(shipped.cropper(frame, make_face())).left is not None


@pytest.mark.parametrize("roll", [0.0, 0.5])
def test_a_person_who_labels_lower_gets_pupils_lower_unless_the_iris_is_asked_for(copy: Path, roll: float) -> None:
    face = make_face(roll=roll)
    frame = draw_eyes(face)
    edit_card(copy, convention={"person_right": 0.01, "person_down": 0.02, "person_eyes": 8})
    lower, circle = (
        NetworkPupilDetector.open(PupilSettings(model=copy, convention=convention))
        for convention in (PupilConvention.PERSON, PupilConvention.IRIS)
    )
    wanted = face.pupil_distance * complex(0.01, 0.02) * cmath.exp(1j * face.roll)

    eyes = circle.cropper(frame, face)
    for low, high in zip(lower.detect(eyes), circle.detect(eyes), strict=True):
        assert low
        assert high
        assert complex(low.centre.x - high.centre.x, low.centre.y - high.centre.y) == pytest.approx(wanted, abs=1e-4)


def test_where_the_card_says_so_an_eye_is_closed_that_is_hardly_open(copy: Path) -> None:
    face = make_face()
    edit_card(copy, decoding={"closed_below": 1.0})
    detector = NetworkPupilDetector.open(PupilSettings(model=copy))
    pupils = detector.detect(detector.cropper(draw_eyes(face), face))

    assert [pupil.state for pupil in pupils if pupil] == [EyeState.CLOSED, EyeState.CLOSED]
