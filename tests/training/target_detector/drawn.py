"""Pages that tests make: small crowds, and plain ones with a red square to be found."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from livecam.core.types import Box, Image
from training.target_detector.data.dataset import LabelledPage


def plain_image(width: int = 400, height: int = 300, box: Box | None = None, seed: int = 0) -> Image:
    """Blue-grey noise in blocks, with a red square."""
    random = np.random.default_rng(seed)
    blocks = random.integers(60, 200, (height // 10 + 1, width // 10 + 1, 3)).astype(np.uint8)
    blocks[..., 2] = blocks[..., 2] // 3
    image = np.ascontiguousarray(np.repeat(np.repeat(blocks, 10, 0), 10, 1)[:height, :width])
    if box is not None:
        x, y, w, h = (round(side) for side in box)
        image[y : y + h, x : x + w] = (20, 20, 230)
    return image


def make_page(
    name: str = "1.png", box: Box | None = Box(200, 120, 30, 30), width: int = 400, height: int = 300, seed: int = 0
) -> LabelledPage:
    image = plain_image(width, height, box, seed)
    return LabelledPage(name, width, height, (box,) if box else (), lambda: image)


def write_folder(folder: Path, count: int = 3, *, suffix: str = ".png", size: tuple[int, int] = (400, 300)) -> Path:
    """A folder of pages as the program reads it."""
    (folder / "pages").mkdir(parents=True)
    rows = ["file,width,height,xmin,ymin,xmax,ymax"]
    for number in range(count):
        box = Box(40.0 + 50 * number, 60.0 + 30 * number, 30, 30)
        image = plain_image(*size, box, number)
        cv2.imwrite(str(folder / "pages" / f"{number + 1}{suffix}"), image)
        x, y, w, h = (int(side) for side in box)
        rows.append(f"{number + 1}{suffix},{size[0]},{size[1]},{x},{y},{x + w},{y + h}")
    (folder / "boxes.csv").write_text("\n".join(rows) + "\n")
    return folder


def write_arrays(folder: Path, count: int = 2, size: tuple[int, int] = (400, 300)) -> Path:
    """The four arrays as the Kaggle set has them, RGB."""
    folder.mkdir(parents=True, exist_ok=True)
    boxes = [Box(40.0 + 50 * number, 60, 30, 40) for number in range(count)]
    images = [plain_image(*size, box, number)[..., ::-1] for number, box in enumerate(boxes)]
    labels = np.zeros((count, size[1], size[0]), np.uint8)
    crops, crop_labels = np.empty(count, object), np.empty(count, object)
    for number, box in enumerate(boxes):
        x, y, w, h = (int(side) for side in box)
        labels[number, y : y + h, x : x + w] = 255
        crops[number], crop_labels[number] = images[number][:224, :224], labels[number][:224, :224]
    np.save(folder / "imgs_uint8.npy", np.stack(images))
    np.save(folder / "labels_uint8.npy", labels)
    np.save(folder / "waldo_sub_imgs_uint8.npy", crops)
    np.save(folder / "waldo_sub_labels_uint8.npy", crop_labels)
    return folder
