"""Sampling of training crops from pages: targets, background, pasted targets and decoys, mined hard negatives."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from livecam.core.types import Box, Image
from training.engine.files import DatasetError
from training.target_detector.data import augmentation, photographs
from training.target_detector.data.augmentation import ColourJitter, Random
from training.target_detector.data.dataset import LabelledPage, Mask

Tries = 30
_LOOKALIKES = 0.6  # of the decoys are known look-alikes where there are some; half of what is pasted are decoys then


@dataclass(frozen=True, slots=True)
class SamplingMix:
    """What a batch is made of; shares are 0..1. The tutorial's is `Mix(true=0.34, pasted=0, mined=0, size=224)`."""

    size: int = 160  # side of a crop, pixels
    true: float = 0.30  # crops around a target, as it is on its page; the rest is free of it but for what is pasted
    pasted: float = 0.65  # of the others get something pasted
    decoys: float = 0.28  # of what is pasted is no target
    mined: float = 0.45  # of the others are cut where the model saw a target that is none
    sides: tuple[float, float] = (18.0, 64.0)  # root of the area of a head's box, in crop pixels
    scales: tuple[float, float] = (0.5, 2.0)  # of pasted targets, and of pages without
    askew: float = 0.5  # crops, times the strength of the jitter, turned by up to 14 degrees, a third in perspective
    lit: float = 0.35  # crops, times that strength, in shadow, warm light or out of focus, as photographs of pages are
    jitter: ColourJitter = field(default_factory=ColourJitter)


class CropSample(NamedTuple):
    """A crop and what is on it."""

    crop: Image  # (size, size, 3)
    mask: Mask  # (size, size), 255 on a target
    heads: NDArray[np.float32]  # (n, 3): x, y of the centre, root of the area of the box; crop pixels


class MinedPeak(NamedTuple):
    """Where a model saw a target that is none, in page pixels, and how sure it was."""

    page: int
    box: Box
    score: float


