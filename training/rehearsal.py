"""Rehearses the handcrafted finder: whole faces made from portraits, in which the face finders look for themselves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from livecam.core.scene import Face, Frame, Image, Point, Side
from livecam.core.seams import FaceFinder
from livecam.faces.choose import open_stills
from livecam.iris import OpenEye, shift_iris
from livecam.pupils.handcrafted import Handcrafted
from livecam.settings import FaceSettings
from training import clutter, gazeshift
from training.anatomy import CLOSED_BELOW, Random
from training.photography import photograph
from training.portraits import FINDERS, Portrait, Seen, read_labels, see
from training.trust import Labelled, Trust, fit_trust

_EXTENT = (8.0, 8.0)  # of the photographs, in widths of an eye
_STILL, _TURNED, _GLASSES, _ASTRAY = 0.25, 0.5, 0.2, 0.12  # shares
_SMALLEST_PX = 30.0  # between the pupils: a person at three metres
_NOWHERE = Point(-1e6, -1e6)


def fit_folder(folder: Path, count: int = 9) -> Trust:
    """The constants of livecam.pupils.trust from the portraits of a folder and its labels.csv, the test people left
    out; DatasetError when labels or pictures are missing. The same folder always gives the same constants."""
    finders = [open_stills(FaceSettings(finder=name)) for name in FINDERS]
    portraits = enumerate(read_labels(folder, folder / "labels.csv"))
    return fit_trust(shown for seed, portrait in portraits for shown in rehearsed(portrait, finders, count, seed))


def rehearsed(portrait: Portrait, finders: Sequence[FaceFinder], count: int, seed: int) -> Iterator[Labelled]:
    """So many photographs of one portrait, looking elsewhere or with closing lids, as each face finder sees them.

    Some are cut where there are no eyes at all, as after a wrong lock. A finder that misses the face leaves it out.
    """
    seen, rng, pupils = see(portrait), np.random.default_rng(seed), Handcrafted()
    for _ in range(count if seen else 0):
        assert seen is not None
        image, truth, visible = _photographed(portrait, seen, rng)
        if np.hypot(*(truth[Side.LEFT] - truth[Side.RIGHT])) < _SMALLEST_PX:
            continue
        frame = Frame(image, 0, 0.0)
        for face in (face for finder in finders for face in finder.find(frame)[:1]):
            left, right = (Point(*truth[side].tolist()) for side in (Side.LEFT, Side.RIGHT))
            yield Labelled(pupils.cutter(frame, face), left, right, visible >= CLOSED_BELOW)
            if rng.random() < _ASTRAY:
                yield Labelled(pupils.cutter(frame, _astray(face, rng)), _NOWHERE, Point(0, 0), False)


def _photographed(portrait: Portrait, seen: Seen, rng: Random) -> tuple[Image, dict[Side, NDArray[np.float64]], float]:
    """The picture, the true centres in it, and the larger share of an iris that is visible."""
    which = int(rng.integers(len(seen.landmarks)))
    pose = gazeshift.STILL if rng.random() < _STILL else gazeshift.pose(rng)
    image, truth, visible = seen.image, {}, []
    for side in Side:
        eye = OpenEye(portrait.centres[side], portrait.radii[side], seen.lids(side, which))
        step = np.array([pose.across, pose.down]) * eye.radius
        if not pose.still:
            image = shift_iris(image, eye, step, lid_follow=pose.lid_follow, closing=pose.closing)
        truth[side] = np.array(eye.centre) + step
        visible.append(gazeshift.visible_share(eye, pose))
    # The finder reads red alone, and photographs are grey: they are taken of the red.
    picture = np.repeat(image[..., 2:].astype(np.float32) / 255, 3, axis=2)
    unit = float(np.mean([np.hypot(*(seen.lids(side, which)[3] - seen.lids(side, which)[0])) for side in Side]))
    if rng.random() < _GLASSES:
        _put_on_glasses(picture, truth, unit, rng)
    squeeze = float(rng.uniform(0.65, 1)) if rng.random() < _TURNED else 1.0
    middle = np.mean(list(truth.values()), axis=0) + [0, unit]
    shot = photograph(picture, middle, unit, rng, squeeze=squeeze, extent=_EXTENT)
    centres = {side: gazeshift.moved(shot.matrix, point) for side, point in truth.items()}
    return np.repeat(shot.patch[..., None], 3, axis=2), centres, max(visible)


def _put_on_glasses(
    picture: NDArray[np.float32], centres: dict[Side, NDArray[np.float64]], unit: float, rng: Random
) -> None:
    for x, y in centres.values():
        rows, columns = slice(int(y - 0.9 * unit), int(y + 0.9 * unit)), slice(int(x - 1.1 * unit), int(x + 1.1 * unit))
        clutter.glasses(picture[max(rows.start, 0) : rows.stop, max(columns.start, 0) : columns.stop], rng)


def _astray(face: Face, rng: Random) -> Face:
    """The face taken to be where it is not, so far that no eye is cut in its place."""
    angle, distance = rng.uniform(0, 2 * np.pi), rng.uniform(0.45, 1.6) * face.pupil_distance
    away = distance * np.array([np.cos(angle), np.sin(angle)])
    return replace(face, landmarks=(face.landmarks + away).astype(np.float32))
