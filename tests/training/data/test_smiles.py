"""Smiling portraits get the label of the same iris, found again; what is not found is not labelled."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from livecam.core.types import Side
from training.data import smiles
from training.data.portraits import DetectedPortrait, LabelledPortrait

RADIUS = 14.0
NEUTRAL = {Side.RIGHT: (80.0, 60.0), Side.LEFT: (200.0, 60.0)}
SMILING = {Side.RIGHT: (84.5, 64.0), Side.LEFT: (205.0, 63.5)}


def draw(centres: dict[Side, tuple[float, float]], *, radius: float = RADIUS, upper: float, lower: float) -> np.ndarray:
    """Two brown eyes whose lids hide what is more than `upper` above and `lower` below the middle of the iris."""
    picture = np.full((120, 280, 3), 205, np.uint8)
    for x, y in centres.values():
        fine = (round(16 * x), round(16 * y))
        cv2.circle(picture, fine, round(16 * radius), (40, 60, 80), -1, cv2.LINE_AA, 4)
        cv2.circle(picture, fine, round(6 * radius), (10, 10, 10), -1, cv2.LINE_AA, 4)
        cv2.circle(picture, (fine[0] + 50, fine[1] - 30), 30, (250, 250, 250), -1, cv2.LINE_AA, 4)
        for rows in (slice(0, int(y - upper)), slice(int(y + lower), None)):
            picture[rows, int(x - 50) : int(x + 50)] = (120, 140, 180)
    return cv2.GaussianBlur(picture, (0, 0), 1.0)


def seen(centres: dict[Side, tuple[float, float]], picture: np.ndarray, *, wrong: float = 0.0) -> DetectedPortrait:
    """The picture with lids around the irises, off by so many pixels."""
    landmarks = np.zeros((68, 2), np.float32)
    for side, points in ((Side.RIGHT, slice(36, 42)), (Side.LEFT, slice(42, 48))):
        around = [(-30, 0), (-12, -8), (12, -8), (30, 0), (12, 8), (-12, 8)]
        landmarks[points] = np.array(centres[side]) + around + [wrong, wrong / 2]
    return DetectedPortrait(picture, (landmarks, landmarks))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of smiles and faces found where they were drawn."""
    before = seen(NEUTRAL, draw(NEUTRAL, upper=12, lower=13))
    after = seen(SMILING, draw(SMILING, radius=RADIUS * 1.03, upper=8, lower=8), wrong=5.0)
    monkeypatch.setattr(smiles, "see", lambda _, __: before)
    monkeypatch.setattr(smiles, "see_unlabelled", lambda _, __: after)
    for name in ("london_001", "london_007", "london_003"):
        (tmp_path / f"{name}_smile.jpg").write_bytes(b"")
    return tmp_path


def neutral(name: str) -> LabelledPortrait:
    return LabelledPortrait(Path(f"{name}.jpg"), name, dict(NEUTRAL), dict.fromkeys(Side, RADIUS))


def test_a_narrowed_eye_gets_the_centre_of_its_iris(folder: Path) -> None:
    (smile,) = smiles.read_smiles(folder, [neutral("london_001")])
    for side in Side:
        assert smile.centres[side] == pytest.approx(SMILING[side], abs=0.06 * RADIUS)
        assert smile.radii[side] == pytest.approx(1.03 * RADIUS, rel=0.03)


def test_test_people_and_strangers_are_not_labelled(folder: Path) -> None:
    assert [smile.group for smile in smiles.read_smiles(folder, [neutral("london_001"), neutral("london_007")])] == [
        "london_001"
    ]


def test_an_iris_that_is_not_found_again_labels_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shut = seen(SMILING, draw(SMILING, upper=1, lower=1))
    monkeypatch.setattr(smiles, "see_unlabelled", lambda _, __: shut)
    assert smiles.read_smiles(folder, [neutral("london_001")]) == []
