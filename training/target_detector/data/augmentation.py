"""Copy-paste augmentation of pages: targets and decoys are cut out and pasted elsewhere with the same feather."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from livecam.core.types import Box, Image
from training.target_detector.data.dataset import LabelledPage, Mask

Random = np.random.Generator
_GREY = np.array([0.114, 0.587, 0.299], np.float32)  # of BGR


@dataclass(frozen=True, slots=True)
class ColourJitter:
    """How strongly colours and sharpness vary; 0 leaves crops as they are, 1 is what the shipped models learn from."""

    strength: float = 1.0
    grey: float = 0.12  # share of the crops without colour

    def recolour(self, image: Image, random: Random) -> Image:
        """Other inks and paper: gains of the channels, contrast, gamma, saturation, hue."""
        s = self.strength
        if not s:
            return image
        saturation = 0.0 if random.random() < self.grey else float(np.exp(random.normal(0, 0.25 * s)))
        luma = _GREY * (1 - saturation)
        mixing = np.eye(3, dtype=np.float32) * saturation + luma[None, :]
        mixing = _hue(random.normal(0, 0.08 * s)) @ mixing
        mixing *= np.exp(random.normal(0, 0.08 * s, (3, 1)))
        contrast, shift = float(np.exp(random.normal(0, 0.15 * s))), random.normal(0, 12 * s, 3) * 0.4
        shift = shift + random.normal(0, 12 * s)
        matrix = np.column_stack([mixing * contrast, 128 * (1 - contrast) + shift])
        mixed = cv2.transform(image, matrix)
        curve = (np.linspace(0, 1, 256) ** float(np.exp(random.normal(0, 0.2 * s))) * 255).astype(np.uint8)
        return cv2.LUT(mixed, curve).astype(np.uint8, copy=False)

    def resolve(self, image: Image, random: Random) -> Image:
        """Another sharpness: fewer pixels, blur, sharpening, noise, JPEG blocks."""
        s = self.strength
        if random.random() < 0.3 * s:
            image = _fewer_pixels(image, float(random.uniform(0.4, 0.9)))
        if random.random() < 0.25 * s:
            image = cv2.GaussianBlur(image, (0, 0), float(random.uniform(0.4, 1.3))).astype(np.uint8, copy=False)
        if random.random() < 0.2 * s:
            soft = cv2.GaussianBlur(image, (0, 0), 1.2)
            amount = float(random.uniform(0.4, 1.5))
            image = cv2.addWeighted(image, 1 + amount, soft, -amount, 0).astype(np.uint8, copy=False)
        if random.random() < 0.25 * s:
            noise = random.normal(0, random.uniform(2, 12), image.shape).astype(np.float32)
            image = np.clip(image + noise, 0, 255).astype(np.uint8)
        if random.random() < 0.4 * s:
            image = through_jpeg(image, int(random.integers(20, 90)))
        return image


NONE = ColourJitter(0.0, 0.0)


def through_jpeg(image: Image, quality: int) -> Image:
    """The image as a JPEG file of this quality gives it back."""
    data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return cv2.imdecode(data, cv2.IMREAD_COLOR).astype(np.uint8, copy=False)


def _fewer_pixels(image: Image, factor: float) -> Image:
    height, width = image.shape[:2]
    small = cv2.resize(image, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    return cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR).astype(np.uint8, copy=False)


def _hue(angle: float) -> NDArray[np.float32]:
    """A turn of all colours around the grey axis, radians (Rodrigues' formula)."""
    cosine, sine, third = np.cos(angle), np.sin(angle), np.sqrt(1 / 3)
    cross = np.array([[0, -third, third], [third, 0, -third], [-third, third, 0]])
    turn: NDArray[np.float32] = (cosine * np.eye(3) + sine * cross + (1 - cosine) / 3).astype(np.float32)
    return turn


_TORSO = 0.4  # share of the pasted heads that bring a strip of what is below them


class Cutout(NamedTuple):
    """A head, or what looks like one, with what is around it, at the size it is pasted in."""

    image: Image
    alpha: NDArray[np.float32]  # (h, w), 1 where it covers what is below
    mask: Mask  # 255 on the target; all 0 of a decoy
    centre: tuple[float, float]  # of the target's box, in the cutout's pixels
    side: float  # root of the area of the target's box; 0 of a decoy


def target(page: LabelledPage, box: Box, side: float, random: Random) -> Cutout:
    """The head in `box` so that the root of its area is `side` pixels: turned, sometimes with torso."""
    size = (box.width * box.height) ** 0.5
    frame = _framed(page, box, side / size, random)
    mask = np.where(frame.inside, frame.mask, 0).astype(np.uint8)
    return Cutout(frame.image, frame.alpha, mask, frame.centre, side)


def decoy(page: LabelledPage, box: Box, side: float, random: Random) -> Cutout:
    """A piece of page that is no target, cut and feathered exactly as one."""
    size = (box.width * box.height) ** 0.5
    frame = _framed(page, box, side / size, random)
    return Cutout(frame.image, frame.alpha, np.zeros_like(frame.mask), frame.centre, 0.0)


def miscoloured(cutout: Cutout, random: Random) -> Cutout:
    """The head in colours it never has, as its doubles wear: a decoy."""
    hsv = cv2.cvtColor(cutout.image, cv2.COLOR_BGR2HSV)
    hsv[..., 0] = (hsv[..., 0].astype(int) + int(random.integers(22, 150))) % 180
    image = cv2.cvtColor(hsv, cv2.COLOR_HSV2BGR).astype(np.uint8, copy=False)
    return Cutout(image, cutout.alpha, np.zeros_like(cutout.mask), cutout.centre, 0.0)


def paste(crop: Image, mask: Mask, cutout: Cutout, at: tuple[float, float]) -> tuple[float, float] | None:
    """Lays the cutout into `crop` and `mask`, its centre near `at`; where the centre came to lie, or None outside."""
    left, top = round(at[0] - cutout.centre[0]), round(at[1] - cutout.centre[1])
    height, width = cutout.image.shape[:2]
    x0, y0 = max(left, 0), max(top, 0)
    x1, y1 = min(left + width, crop.shape[1]), min(top + height, crop.shape[0])
    centre = left + cutout.centre[0], top + cutout.centre[1]
    if x0 >= x1 or y0 >= y1 or not (0 <= centre[0] < crop.shape[1] and 0 <= centre[1] < crop.shape[0]):
        return None
    own = slice(y0 - top, y1 - top), slice(x0 - left, x1 - left)
    there = slice(y0, y1), slice(x0, x1)
    alpha = cutout.alpha[own][..., None]
    crop[there] = (crop[there] * (1 - alpha) + cutout.image[own] * alpha + 0.5).astype(np.uint8)
    covered = cutout.alpha[own] > 0.5
    mask[there][covered] = cutout.mask[own][covered]
    return centre


def occlude(crop: Image, mask: Mask, box: Box, random: Random) -> None:
    """Hides a strip of what is in `box`, left, right or below, under another piece of the same crop."""
    share = float(random.uniform(0.1, 0.35))
    x0, y0, x1, y1 = round(box.x), round(box.y), round(box.x + box.width), round(box.y + box.height)
    if random.random() < 0.5:
        y0 = round(y1 - share * box.height)
    elif random.random() < 0.5:
        x0 = round(x1 - share * box.width)
    else:
        x1 = round(x0 + share * box.width)
    x0, y0, x1, y1 = max(x0, 0), max(y0, 0), min(x1, crop.shape[1]), min(y1, crop.shape[0])
    if x1 - x0 < 2 or y1 - y0 < 2:
        return
    left, top = int(random.integers(crop.shape[1] - (x1 - x0) + 1)), int(random.integers(crop.shape[0] - (y1 - y0) + 1))
    crop[y0:y1, x0:x1] = crop[top : top + y1 - y0, left : left + x1 - x0].copy()
    mask[y0:y1, x0:x1] = 0


class _Frame(NamedTuple):
    image: Image
    alpha: NDArray[np.float32]
    mask: Mask
    inside: NDArray[np.bool_]
    centre: tuple[float, float]


def _framed(page: LabelledPage, box: Box, factor: float, random: Random) -> _Frame:
    """The box with its surroundings, scaled, turned, sheared and mirrored at random."""
    grow, below = float(random.uniform(1.0, 1.25)), 0.0
    if random.random() < _TORSO:
        below = float(random.uniform(0.4, 1.2)) * box.height
    width, height = box.width * factor, box.height * factor
    margin = 0.45 * max(width, height)
    size = round(width + 2 * margin), round(height + below * factor + 2 * margin)
    matrix = _turned(factor, size, (margin + width / 2, margin + height / 2), random)
    middle = box.x + box.width / 2, box.y + box.height / 2
    matrix[:, 2] -= matrix[:, :2] @ middle
    piece, corner = _piece(page, matrix, size)
    moved = matrix.copy()
    moved[:, 2] += matrix[:, :2] @ corner
    image = cv2.warpAffine(page.bgr(page.read()[piece]), moved, size, borderMode=cv2.BORDER_REFLECT)
    mask = np.ascontiguousarray(page.mask()[piece]) if page.read_mask is not None else _boxed(page, piece)
    mask = cv2.warpAffine(mask, moved, size)
    alpha = _alpha(size, (margin, margin, width, height + below * factor), grow)
    inside = np.zeros(size[::-1], bool)
    inside[int(margin * 0.5) : round(margin * 1.5 + height)] = True
    return _Frame(
        image.astype(np.uint8, copy=False),
        alpha,
        ((mask > 127) * 255).astype(np.uint8),
        inside,
        (margin + width / 2, margin + height / 2),
    )


def _turned(factor: float, size: tuple[int, int], onto: tuple[float, float], random: Random) -> NDArray[np.float64]:
    angle = float(random.normal(0, 0.14))
    stretch = float(np.exp(random.normal(0, 0.06)))
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    linear = turn @ np.array([[stretch, random.normal(0, 0.05)], [0, 1 / stretch]]) * factor
    if random.random() < 0.5:
        linear[:, 0] *= -1
    return np.column_stack([linear, onto])


def _piece(
    page: LabelledPage, matrix: NDArray[np.float64], size: tuple[int, int]
) -> tuple[tuple[slice, slice], NDArray[np.float64]]:
    """The part of the page that the cutout is made of, and where that part begins."""
    back = cv2.invertAffineTransform(matrix)
    corners = np.array([[0, 0, 1], [size[0], 0, 1], [0, size[1], 1], [size[0], size[1], 1]]) @ back.T
    x0, y0 = np.floor(corners.min(axis=0)).astype(int)
    x1, y1 = np.ceil(corners.max(axis=0)).astype(int)
    x0, x1 = max(min(x0, page.width - 2), 0), min(max(x1, 2), page.width)
    y0, y1 = max(min(y0, page.height - 2), 0), min(max(y1, 2), page.height)
    return (slice(y0, y1), slice(x0, x1)), np.array([x0, y0], np.float64)


def _boxed(page: LabelledPage, piece: tuple[slice, slice]) -> Mask:
    rows, columns = piece
    mask = np.zeros((rows.stop - rows.start, columns.stop - columns.start), np.uint8)
    for box in page.boxes:
        x, y = round(box.x) - columns.start, round(box.y) - rows.start
        mask[max(y, 0) : max(y + round(box.height), 0), max(x, 0) : max(x + round(box.width), 0)] = 255
    return mask


def _alpha(size: tuple[int, int], box: tuple[float, float, float, float], grow: float) -> NDArray[np.float32]:
    """A superellipse around the box with a soft rim."""
    x, y, width, height = box
    across = (np.arange(size[0]) + 0.5 - x - width / 2) / (width / 2 * grow)
    down = (np.arange(size[1]) + 0.5 - y - height / 2) / (height / 2 * grow)
    away = (np.abs(across)[None, :] ** 3 + np.abs(down)[:, None] ** 3) ** (1 / 3)
    alpha: NDArray[np.float32] = np.clip((1.12 - away) / 0.24, 0, 1).astype(np.float32)
    return alpha
