"""Preview pictures of the target training: batches with their masks, and false peaks."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from livecam.core.types import Image
from training.engine.files import RunError
from training.target_detector.data.dataset import LabelledPage
from training.target_detector.data.sampling import CropSample, MinedPeak, Sampler, SamplingMix, cut
from training.target_detector.export import settings_of

_TILE = 160


def batch_sheet(
    pages: Sequence[LabelledPage],
    mix: SamplingMix,
    *,
    peaks: Sequence[MinedPeak] = (),
    seed: int = 1,
    columns: int = 8,
    rows: int = 4,
) -> Image:
    """Rows of crops, each above a row of their masks; a ring is around each centre."""
    sampler = Sampler(pages, mix, np.random.default_rng(seed))
    sampler.peaks = tuple(peaks)
    samples = [sampler.sample() for _ in range(columns * rows)]
    lines = []
    for start in range(0, len(samples), columns):
        part = samples[start : start + columns]
        lines += [np.hstack([_ringed(sample) for sample in part]), np.hstack([_mask(sample) for sample in part])]
    return np.vstack(lines).astype(np.uint8, copy=False)


def peak_sheet(
    pages: Sequence[LabelledPage], peaks: Sequence[MinedPeak], *, columns: int = 10, most: int = 100
) -> Image:
    """The highest false peaks with how sure the network was; RunError when there are none."""
    ranked = sorted(peaks, key=lambda peak: -peak.score)[:most]
    if not ranked:
        raise RunError("the run has mined no false peaks yet; let it go on for some more steps")
    tiles = [_peak(pages, peak) for peak in ranked]
    tiles += [np.zeros((_TILE, _TILE, 3), np.uint8)] * (-len(tiles) % columns)
    lines = [np.hstack(tiles[start : start + columns]) for start in range(0, len(tiles), columns)]
    return np.vstack(lines).astype(np.uint8, copy=False)


def of_run(pages: Sequence[LabelledPage], run: Path) -> tuple[LabelledPage, ...]:
    """The pages a run learns from, in its order, which its peaks refer to; RunError when one is missing."""
    by_name = {page.name: page for page in pages}
    names = settings_of(run)["pages"]
    missing = [name for name in names if name not in by_name]
    if missing:
        raise RunError(f"{run} was trained on {missing[0]}, which is not among these pages; name the same folder")
    return tuple(by_name[name] for name in names)


def _ringed(sample: CropSample) -> Image:
    tile = sample.crop.copy()
    for x, y, side in sample.heads:
        cv2.circle(tile, (round(float(x)), round(float(y))), round(float(side) * 0.7), (0, 255, 0), 2, cv2.LINE_AA)
    return tile


def _mask(sample: CropSample) -> Image:
    return cv2.cvtColor(sample.mask, cv2.COLOR_GRAY2BGR).astype(np.uint8, copy=False)


def _peak(pages: Sequence[LabelledPage], peak: MinedPeak) -> Image:
    size = (peak.box.width * peak.box.height) ** 0.5
    factor = _TILE * 0.4 / size
    corner = np.array([peak.box.x, peak.box.y]) - 0.75 * size
    tile = cut(pages[peak.page], corner, factor, _TILE).crop.copy()
    cv2.putText(tile, f"{peak.score:.2f}", (4, 16), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (0, 0, 0), 3, cv2.LINE_AA)
    cv2.putText(tile, f"{peak.score:.2f}", (4, 16), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (0, 255, 255), 1, cv2.LINE_AA)
    return tile
