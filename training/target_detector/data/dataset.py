"""The data set of labelled pages: four Kaggle arrays or a folder with boxes, read only where a crop is cut."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from livecam.core.errors import SourceError
from livecam.core.image_files.images import read_image
from livecam.core.types import Box, Image
from livecam.perception.targets.boxes.folder import ANY, BoxFolder, open_folder
from livecam.perception.targets.boxes.page_boxes import BoxFileError, PageBoxes, check_boxes
from training.engine.files import DatasetError, replacing
from training.target_detector.data.object_arrays import load_array

WORKING_PIXELS = 2800 * 1760  # of a page as the network sees it at scale 1
ARRAYS = ("imgs_uint8", "labels_uint8", "waldo_sub_imgs_uint8", "waldo_sub_labels_uint8")
Mask = NDArray[np.uint8]  # (h, w), 255 on a target


@dataclass(frozen=True, slots=True, eq=False)
class LabelledPage:
    """A page; `read` maps or decodes it anew each time, so that only what is looked at is in memory."""

    name: str
    width: int
    height: int
    boxes: tuple[Box, ...]  # page pixels; none on a page without a target
    read: Callable[[], NDArray[np.uint8]]  # (h, w, 3)
    read_mask: Callable[[], Mask] | None = None  # exact pixels where they are known, else the boxes are filled
    rgb: bool = False  # the order of the channels that `read` gives
    lookalikes: tuple[Box, ...] = ()  # page pixels; what is easily taken for a target and is none
    factor: float | None = None  # that brings the page to the size the network works at; None: to WORKING_PIXELS

    @property
    def working(self) -> float:
        """The factor that brings the page to the size the network works at."""
        return self.factor or float((WORKING_PIXELS / (self.width * self.height)) ** 0.5)

    def image(self) -> Image:
        """The whole page, BGR."""
        return self.bgr(self.read())

    def bgr(self, part: NDArray[np.uint8]) -> Image:
        return np.ascontiguousarray(part[..., ::-1] if self.rgb else part)

    def mask(self) -> Mask:
        """255 on the targets of the whole page."""
        if self.read_mask is not None:
            return self.read_mask()
        mask = np.zeros((self.height, self.width), np.uint8)
        for box in self.boxes:
            x, y = round(box.x), round(box.y)
            mask[max(y, 0) : round(box.y + box.height), max(x, 0) : round(box.x + box.width)] = 255
        return mask


def open_pages(source: Path, *, least: int = 224) -> tuple[LabelledPage, ...]:
    """Pages of a folder that holds the four arrays, or pictures with boxes; DatasetError says what is wrong.

    `least` is the side of the smallest page that is allowed, in pixels.
    """
    if not source.is_dir():
        raise DatasetError(f"{source} is not there; name a folder with pictures and {ANY}, or with {ARRAYS[0]}.npy")
    pages = _of_arrays(source) if (source / f"{ARRAYS[0]}.npy").exists() else _of_folder(source)
    for page in pages:
        if min(page.width, page.height) < least:
            raise DatasetError(
                f"page {page.name} has {page.width}x{page.height} pixels, a panel needs {least}x{least}; leave it out"
            )
    if not any(page.boxes for page in pages):
        raise DatasetError(f"no page of {source} has a target; there is nothing to learn from")
    return pages


def cached(pages: Sequence[LabelledPage], folder: Path) -> tuple[LabelledPage, ...]:
    """The same pages decoded once into memory-mapped files of `folder`, for those that are read many times."""
    folder.mkdir(parents=True, exist_ok=True)
    return tuple(_cached(page, folder) for page in pages)


def fingerprint(pages: Sequence[LabelledPage]) -> str:
    """What the pages are: a hash over names, sizes, boxes and some of the pixels of each."""
    digest = hashlib.sha256()
    for page in pages:
        digest.update(repr((page.name, page.width, page.height, page.boxes)).encode())
        if page.lookalikes or page.factor:
            digest.update(repr((page.lookalikes, page.factor)).encode())
        digest.update(page.bgr(page.read()[:: max(page.height // 16, 1), :: max(page.width // 16, 1)]).tobytes())
    return digest.hexdigest()


def _of_folder(source: Path) -> tuple[LabelledPage, ...]:
    """Pages with boxes of any known format; pictures that nothing is said of are no pages."""
    try:
        return of_folder(open_folder(source))
    except BoxFileError as fault:
        raise DatasetError(str(fault)) from fault


def of_folder(folder: BoxFolder) -> tuple[LabelledPage, ...]:
    """The pages that the boxes of a folder tell of; BoxFileError or DatasetError says what is wrong with one."""
    return tuple(_of_file(folder, page) for page in folder.pages)


def _of_file(folder: BoxFolder, said: PageBoxes) -> LabelledPage:
    path = folder.picture(said)
    picture = _picture(path)
    height, width = picture.shape[:2]
    check_boxes(said, (width, height))
    mask = folder.folder / "masks" / f"{path.stem}.png"
    if mask.exists():
        _refuse_twins(folder, path)
        _mask(mask, (height, width))
    read_mask = (lambda: _mask(mask, (height, width))) if mask.exists() else None
    return LabelledPage(
        said.file,
        width,
        height,
        tuple(each.box for each in said.boxes if not each.is_lookalike),
        lambda: _picture(path),
        read_mask,
        lookalikes=tuple(each.box for each in said.boxes if each.is_lookalike),
    )


def _refuse_twins(folder: BoxFolder, path: Path) -> None:
    twins = [other.name for other in folder.pictures if other.stem == path.stem and other != path]
    if twins:
        raise DatasetError(
            f"the mask {path.stem}.png could be of {path.name} or of {twins[0]}; give the pictures different names"
        )


def _picture(path: Path) -> Image:
    _refuse_truncated(path)
    try:
        return read_image(path)
    except SourceError as fault:
        raise DatasetError(f"page {path.name} cannot be used: {fault}") from fault


def _refuse_truncated(path: Path) -> None:
    """OpenCV fills what a cut-off JPEG lacks with grey, which would be learnt."""
    try:
        with path.open("rb") as file:
            begin = file.read(2)
            file.seek(-min(4096, path.stat().st_size), 2)
            end = file.read()
    except OSError as fault:
        raise DatasetError(f"page {path} cannot be read ({(fault.strerror or 'unreadable').lower()})") from fault
    if begin == b"\xff\xd8" and b"\xff\xd9" not in end:
        raise DatasetError(f"page {path.name} is a truncated JPEG; copy it again or take it out of boxes.csv")


def _mask(path: Path, shape: tuple[int, int]) -> Mask:
    mask = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    if mask is None or mask.shape != shape:
        raise DatasetError(f"the mask {path.name} is damaged or not as large as its page; make it again")
    return mask.astype(np.uint8, copy=False)


def _of_arrays(source: Path) -> tuple[LabelledPage, ...]:
    images, labels = (_mapped(source / f"{name}.npy") for name in ARRAYS[:2])
    if images.ndim != 4 or images.shape[3] != 3 or images.dtype != np.uint8:
        raise DatasetError(f"{ARRAYS[0]}.npy is {images.dtype} {images.shape}; it must be uint8 (n, h, w, 3)")
    if labels.shape != images.shape[:3] or labels.dtype != np.uint8:
        raise DatasetError(f"{ARRAYS[1]}.npy is {labels.dtype} {labels.shape}; it must be uint8 {images.shape[:3]}")
    _check_crops(source)
    return tuple(_of_array(images, labels, number) for number in range(len(images)))


def _mapped(path: Path) -> NDArray[Any]:
    try:
        mapped = np.load(path, mmap_mode="r")
    except (OSError, ValueError, EOFError) as fault:
        raise DatasetError(f"{path} is missing, damaged or not one plain array of numbers") from fault
    if not isinstance(mapped, np.ndarray):
        raise DatasetError(f"{path} is an archive of arrays; unpack it into one .npy file for each")
    return mapped


def _check_crops(source: Path) -> None:
    """The two object arrays hold the crops around the targets, which we cut ourselves; they only have to fit."""
    for name, channels in ((ARRAYS[2], 3), (ARRAYS[3], 2)):
        path = source / f"{name}.npy"
        if not path.exists():
            continue
        try:
            crops = load_array(path)
        except Exception as fault:
            # Reading a damaged file can raise anything.
            raise DatasetError(f"{path} is damaged or no array of crops") from fault
        if (
            not isinstance(crops, np.ndarray)
            or crops.ndim not in (1, channels + 1)
            or not all(np.ndim(crop) == channels and np.asarray(crop).dtype == np.uint8 for crop in crops)
        ):
            raise DatasetError(f"{name}.npy must hold uint8 crops with {channels} axes each")


def _of_array(images: NDArray[np.uint8], labels: NDArray[np.uint8], number: int) -> LabelledPage:
    label = (np.asarray(labels[number]) > 127).astype(np.uint8)
    count, _, boxes, _ = cv2.connectedComponentsWithStats(label)
    found = tuple(Box(*map(float, boxes[k, :4])) for k in range(1, count))
    height, width = label.shape
    return LabelledPage(
        f"{number:02d}", width, height, found, lambda: images[number], lambda: np.asarray(labels[number]), True
    )


def _cached(page: LabelledPage, folder: Path) -> LabelledPage:
    # The name changes with the content: a page that was exchanged is decoded anew.
    name = f"{Path(page.name).stem}-{fingerprint([replace(page, factor=None)])[:12]}"
    path, mask = folder / f"{name}.npy", folder / f"{name}.mask.npy"
    if not (path.exists() and mask.exists()):
        for target, content in ((mask, page.mask()), (path, page.image())):
            with replacing(target) as stream:
                np.save(stream, content)
    pixels, mask_pixels = np.load(path, mmap_mode="r"), np.load(mask, mmap_mode="r")
    return replace(page, read=lambda: pixels, read_mask=lambda: mask_pixels, rgb=False)


def in_order(pages: Sequence[LabelledPage]) -> tuple[LabelledPage, ...]:
    """By name, numbers by their value: 2.jpg comes before 10.jpg."""
    return tuple(sorted(pages, key=lambda page: [int(k) if k.isdigit() else k for k in re.split(r"(\d+)", page.name)]))


def split(
    pages: Sequence[LabelledPage], folds: int, leave: int
) -> tuple[tuple[LabelledPage, ...], tuple[LabelledPage, ...]]:
    """Pages to learn from, and every `folds`-th book, from number `leave` on, to judge by.

    A book is a folder of pages, for pages of one book look alike; where there are fewer of them than folds, each page
    is one by itself.
    """
    if not (0 <= leave < folds <= len(pages)):
        raise DatasetError(f"fold {leave} of {folds} cannot be left out of {len(pages)} pages; count from 0")
    ordered = in_order(pages)
    book = _book if len({_book(page) for page in ordered}) >= folds else _name
    left = set(list(dict.fromkeys(map(book, ordered)))[leave::folds])
    learnt = tuple(page for page in ordered if book(page) not in left)
    if not any(page.boxes for page in learnt):
        raise DatasetError(f"without fold {leave} no page has a target; there is nothing to learn from")
    return learnt, tuple(page for page in ordered if book(page) in left)


def _book(page: LabelledPage) -> str:
    return page.name.replace("\\", "/").rpartition("/")[0]


def _name(page: LabelledPage) -> str:
    return page.name
