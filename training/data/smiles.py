"""Labels the smiling portraits of people whose neutral portrait is labelled: the same iris, found again by matching it.

Smiles narrow real eyes, lift real lower lids and crease real skin, which a moved lid only imitates.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from livecam.core.crop import similarity_matrix, warp_crop
from livecam.core.types import Image, Side
from livecam.settings import FaceDetectorName
from training.data.limbus import recentred
from training.data.portraits import DetectedPortrait, LabelledPortrait, is_test_person, see, see_unlabelled
from training.engine.parallel import spread

_DETECTORS = (FaceDetectorName.MESH,)  # one is enough to know where to look
_RADIUS = 24.0  # pixels of the iris when it is matched
_REACH = 0.9  # radii around the middle of the lids that are searched
_SCALES = np.exp(np.linspace(-0.09, 0.09, 13))
_LIKE = 0.8  # correlation of what is the same iris
_APART = 0.25  # radii that the two eyes may have moved differently against their lids


class _Match(NamedTuple):
    centre: tuple[float, float]
    radius: float
    correlation: float


class _Pair(NamedTuple):
    neutral: LabelledPortrait
    smile: Path


def read_smiles(folder: Path, portraits: Sequence[LabelledPortrait], *, workers: int = 1) -> list[LabelledPortrait]:
    """The pictures NAME_smile.jpg of the folder whose portraits NAME are labelled, with the labels that were found;
    those where an iris was not found for certain are left out."""
    smiles = {portrait.group: folder / f"{portrait.group}_smile.jpg" for portrait in portraits}
    pairs = [
        _Pair(portrait, smiles[portrait.group])
        for portrait in portraits
        if not is_test_person(portrait.group) and smiles[portrait.group].is_file()
    ]
    return [smile for smile in spread(_labelled, pairs, workers=workers) if smile is not None]


def _labelled(pair: _Pair) -> LabelledPortrait | None:
    """The smile with its labels; None where an iris was not found for certain."""
    neutral, path = pair
    before, after = see(neutral, _DETECTORS), see_unlabelled(path, _DETECTORS)
    if before is None or after is None:
        return None
    exact = recentred(neutral, before.image)
    found = {side: _found_again(exact, before, after, side) for side in Side}
    moves = [_off_the_lids(found[side], after, side) - _off_the_lids_before(exact, before, side) for side in Side]
    if min(match.correlation for match in found.values()) < _LIKE or np.hypot(*(moves[0] - moves[1])) > _APART:
        return None
    return LabelledPortrait(
        path,
        neutral.group,
        {side: match.centre for side, match in found.items()},
        {side: match.radius for side, match in found.items()},
        on_limbus=True,
    )


def _found_again(portrait: LabelledPortrait, before: DetectedPortrait, after: DetectedPortrait, side: Side) -> _Match:
    """The iris of the neutral portrait in the other picture: place and size of the best correlation."""
    radius = portrait.radii[side]
    size = int(2 * np.ceil(1.25 * _RADIUS) + 1)
    template = _grey_cut(before.image, portrait.centres[side], _RADIUS / radius, size)
    mask = _sides(size)
    start = _middle(after, side)
    matches = [_match(after.image, start, radius * scale, template, mask) for scale in _SCALES]
    return max(matches, key=lambda match: match.correlation)


def _match(
    image: Image, start: NDArray[np.float64], radius: float, template: NDArray[np.float32], mask: NDArray[np.float32]
) -> _Match:
    scale, reach = _RADIUS / radius, int(_REACH * _RADIUS)
    around = _grey_cut(image, start, scale, template.shape[0] + 2 * reach)
    likeness = cv2.matchTemplate(around, template, cv2.TM_CCOEFF_NORMED, mask=mask).astype(np.float32)
    row, column = np.unravel_index(int(np.nan_to_num(likeness, nan=-1, posinf=-1).argmax()), likeness.shape)
    step = np.array([_vertex(likeness[row], int(column)), _vertex(likeness[:, column], int(row))])
    x, y = (start + (np.array([column, row]) + step - reach) / scale).tolist()
    return _Match((x, y), radius, float(likeness[row, column]))


def _vertex(values: NDArray[np.float32], at: int) -> float:
    """Where, beside the highest of the values, the parabola through it and its neighbours is highest."""
    if not 0 < at < len(values) - 1:
        return 0.0
    before, here, after = (float(value) for value in values[at - 1 : at + 2])
    bend = before - 2 * here + after
    return 0.5 * (before - after) / bend if bend < 0 else 0.0


def _grey_cut(image: Image, centre: object, scale: float, size: int) -> NDArray[np.float32]:
    matrix = similarity_matrix(centre, angle=0.0, scale=scale, onto=((size - 1) / 2, (size - 1) / 2))  # type: ignore[arg-type]
    grey: NDArray[np.float32] = warp_crop(image, matrix, (size, size))[..., 1:].astype(np.float32).mean(axis=2)
    return grey


def _sides(size: int) -> NDArray[np.float32]:
    """The iris and what lies beside it; what lids may cover counts little."""
    rows, columns = (np.mgrid[:size, :size] - (size - 1) / 2) / _RADIUS
    inside = np.hypot(rows, columns) < 1.2
    return np.where(inside & (np.abs(rows) < 0.5), 1.0, np.where(inside, 0.1, 0.0)).astype(np.float32)


def _middle(seen: DetectedPortrait, side: Side) -> NDArray[np.float64]:
    """The middle of the corners, by all face detectors."""
    middle: NDArray[np.float64] = np.mean([seen.lids(side, k)[[0, 3]] for k in range(len(seen.landmarks))], axis=(0, 1))
    return middle


def _off_the_lids(match: _Match, seen: DetectedPortrait, side: Side) -> NDArray[np.float64]:
    return (np.array(match.centre) - _middle(seen, side)) / match.radius


def _off_the_lids_before(portrait: LabelledPortrait, seen: DetectedPortrait, side: Side) -> NDArray[np.float64]:
    return (np.array(portrait.centres[side]) - _middle(seen, side)) / portrait.radii[side]
