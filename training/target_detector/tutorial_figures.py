"""Every picture of the Find-Waldo tutorial, from labelled pages and a model: arrays, imbalance, panels, answer."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np

from livecam.core.types import Image
from livecam.perception.targets.detector import Target, TargetDetector
from livecam.perception.targets.interfaces import SegmentationMaps
from livecam.perception.targets.tiling import page_maps
from livecam.perception.targets.visualization import draw_targets
from training.data.contact_sheet import write_picture
from training.engine.plots import drawing
from training.target_detector import models
from training.target_detector.data.dataset import LabelledPage
from training.target_detector.losses import balance

PANEL = 224  # pixels of a panel's side, the tutorial's
_GAP = 6  # pixels between panels
_DIMMED = 0.5


class Figure(NamedTuple):
    """A picture that was written, and what it says in words."""

    path: Path
    words: str


def write_figures(
    pages: Sequence[LabelledPage], page: LabelledPage, detector: TargetDetector, out: Path
) -> Iterator[Figure]:
    """In the order of the tutorial; `page` is the one that is searched."""
    for number, step in enumerate(_STEPS, 1):
        yield step(pages, page, detector, out / f"{number:02d}-{step.__name__.strip('_')}.png")


def summary(width: int = 64) -> str:
    """The tutorial's network, layer by layer."""
    lines: list[str] = []
    models.tutorial_net(width).summary(print_fn=lambda line, **_: lines.append(line))
    return "\n".join(lines)


def _arrays(pages: Sequence[LabelledPage], page: LabelledPage, detector: TargetDetector, path: Path) -> Figure:
    """The four arrays: a page and its label, the crop around the target and its label."""
    labelled = page if page.boxes else next(each for each in pages if each.boxes)
    image, mask, box = labelled.image(), labelled.mask(), labelled.boxes[0]
    top, left = (round(max(0, min(side - PANEL, middle - PANEL / 2))) for side, middle in _middles(labelled, box))
    cut = slice(top, top + PANEL), slice(left, left + PANEL)
    parts = {"imgs": image, "labels": mask, "waldo_sub_imgs": image[cut], "waldo_sub_labels": mask[cut]}
    with drawing(path, size=(11, 7), dpi=90) as figure:
        for place, (name, part) in enumerate(parts.items(), 1):
            _show(figure.add_subplot(2, 2, place, title=f"{name} {part.shape}"), part)
    return Figure(path, f"{len(pages)} pages; {labelled.name} is {labelled.width}x{labelled.height} pixels")


def _imbalance(pages: Sequence[LabelledPage], page: LabelledPage, detector: TargetDetector, path: Path) -> Figure:
    """How many pixels are background, and how few are target."""
    counted = balance(pages)
    values = [value for value, count in enumerate(counted.counts) if count]
    with drawing(path, size=(6, 4), dpi=90) as figure:
        axes = figure.add_subplot(xlabel="value of the label", ylabel="pixels", yscale="log")
        axes.bar(values, [int(counted.counts[value]) for value in values], width=12)
    return Figure(path, f"target: {counted.share:.4%} of all pixels")


def _weights(pages: Sequence[LabelledPage], page: LabelledPage, detector: TargetDetector, path: Path) -> Figure:
    """The weights of the classes as pictures of a panel: background left, target right."""
    background, target = balance(pages).sane
    with drawing(path, size=(8, 3.6), dpi=90) as figure:
        for place, (name, value) in enumerate((("background", background), ("target", target)), 1):
            axes = figure.add_subplot(1, 2, place, title=f"{name}: {value:.3g}")
            shown = axes.imshow(np.full((PANEL, PANEL), value), vmin=0, vmax=max(background, target))
            figure.colorbar(shown, ax=axes)
    return Figure(path, f"weights: background {background:.3g}, target {target:.3g}")


