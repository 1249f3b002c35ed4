"""Evaluation of a target detector on pages: ranks of hits, overlaps, false peaks, robustness, a stripe baseline."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from livecam.core.types import Image
from livecam.perception.targets.detector import Target, TargetDetector
from livecam.perception.targets.interfaces import Map, SegmentationMaps
from training.engine.metrics import inside, overlap, pixel_overlap
from training.target_detector.data.dataset import LabelledPage
from training.target_detector.page_changes import PageChange, as_it_is

TOP = 20
FALSE_FROM = 0.3  # height of the map from which a wrong peak counts
_GROWN = 30 / 2800  # of the page's width: a peak so near to the box is a hit
_PIXELS = 0.5  # height of the mask from which a pixel belongs to the target


@dataclass(frozen=True, slots=True, eq=False)
class PageResult:
    """What a detector said of one page that has a target."""

    page: str
    targets: tuple[Target, ...]  # the best TOP
    sure: tuple[bool, ...]
    hits: tuple[bool, ...]  # of each target, whether it is one
    rank: int | None  # of the first hit, 0 is the best; None when there is none among the targets
    strict: bool  # the best peak is inside the box itself
    pixels: float  # intersection over union of the best peak's component, when that is a hit; else 0
    boxes: tuple[float, ...]  # intersection over union of each target's box with the nearest true one
    true: int  # boxes on the page
    false: int  # wrong peaks that are higher than FALSE_FROM
    megapixels: float  # of the page as the network saw it at scale 1
    seconds: float


@dataclass(frozen=True, slots=True)
class PeakConfidence:
    """What decides between found and not found: the best peak's height and that of its rival, and whether it is one."""

    height: float
    rival: float
    score: float
    hit: bool


def judge(
    detector: TargetDetector, pages: Sequence[LabelledPage], change: PageChange = as_it_is
) -> Iterator[PageResult]:
    """An answer for each page that has a target."""
    for page in pages:
        if page.boxes:
            yield answer(detector, page, change)


def answer(detector: TargetDetector, page: LabelledPage, change: PageChange = as_it_is) -> PageResult:
    """Searches one page as `change` shows it."""
    shown = change(page.image())
    image, boxes = shown.image, shown.shown(page.boxes)
    begun = time.perf_counter()
    targets = tuple(detector.detect(image, TOP))
    seconds = time.perf_counter() - begun
    near = _GROWN * image.shape[1]
    hits = [any(inside(box, target.x, target.y, grown=near) for box in boxes) for target in targets]
    best = targets[0] if targets else None
    wrong = sum(not hit and target.peak_height >= FALSE_FROM for hit, target in zip(hits, targets, strict=True))
    return PageResult(
        page.name,
        targets,
        tuple(map(detector.is_confident, targets)),
        tuple(hits),
        hits.index(True) if any(hits) else None,
        best is not None and any(inside(box, best.x, best.y) for box in boxes),
        _pixels(detector, image, page, best) if best is not None and hits[0] and change is as_it_is else 0.0,
        tuple(max(overlap(target.box, box) for box in boxes) for target in targets),
        len(boxes),
        wrong,
        (detector.search.page_pixels or image.shape[0] * image.shape[1]) / 1e6,
        seconds,
    )


def paint_out(page: LabelledPage) -> Image:
    """The page without its targets: what is around them is drawn on over them (Telea 2004)."""
    image = page.image()
    mask = np.zeros(image.shape[:2], np.uint8)
    for box in page.boxes:
        more = 0.15 * max(box.width, box.height)
        x0, y0 = round(max(box.x - more, 0)), round(max(box.y - more, 0))
        mask[y0 : round(box.y + box.height + more), x0 : round(box.x + box.width + more)] = 255
    return cv2.inpaint(image, mask, 4, cv2.INPAINT_TELEA).astype(np.uint8, copy=False)


def peak_confidence(detector: TargetDetector, image: Image, *, hit: bool) -> PeakConfidence:
    """How sure a detector is of the best peak of a page."""
    return peak_confidence_of(detector.detect(image, 2), hit=hit)


def peak_confidence_of(targets: Sequence[Target], *, hit: bool) -> PeakConfidence:
    if not targets:
        return PeakConfidence(0.0, 0.0, 0.0, False)
    return PeakConfidence(
        targets[0].peak_height, targets[1].peak_height if len(targets) > 1 else 0.0, targets[0].score, hit
    )


def candidates_of(answer: PageResult, most: int = 3) -> list[PeakConfidence]:
    """The first candidates of a page, those that are wrong among them; no lead is told of them."""
    shown = zip(answer.targets[:most], answer.hits[:most], strict=True)
    return [PeakConfidence(target.peak_height, 0.0, target.score, hit) for target, hit in shown]


def _pixels(detector: TargetDetector, image: Image, page: LabelledPage, best: Target) -> float:
    """How well the component under the best peak is the target, pixel by pixel, seen in the network's usual size."""
    network, usual = detector.network, detector.search.box
    scale = ((usual.width * usual.height) / best.box.area) ** 0.5
    reach = (network.margin + 2 * max(usual)) / scale
    height, width = image.shape[:2]
    x0, y0 = round(max(best.x - reach, 0)), round(max(best.y - reach, 0))
    x1, y1 = round(min(best.x + reach, width)), round(min(best.y + reach, height))
    size = [
        max(round((high - low) * scale / network.multiple), 1) * network.multiple for low, high in ((x0, x1), (y0, y1))
    ]
    maps = network(cv2.resize(image[y0:y1, x0:x1], size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False))
    said = cv2.resize(maps.mask, (x1 - x0, y1 - y0), interpolation=cv2.INTER_LINEAR) > _PIXELS
    _, labels = cv2.connectedComponents(said.astype(np.uint8))
    label = labels[min(max(round(best.y) - y0, 0), y1 - y0 - 1), min(max(round(best.x) - x0, 0), x1 - x0 - 1)]
    true = page.mask()[y0:y1, x0:x1] > 127
    return pixel_overlap((labels == label) & bool(label), true)


_PERIODS = (6, 8, 10)  # pixels from one red stripe to the next, at the working size
_WINDOW = (24, 24)  # pixels within which the stripes are added up


@dataclass(frozen=True, slots=True)
class StripeBaseline:
    """No network, but it answers like one."""

    stride: int = 4
    multiple: int = 8
    margin: int = 40

    def __call__(self, panel: Image) -> SegmentationMaps:
        response = np.max([_striped(panel, period) for period in _PERIODS], axis=0)
        small = cv2.resize(response, None, fx=1 / self.stride, fy=1 / self.stride, interpolation=cv2.INTER_AREA)
        centre = np.clip(small, 0, 1).astype(np.float32)
        return SegmentationMaps(centre, centre)


def _striped(panel: Image, period: int) -> Map:
    """How much of the surroundings is red with white half a period above and below it, 0..1."""
    blue, green, red = (panel[..., k].astype(np.float32) for k in range(3))
    is_red = np.clip((red - np.maximum(blue, green) - 40) / 60, 0, 1)
    is_white = np.clip((np.minimum(np.minimum(blue, green), red) - 150) / 60, 0, 1)
    half = period // 2
    above, below = np.roll(is_white, half, axis=0), np.roll(is_white, -half, axis=0)
    # The edges wrap around; a target is never on the first or last rows.
    alternating: Map = cv2.boxFilter(is_red * above * below, -1, _WINDOW).astype(np.float32)
    return alternating * 4