class Sampler:
    """Endless samples of some pages; `peaks` may be replaced while it runs."""

    def __init__(self, pages: Sequence[LabelledPage], mix: SamplingMix, random: Random) -> None:
        """DatasetError when a page is smaller than a crop or none has a target."""
        self.pages, self.mix, self.random = tuple(pages), mix, random
        self.targets = [(page, box) for page in self.pages for box in page.boxes]
        self.lookalikes = [(page, box) for page in self.pages for box in page.lookalikes]
        self.peaks: tuple[MinedPeak, ...] = ()
        if not self.targets:
            raise DatasetError("no page of the training set has a target; there is nothing to learn from")
        for page in self.pages:
            if page.factor is None and min(page.width, page.height) < mix.size:
                raise DatasetError(
                    f"page {page.name} has {page.width}x{page.height} pixels, a crop needs {mix.size}x{mix.size}"
                )

    def __iter__(self) -> Iterator[CropSample]:
        while True:
            yield self.sample()

    def sample(self) -> CropSample:
        made = self._true() if self.random.random() < self.mix.true else self._other()
        crop = self.mix.jitter.resolve(self._lit(self.mix.jitter.recolour(made.crop, self.random)), self.random)
        if self.random.random() < 0.5:
            return CropSample(crop, made.mask, made.heads)
        heads = made.heads.copy()
        heads[:, 0] = self.mix.size - 1 - heads[:, 0]
        return CropSample(np.ascontiguousarray(crop[:, ::-1]), np.ascontiguousarray(made.mask[:, ::-1]), heads)

    def _true(self) -> CropSample:
        page, box = self.targets[self.random.integers(len(self.targets))]
        factor = self._side() / _side(box)
        size = self.mix.size / factor
        around = self.random.uniform(0.06, 0.94, 2) * size
        middle = np.array([box.x + box.width / 2, box.y + box.height / 2])
        made = self._cut(page, middle - around, factor)
        # One at the edge may be turned out of sight.
        return made if len(made.heads) else cut(page, middle - around, factor, self.mix.size)

    def _other(self) -> CropSample:
        base = self._free()
        crop, mask, heads = base.crop.copy(), base.mask.copy(), []
        if self.random.random() < self.mix.pasted:
            for _ in range(int(self.random.choice([1, 1, 2]))):
                heads += self._paste(crop, mask)
        # A later piece may have covered an earlier head.
        seen = [head for head in heads if mask[int(head[1]), int(head[0])]]
        return CropSample(crop, mask, np.array(seen, np.float32).reshape(-1, 3))

    def _free(self) -> CropSample:
        """A crop without a target, at a mined peak or anywhere."""
        for _ in range(Tries):
            made = self._mined() if self.peaks and self.random.random() < self.mix.mined else self._anywhere()
            if not made.mask.any():
                return made
        raise DatasetError("the targets fill their pages; no crop without one could be found")

    def _mined(self) -> CropSample:
        peak = self.peaks[self.random.integers(len(self.peaks))]
        factor = self._side() / _side(peak.box)
        around = self.random.uniform(0.15, 0.85, 2) * self.mix.size / factor
        middle = np.array([peak.box.x + peak.box.width / 2, peak.box.y + peak.box.height / 2])
        return self._cut(self.pages[peak.page], middle - around, factor)

    def _anywhere(self) -> CropSample:
        page = self.pages[self.random.integers(len(self.pages))]
        factor = page.working * float(np.exp(self.random.uniform(*np.log(self.mix.scales)))) * 0.95
        most = np.array([page.width, page.height]) - self.mix.size / factor
        return self._cut(page, self.random.uniform(0, np.maximum(most, 0.0)), factor)

    def _paste(self, crop: Image, mask: Mask) -> list[tuple[float, float, float]]:
        side, at = self._side(), self.random.uniform(0.05, 0.95, 2) * self.mix.size
        false = self.random.random() < (max(self.mix.decoys, 0.5) if self.lookalikes else self.mix.decoys)
        cutout = self._decoy(side) if false else self._target(side)
        if self.random.random() < 0.5:
            cutout = cutout._replace(image=self.mix.jitter.recolour(cutout.image, self.random))
        centre = augmentation.paste(crop, mask, cutout, (float(at[0]), float(at[1])))
        if centre is None:
            return []
        if self.random.random() < 0.25:
            around = Box(centre[0] - side / 2, centre[1] - side / 2, side, side)
            augmentation.occlude(crop, mask, around, self.random)
        return [(*centre, side)] if not false else []

    def _target(self, side: float) -> augmentation.Cutout:
        page, box = self.targets[self.random.integers(len(self.targets))]
        return augmentation.target(page, box, side, self.random)

    def _decoy(self, side: float) -> augmentation.Cutout:
        """A look-alike where some are known, what the model took for a target, a head in wrong colours, any piece."""
        if self.lookalikes and self.random.random() < _LOOKALIKES:
            page, box = self.lookalikes[self.random.integers(len(self.lookalikes))]
            return augmentation.decoy(page, box, side, self.random)
        kind = self.random.random()
        if kind < 0.5 and self.peaks:
            peak = self.peaks[self.random.integers(len(self.peaks))]
            return augmentation.decoy(self.pages[peak.page], peak.box, side, self.random)
        if kind < 0.7:
            return augmentation.miscoloured(self._target(side), self.random)
        page, box = self.targets[self.random.integers(len(self.targets))]
        for _ in range(Tries):
            x = self.random.uniform(0, page.width - box.width)
            y = self.random.uniform(0, page.height - box.height)
            piece = Box(float(x), float(y), box.width, box.height)
            if not any(_touch(piece, other) for other in page.boxes):
                return augmentation.decoy(page, piece, side, self.random)
        raise DatasetError(f"the targets fill page {page.name}; no decoy could be cut")

    def _side(self) -> float:
        return float(np.exp(self.random.uniform(*np.log(self.mix.sides))))

    def _cut(self, page: LabelledPage, corner: NDArray[np.float64], factor: float) -> CropSample:
        if self.random.random() >= self.mix.askew * self.mix.jitter.strength:
            return cut(page, corner, factor, self.mix.size)
        return cut_askew(page, corner, factor, self.mix.size, photographs.askew(self.mix.size, self.random))

    def _lit(self, crop: Image) -> Image:
        lit = self.random.random() < self.mix.lit * self.mix.jitter.strength
        return photographs.lit(crop, self.random) if lit else crop


