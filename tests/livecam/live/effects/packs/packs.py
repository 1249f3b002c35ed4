"""Packs to write into a folder, and a face to draw them on."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from livecam.live.effects.library.locations import folder_of
from livecam.live.effects.packs.pack import Pack, load_pack

LAYER = """[[layer]]
picture = "a.png"
anchor = "eyes"
"""


def write_pack(folder: Path, text: str = LAYER, *, size: int = 16) -> Path:
    """A folder with this effect.toml and a red square as a.png."""
    folder.mkdir(exist_ok=True, parents=True)
    (folder / "effect.toml").write_text(text, encoding="utf-8")
    square = np.zeros((size, size, 4), np.uint8)
    square[..., 2:] = 255
    cv2.imwrite(str(folder / "a.png"), square)
    return folder


def load(folder: Path) -> Pack:
    return load_pack(folder, folder_of)
