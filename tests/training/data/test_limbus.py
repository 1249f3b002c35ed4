"""Labels made exact: a drawn iris is found wherever the label was put, and labels move towards it, not far."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from livecam.core.types import Side
from training.data.limbus import clicked_beside, recentred, ring
from training.data.portraits import LabelledPortrait

CENTRE, RADIUS = (60.0, 45.0), 14.0


def draw(*, lid: int = 34) -> np.ndarray:
    """A brown iris with a glint in a white eye, its top hidden by a lid down to the row `lid`."""
    picture = np.full((90, 120, 3), 205, np.uint8)
    x, y = (round(16 * at) for at in CENTRE)
    cv2.circle(picture, (x, y), int(16 * RADIUS), (40, 60, 80), -1, cv2.LINE_AA, 4)
    cv2.circle(picture, (x + 60, y - 40), 40, (255, 255, 255), -1, cv2.LINE_AA, 4)
    picture[:lid] = (120, 140, 180)
    return cv2.GaussianBlur(picture, (0, 0), 1.0)


@pytest.mark.parametrize("wrong", [-2.0, -0.7, 0.0, 1.5])
def test_the_ring_is_found_from_a_label_beside_the_middle(wrong: float) -> None:
    x, _, _ = ring(draw().astype(np.float32).mean(axis=2), (CENTRE[0] + wrong, CENTRE[1]), 13.0)
    assert x == pytest.approx(CENTRE[0], abs=0.35)


LABELLED = LabelledPortrait(
    Path("a.png"), "a", dict.fromkeys(Side, (CENTRE[0] + 1.5, CENTRE[1] + 1.0)), dict.fromkeys(Side, RADIUS)
)


def test_a_label_is_moved_most_of_the_way_across() -> None:
    assert recentred(LABELLED, draw()).centres[Side.LEFT][0] == pytest.approx(CENTRE[0] + 0.2 * 1.5, abs=0.3)


def test_a_label_is_moved_half_of_the_way_up_and_down() -> None:
    assert recentred(LABELLED, draw()).centres[Side.LEFT][1] == pytest.approx(CENTRE[1] + 0.5, abs=0.3)


def test_a_label_far_from_any_ring_moves_by_at_most_a_seventh_of_the_radius() -> None:
    ramp = np.tile(np.linspace(0, 255, 120, dtype=np.uint8)[None, :, None], (90, 1, 3))
    moved = recentred(LABELLED, ramp).centres[Side.LEFT][0] - LABELLED.centres[Side.LEFT][0]
    assert 0 < abs(moved) <= RADIUS / 7


def test_the_constant_between_clicks_and_limbus_is_measured_along_the_face(tmp_path: Path) -> None:
    """Two irises a hundred pixels apart, clicked two pixels to the right and three above their middles."""
    for number, roll in enumerate((0.0, 0.3)):
        cos, sin = np.cos(roll), np.sin(roll)
        irises = {
            side: np.array([150.0, 120.0]) + (-50 if side is Side.RIGHT else 50) * np.array([cos, sin]) for side in Side
        }
        picture = np.full((240, 300, 3), 205, np.uint8)
        for x, y in irises.values():
            cv2.circle(picture, (round(16 * x), round(16 * y)), int(16 * RADIUS), (40, 60, 80), -1, cv2.LINE_AA, 4)
        path = tmp_path / f"{number}.png"
        cv2.imwrite(str(path), cv2.GaussianBlur(picture, (0, 0), 1.0))
        click = 2 * np.array([cos, sin]) - 3 * np.array([-sin, cos])
        clicked = {side: tuple((iris + click).tolist()) for side, iris in irises.items()}
        portrait = LabelledPortrait(path, "a", clicked, dict.fromkeys(Side, RADIUS))
        assert clicked_beside([portrait]) == pytest.approx((0.02, -0.03), abs=0.004)


def test_labels_that_were_measured_say_nothing_of_clicks() -> None:
    assert clicked_beside([replace(LABELLED, on_limbus=True)]) == (0.0, 0.0)
