"""The pictures of the effects: drawn by their script; and where there is anything to see in one."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from assets.overlays.make_overlays import PICTURES, write
from livecam.core.assets import asset
from livecam.core.errors import AssetError
from livecam.drawing.compositing import Placement, paste
from livecam.drawing.sprites import AlphaSprite, LightSprite, Rgba


def read(path: Path) -> Rgba:
    picture = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    assert picture is not None
    return np.asarray(picture, np.uint8)


@pytest.mark.parametrize("name", PICTURES)
def test_the_script_draws_the_picture_that_ships(name: str) -> None:
    shipped, drawn = read(asset(f"effects/{name}")), PICTURES[name]()
    visible = np.minimum(shipped[..., 3:], drawn[..., 3:]).astype(int)
    colours = np.abs(shipped[..., :3].astype(int) - drawn[..., :3]) * visible // 255
    assert max(int(colours.max()), int(cv2.absdiff(shipped[..., 3], drawn[..., 3]).max())) <= 12


def test_nothing_else_ships() -> None:
    root = asset("effects")
    assert {path.relative_to(root).as_posix() for path in root.rglob("*.png")} == set(PICTURES)


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(AssetError, match="cannot be written"):
        write(tmp_path / "absent")


def square(level: int, alpha: int) -> Rgba:
    return np.dstack([np.full((16, 16, 3), level, np.uint8), np.full((16, 16), alpha, np.uint8)])


PLACE = Placement(20, 20, 16, 0, 0, 16)


@pytest.mark.parametrize(
    ("adds", "under", "over", "alpha", "expected"),
    [
        (True, 100, 80, 255, 180),
        (True, 200, 80, 255, 255),
        (False, 100, 80, 255, 255 - (155 * 175) / 255),
        (False, 100, 80, 128, 255 - 155 * (255 - 40) / 255),
    ],
)
def test_light_is_added_or_screened(adds: bool, under: int, over: int, alpha: int, expected: float) -> None:
    image = np.full((40, 40, 3), under, np.uint8)
    paste(image, LightSprite.of(square(over, alpha), adds=adds), PLACE)
    assert image[20, 20].tolist() == pytest.approx([expected] * 3, abs=1.5)
    assert image[2, 2].tolist() == [under] * 3


def test_a_picture_without_anything_to_see_is_not_drawn() -> None:
    image = np.full((40, 40, 3), 100, np.uint8)
    paste(image, AlphaSprite.of(square(255, 0)), PLACE)
    assert (image == 100).all()


def test_the_reach_of_a_picture_is_that_of_its_farthest_pixel_in_every_direction() -> None:
    picture = np.zeros((31, 41, 4), np.uint8)
    rng = np.random.default_rng(2)
    places = np.column_stack([rng.integers(5, 36, 20), rng.integers(4, 27, 20)])
    picture[places[:, 1], places[:, 0]] = 255
    level = AlphaSprite.of(picture).levels[0]
    for angle in np.linspace(0, 2 * np.pi, 37):
        direction = np.array([np.cos(angle), np.sin(angle)])
        farthest = ((places - (20, 15)) @ direction).max() + np.abs(direction).sum()
        assert level.reach(*direction)[0] == pytest.approx(farthest, abs=0.2)
