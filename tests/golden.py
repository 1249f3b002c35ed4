"""Compares a picture with the one that was looked at and found right."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from livecam.core.scene import Image

FOLDER = Path(__file__).parent / "golden"
_RENEW = "look at it and renew it with: make golden"


def assert_golden(picture: Image, name: str, *, renew: bool, tolerance: int = 12, share: float = 0.002) -> None:
    """`picture` looks like `tests/golden/NAME.png`: at most `share` of the pixels differ by more than `tolerance`.

    Libraries round differently on other machines, so a few levels are forgiven. With `renew` the picture is kept
    as the new golden one instead.
    """
    path = FOLDER / f"{name}.png"
    if renew:
        path.parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(path), picture, [cv2.IMWRITE_PNG_COMPRESSION, 9])
        return
    golden = cv2.imread(str(path))
    assert golden is not None, f"there is no golden picture {path.name}; {_RENEW}"
    assert golden.shape == picture.shape, f"{path.name} is {golden.shape}, drawn was {picture.shape}; {_RENEW}"
    difference = cv2.absdiff(golden, picture).max(axis=2)
    differing = int((difference > tolerance).sum())
    assert differing <= share * difference.size, (
        f"{differing} of {difference.size} pixels of {path.name} differ by more than {tolerance} levels "
        f"(the largest by {int(difference.max())}); {_RENEW}"
    )


def golden_names() -> set[str]:
    """The pictures kept."""
    return {path.stem for path in FOLDER.glob("*.png")}


def same(one: Image, other: Image, tolerance: int = 0) -> bool:
    """Whether two pictures differ nowhere by more than `tolerance` levels."""
    return bool(np.all(cv2.absdiff(one, other) <= tolerance))