def _panels(pages: Sequence[LabelledPage], page: LabelledPage, detector: TargetDetector, path: Path) -> Figure:
    """The page cut into panels of the tutorial's size."""
    image = page.image()
    down, across = math.ceil(page.height / PANEL), math.ceil(page.width / PANEL)
    scaled = cv2.resize(image, (across * PANEL, down * PANEL), interpolation=cv2.INTER_AREA)
    side = PANEL + _GAP
    sheet = np.full((down * side - _GAP, across * side - _GAP, 3), 255, np.uint8)
    for row in range(down):
        for column in range(across):
            part = scaled[row * PANEL : (row + 1) * PANEL, column * PANEL : (column + 1) * PANEL]
            sheet[row * side : row * side + PANEL, column * side : column * side + PANEL] = part
    write_picture(path, _small(sheet))
    return Figure(path, f"{down * across} panels of {PANEL}x{PANEL} pixels, {down} rows")


def _heat_map(pages: Sequence[LabelledPage], page: LabelledPage, detector: TargetDetector, path: Path) -> Figure:
    """What the network says of every place, put together again, with its colour bar; the highest place and how high."""
    maps = _maps(page, detector)
    row, column = np.unravel_index(int(maps.centre.argmax()), maps.centre.shape)
    cells = maps.centre.shape
    x, y = (column + 0.5) * page.width / cells[1], (row + 0.5) * page.height / cells[0]
    with drawing(path, size=(11, 6), dpi=90) as figure:
        axes = figure.add_subplot(title=f"({x:.0f}, {y:.0f}) {maps.centre.max():.2%}")
        shown = axes.imshow(np.maximum(maps.centre, maps.mask), extent=(0, page.width, page.height, 0), vmin=0, vmax=1)
        figure.colorbar(shown, ax=axes)
    return Figure(path, f"({x:.0f}, {y:.0f}) {maps.centre.max():.2%}")


def _overlay(pages: Sequence[LabelledPage], page: LabelledPage, detector: TargetDetector, path: Path) -> Figure:
    """The page dimmed, but for the box of the best candidate."""
    image, best = page.image(), _best(page, detector)
    shown = cv2.convertScaleAbs(image, alpha=_DIMMED)
    if best is None:
        write_picture(path, _small(shown.astype(np.uint8, copy=False)))
        return Figure(path, "no candidate at all")
    box = best.box
    x0, y0, x1, y1 = round(box.x), round(box.y), round(box.x + box.width), round(box.y + box.height)
    shown[y0:y1, x0:x1] = image[y0:y1, x0:x1]
    cv2.rectangle(shown, (x0, y0), (x1, y1), (0, 0, 255), max(2, page.width // 700))
    write_picture(path, _small(shown.astype(np.uint8, copy=False)))
    return Figure(path, f"box {x0} {y0} {x1} {y1}, probability {best.score:.2f}")


def _result(pages: Sequence[LabelledPage], page: LabelledPage, detector: TargetDetector, path: Path) -> Figure:
    """The final figure: as `livecam find --out` draws it."""
    found = detector.detect_confident(page.image())
    write_picture(path, _small(draw_targets(page.image(), found)))
    return Figure(path, f"{len(found)} found" if found else "not found")


Step = Callable[[Sequence[LabelledPage], LabelledPage, TargetDetector, Path], Figure]
_STEPS: tuple[Step, ...] = (_arrays, _imbalance, _weights, _panels, _heat_map, _overlay, _result)


def _maps(page: LabelledPage, detector: TargetDetector) -> SegmentationMaps:
    """At the scale where the best candidate was seen."""
    best = _best(page, detector)
    scale = best.scale if best else detector.scales((page.width, page.height))[0]
    return page_maps(detector.network, page.image(), scale=scale)


def _best(page: LabelledPage, detector: TargetDetector) -> Target | None:
    return next(iter(detector.detect(page.image(), 1)), None)


def _middles(page: LabelledPage, box: Any) -> tuple[tuple[int, float], tuple[int, float]]:
    return (page.height, box.y + box.height / 2), (page.width, box.x + box.width / 2)


def _show(axes: Any, part: Image) -> None:
    if part.ndim == 2:
        axes.imshow(part, cmap="gray", vmin=0, vmax=255)
    else:
        axes.imshow(part[..., ::-1])


def _small(image: Image) -> Image:
    """A picture of a page for a person to look at."""
    factor = min(1.0, 1600 / max(image.shape[:2]))
    if factor == 1:
        return image
    return cv2.resize(image, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