def cut(page: LabelledPage, corner: NDArray[np.float64], factor: float, size: int) -> CropSample:
    """A square of `size` pixels of the page made `factor` times as large; moved inside where it reaches over."""
    span = min(max(round(size / factor), 8), page.width, page.height)
    factor = size / span
    x = min(max(round(float(corner[0])), 0), page.width - span)
    y = min(max(round(float(corner[1])), 0), page.height - span)
    rows, columns = slice(y, y + span), slice(x, x + span)
    kind = cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR
    crop = cv2.resize(page.bgr(page.read()[rows, columns]), (size, size), interpolation=kind)
    mask = np.ascontiguousarray(page.mask()[rows, columns]) if page.boxes else np.zeros((span, span), np.uint8)
    mask = cv2.resize(mask, (size, size), interpolation=cv2.INTER_LINEAR)
    heads = [
        (*((np.array([box.x + box.width / 2, box.y + box.height / 2]) - (x, y)) * factor - 0.5), _side(box) * factor)
        for box in page.boxes
    ]
    inside = [head for head in heads if 0 <= head[0] < size and 0 <= head[1] < size]
    return CropSample(
        crop.astype(np.uint8, copy=False),
        ((mask > 127) * 255).astype(np.uint8),
        np.array(inside, np.float32).reshape(-1, 3),
    )


def cut_askew(
    page: LabelledPage, corner: NDArray[np.float64], factor: float, size: int, askew: NDArray[np.float64]
) -> CropSample:
    """As `cut`, seen through `askew`, which takes the pixels of the crop to where they are shown; what lies beyond the
    page mirrors it."""
    around = photographs.REACH * size / factor
    x0, y0 = (max(0, math.floor(float(value) - around)) for value in corner)
    span = size / factor + around
    x1, y1 = (
        min(length, math.ceil(float(value) + span))
        for value, length in zip(corner, (page.width, page.height), strict=True)
    )
    x0, y0 = min(x0, page.width - 8), min(y0, page.height - 8)
    x1, y1 = max(x1, x0 + 8), max(y1, y0 + 8)
    rows, columns = slice(y0, y1), slice(x0, x1)
    inner = max(round((x1 - x0) * factor), 4), max(round((y1 - y0) * factor), 4)
    exact = np.array([inner[0] / (x1 - x0), inner[1] / (y1 - y0)])
    # Centres of pixels fall on each other.
    moved = np.eye(3)
    moved[:2, 2] = (np.array([x0, y0]) - corner) * factor
    matrix = askew @ moved
    kind = cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR
    piece = cv2.resize(page.bgr(page.read()[rows, columns]), inner, interpolation=kind)
    crop = cv2.warpPerspective(piece, matrix, (size, size), borderMode=cv2.BORDER_REFLECT)
    mask = np.zeros((size, size), np.uint8)
    heads: list[NDArray[np.float64]] = []
    if page.boxes:
        whole = cv2.resize(np.ascontiguousarray(page.mask()[rows, columns]), inner, interpolation=cv2.INTER_LINEAR)
        mask = cv2.warpPerspective(whole, matrix, (size, size)).astype(np.uint8, copy=False)
        middles = np.array([(box.x + box.width / 2, box.y + box.height / 2) for box in page.boxes])
        places = cv2.perspectiveTransform(((middles - (x0, y0)) * exact - 0.5)[None], matrix)[0]
        heads = [
            np.array([*place, _side(box) * factor])
            for place, box in zip(places, page.boxes, strict=True)
            if 0 <= place[0] < size and 0 <= place[1] < size
        ]
    return CropSample(
        crop.astype(np.uint8, copy=False),
        ((mask > 127) * 255).astype(np.uint8),
        np.array(heads, np.float32).reshape(-1, 3),
    )


def _side(box: Box) -> float:
    return float((box.width * box.height) ** 0.5)


def _touch(one: Box, other: Box) -> bool:
    return (
        one.x < other.x + other.width
        and other.x < one.x + one.width
        and one.y < other.y + other.height
        and other.y < one.y + one.height
    )
