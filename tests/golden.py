"""Compares a picture with the one that was looked at and found right."""

from __future__ import annotations

from pathlib import Path

import cv2

from livecam.core.types import Image

FOLDER = Path(__file__).parent / "golden"
_RENEW = "look at it and renew it with: make golden"


_TOLERANCE = 12  # levels
_SHARE = 0.002  # of the pixels that may differ by more


def assert_golden(picture: Image, name: str, *, renew: bool, folder: Path = FOLDER) -> None:
    """`picture` looks like `tests/golden/NAME.png`: only one pixel in 500 differs by more than 12 levels.

    Libraries round differently on other machines, so a few levels are forgiven. With `renew` the picture is kept
    as the new golden one instead.
    """
    path = folder / f"{name}.png"
    if renew:
        path.parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(path), picture, [cv2.IMWRITE_PNG_COMPRESSION, 9])
        return
    golden = cv2.imread(str(path))
    assert golden is not None, f"there is no golden picture {path.name}; {_RENEW}"
    assert golden.shape == picture.shape, f"{path.name} is {golden.shape}, drawn was {picture.shape}; {_RENEW}"
    difference = cv2.absdiff(golden, picture).max(axis=2)
    differing = int((difference > _TOLERANCE).sum())
    assert differing <= _SHARE * difference.size, (
        f"{differing} of {difference.size} pixels of {path.name} differ by more than {_TOLERANCE} levels "
        f"(the largest by {int(difference.max())}); {_RENEW}"
    )


def golden_names() -> set[str]:
    """The pictures kept."""
    return {path.stem for path in FOLDER.glob("*.png")}
