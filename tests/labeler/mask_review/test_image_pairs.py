"""Pictures and masks find each other by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from labeler.mask_review.image_pairs import find_pairs, match_by_name
from livecam.core.errors import SourceError


def folder(path: Path, *names: str) -> Path:
    path.mkdir()
    for name in names:
        (path / name).touch()
    return path


def test_pictures_come_in_the_order_of_their_names(tmp_path: Path) -> None:
    pairs = find_pairs(folder(tmp_path / "i", "b.png", "a.JPG", "notes.txt"), None)

    assert list(pairs.masks) == ["a.JPG", "b.png"]


def test_a_mask_has_its_pictures_name_or_at_least_its_stem(tmp_path: Path) -> None:
    images, masks = folder(tmp_path / "i", "a.png", "b.jpg", "c.png"), folder(tmp_path / "m", "a.png", "b.png")

    assert find_pairs(images, masks).masks == {"a.png": masks / "a.png", "b.jpg": masks / "b.png", "c.png": None}


def test_every_file_is_looked_at_a_few_times_however_many_there_are() -> None:
    looks = 0

    class CountingPath(type(Path())):  # type: ignore[misc]
        @property
        def name(self) -> str:
            nonlocal looks
            looks += 1
            return str(super().name)

    files = [CountingPath(f"{number:04}.png") for number in range(1000)]
    matched = match_by_name(files, files)

    assert list(matched.values()) == files
    assert looks <= 10 * len(files)


def test_two_files_belong_together_whatever_their_names(tmp_path: Path) -> None:
    files = folder(tmp_path / "i", "a.png", "guess.png")

    assert find_pairs(files / "a.png", files / "guess.png").masks == {"a.png": files / "guess.png"}


@pytest.mark.parametrize("name", ["nothing", "empty"])
def test_nothing_to_judge_is_an_error(tmp_path: Path, name: str) -> None:
    folder(tmp_path / "empty", "notes.txt")

    with pytest.raises(SourceError, match=name):
        find_pairs(tmp_path / name, None)


def test_masks_of_other_pictures_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="called like"):
        find_pairs(folder(tmp_path / "i", "a.png"), folder(tmp_path / "m", "z.png"))
