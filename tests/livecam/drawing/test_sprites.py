"""The overlay pictures: drawn by their script, and told by name when broken."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from assets.overlays.make_overlays import PICTURES, write
from livecam.core.assets import asset
from livecam.core.errors import AssetError
from livecam.drawing.sprites import read


@pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: picture.__name__)
def test_the_script_draws_the_picture_that_ships(picture: object) -> None:
    name = picture.__name__  # type: ignore[attr-defined]
    shipped, drawn = read(asset(f"overlays/{name}.png")), picture()  # type: ignore[operator]
    visible = np.minimum(shipped[..., 3:], drawn[..., 3:]).astype(int)
    colours = np.abs(shipped[..., :3].astype(int) - drawn[..., :3]) * visible // 255
    assert max(int(colours.max()), int(cv2.absdiff(shipped[..., 3], drawn[..., 3]).max())) <= 12


def test_nothing_else_ships() -> None:
    names = {path.stem for path in asset("overlays").glob("*.png")}
    assert names == {picture.__name__ for picture in PICTURES}


def test_what_was_written_can_be_read(tmp_path: Path) -> None:
    write(tmp_path)
    assert {path.name for path in tmp_path.iterdir() if read(path).shape[2] == 4} == {
        f"{picture.__name__}.png" for picture in PICTURES
    }


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(AssetError, match="cannot be written"):
        write(tmp_path / "absent")


def broken_pictures(folder: Path) -> dict[str, Path]:
    paths = {name: folder / f"{name}.png" for name in ("text", "empty", "opaque", "deep", "cut", "absent")}
    paths["text"].write_text("not a picture")
    paths["empty"].write_bytes(b"")
    cv2.imwrite(str(paths["opaque"]), np.zeros((8, 8, 3), np.uint8))
    cv2.imwrite(str(paths["deep"]), np.zeros((8, 8, 4), np.uint16))
    paths["cut"].write_bytes(asset("overlays/sweat.png").read_bytes()[:60])
    return paths


@pytest.mark.parametrize("kind", ["text", "empty", "opaque", "deep", "cut", "absent"])
def test_a_broken_picture_is_told_by_its_name(kind: str, tmp_path: Path) -> None:
    path = broken_pictures(tmp_path)[kind]
    with pytest.raises(AssetError, match=f"{kind}.png"):
        read(path)
