"""The data set of labelled eyes: grey patches with corners, iris, openness and group; saved, loaded, joined, split."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, NamedTuple
from zipfile import BadZipFile

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from livecam.core.crop import similarity_matrix, warp_crop
from livecam.core.types import Face, Image, Side
from training.data.portraits import FACE_DETECTORS
from training.engine.files import DatasetError, RunError, current_keys, sha256, write_arrays, write_json

SCHEMA = 1
CORNER_SETS = len(FACE_DETECTORS)
_ARRAYS = "eyes.npz"


class EyeSample(NamedTuple):
    """One labelled eye, turned into a subject's right one: its nose is to the right of the patch."""

    patch: Image  # (h, w) grey
    corners: NDArray[np.float64]  # (CORNER_SETS, 2, 2): as different landmarks see them, temple and nose, patch pixels
    centre: tuple[float, float]  # of the iris circle, patch pixels
    radius: float  # of the iris, patch pixels
    visible: float  # share of the iris between the lids, 0..1
    angle: float  # roll of the head in the patch, radians
    weight: float  # how far the label is to be trusted, 0..1
    group: str  # person or session: never split between training and validation
    origin: str  # portrait, gazeshift, synthetic, coarse


@dataclass(frozen=True, slots=True, eq=False)
class EyeDataset:
    """Many eyes; the patches lie one behind the other in `pixels`."""

    pixels: NDArray[np.uint8]  # (sum of sizes,)
    sizes: NDArray[np.int32]  # (n, 2) height, width
    corners: NDArray[np.float32]  # (n, CORNER_SETS, 2, 2)
    centres: NDArray[np.float32]  # (n, 2)
    radii: NDArray[np.float32]  # (n,)
    visible: NDArray[np.float32]  # (n,)
    angles: NDArray[np.float32]  # (n,)
    weights: NDArray[np.float32]  # (n,)
    groups: NDArray[np.str_]  # (n,)
    origins: NDArray[np.str_]  # (n,)
    starts: NDArray[np.int64]  # (n,) where each patch begins in `pixels`

    def __len__(self) -> int:
        return len(self.sizes)

    def patch(self, which: int) -> Image:
        height, width = self.sizes[which]
        start = self.starts[which]
        patch: Image = self.pixels[start : start + height * width].reshape(height, width)
        return patch

    def chosen(self, which: NDArray[Any]) -> EyeDataset:
        """The eyes at these places, or where a mask is true; the pixels are shared, not copied."""
        rows = {name: getattr(self, name)[which] for name in _ROWS}
        return EyeDataset(self.pixels, **rows, starts=self.starts[which])


_ROWS = ("sizes", "corners", "centres", "radii", "visible", "angles", "weights", "groups", "origins")


def gathered(eyes: Iterable[EyeSample]) -> EyeDataset:
    """A set of eyes; DatasetError when there are none or a label lies outside its picture."""
    rows = list(eyes)
    return _made(rows, np.concatenate([eye.patch.ravel() for eye in rows] or [np.zeros(0, np.uint8)]))


def gathered_on_disk(eyes: Iterable[EyeSample], raw: IO[bytes]) -> EyeDataset:
    """As `gathered`, but the pixels lie in an empty file, open for reading and writing, and not in memory."""
    rows = []
    for eye in eyes:
        raw.write(eye.patch.tobytes())
        # A picture of no memory that still has its shape.
        rows.append(eye._replace(patch=np.broadcast_to(np.uint8(0), eye.patch.shape)))
    raw.flush()
    return _made(rows, np.memmap(raw, np.uint8, "r") if rows else np.zeros(0, np.uint8))


def _made(rows: Sequence[EyeSample], pixels: NDArray[np.uint8]) -> EyeDataset:
    if not rows:
        raise DatasetError("the data set would be empty; no eye was found or made")
    sizes = np.array([eye.patch.shape for eye in rows], np.int32)
    made = EyeDataset(
        pixels,
        sizes,
        np.array([eye.corners for eye in rows], np.float32),
        np.array([eye.centre for eye in rows], np.float32),
        np.array([eye.radius for eye in rows], np.float32),
        np.array([eye.visible for eye in rows], np.float32),
        np.array([eye.angle for eye in rows], np.float32),
        np.array([eye.weight for eye in rows], np.float32),
        np.array([eye.group for eye in rows]),
        np.array([eye.origin for eye in rows]),
        _starts(sizes),
    )
    _check(made, "the new data set")
    return made


def joined(parts: Sequence[EyeDataset]) -> EyeDataset:
    """All of several sets."""
    rows = {name: np.concatenate([getattr(part, name) for part in parts]) for name in _ROWS}
    offsets = np.cumsum([0] + [len(part.pixels) for part in parts[:-1]])
    starts = np.concatenate([part.starts + offset for part, offset in zip(parts, offsets, strict=True)])
    return EyeDataset(np.concatenate([part.pixels for part in parts]), **rows, starts=starts)


def save(eyes: EyeDataset, folder: Path, about: dict[str, Any]) -> None:
    """Writes the set and its manifest; `about` says how it was made."""
    write_arrays(folder / _ARRAYS, {name: getattr(eyes, name) for name in ("pixels", *_ROWS)})
    content = {"schema": SCHEMA, "count": len(eyes), "sha256": sha256(folder / _ARRAYS), "about": about}
    write_json(folder / "manifest.json", content)


def load(folder: Path) -> EyeDataset:
    """Reads what `save` wrote; DatasetError when it is missing, damaged, empty or of another schema."""
    about = manifest(folder)
    try:
        with np.load(folder / _ARRAYS) as arrays:
            rows = {name: arrays[name] for name in _ROWS}
            rows["corners"] = _all_sets(rows["corners"])
            eyes = EyeDataset(arrays["pixels"], **rows, starts=_starts(rows["sizes"]))
    except (OSError, KeyError, ValueError, BadZipFile) as fault:
        raise DatasetError(f"{folder / _ARRAYS} is missing or damaged; make the data set again") from fault
    if len(eyes) != about["count"] or not len(eyes):
        raise DatasetError(f"{folder} holds {len(eyes)} eyes, its manifest says {about['count']}; make it again")
    _check(eyes, str(folder))
    return eyes


def _all_sets(corners: NDArray[np.float32]) -> NDArray[np.float32]:
    """Corners (n, sets, 2, 2) with a set for every face detector there is now; an older data set may have fewer."""
    sets = np.arange(CORNER_SETS) % corners.shape[1]
    return corners[:, sets]


def load_all(folders: Sequence[Path]) -> EyeDataset:
    """Several data sets as one."""
    if not folders:
        raise DatasetError("no data set was named; make one with: livecam-train synth --count 10000 --out FOLDER")
    return joined([load(folder) for folder in folders])


def split_by_group(eyes: EyeDataset, share: float) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Places of the eyes to train on and of those held out; a person or session is on one side only.

    RunError when that leaves one side empty.
    """
    names = np.unique(eyes.groups)
    held = np.isin(eyes.groups, [name for name in names.tolist() if is_held_out(name, share)])
    if held.all() or not held.any():
        raise RunError(f"{len(names)} people or sessions are too few to hold out {share:.0%} of them; add data")
    return np.flatnonzero(~held), np.flatnonzero(held)


def is_held_out(group: str, share: float) -> bool:
    """Whether a person or session is among the `share` held out; a hash keeps it there whatever else is in the data."""
    return int(hashlib.sha256(group.encode()).hexdigest()[:8], 16) / 2**32 < share


def manifest(folder: Path) -> dict[str, Any]:
    """What a data set says of itself; DatasetError when that cannot be read or the schema is not ours."""
    path = folder / "manifest.json"
    try:
        content = current_keys(json.loads(path.read_text()))
        schema, _ = content["schema"], content["count"]
    except (OSError, ValueError, KeyError, TypeError) as fault:
        raise DatasetError(f"{folder} is not a data set ({path.name} is missing or damaged)") from fault
    if schema != SCHEMA:
        raise DatasetError(f"{folder} has schema {schema}, this program reads {SCHEMA}; make the data set again")
    return dict(content)


def _starts(sizes: NDArray[np.int32]) -> NDArray[np.int64]:
    areas = sizes.astype(np.int64).prod(axis=1)
    starts: NDArray[np.int64] = np.cumsum(areas) - areas
    return starts


def _check(eyes: EyeDataset, name: str) -> None:
    if int(eyes.sizes.astype(np.int64).prod(axis=1).sum()) != len(eyes.pixels):
        raise DatasetError(f"the pixels of {name} do not fit the sizes of its patches; make it again")
    numbers = np.column_stack(
        [eyes.centres, eyes.corners.reshape(len(eyes), -1), eyes.radii, eyes.visible, eyes.angles]
    )
    if not np.isfinite(numbers).all():
        raise DatasetError(f"{name} has labels that are no numbers; make it again")
    outside = ((eyes.centres < -0.5) | (eyes.centres > eyes.sizes[:, ::-1] - 0.5)).any(axis=1)
    if outside.any():
        first = int(np.flatnonzero(outside)[0])
        raise DatasetError(f"the label of eye {first} of {name} is outside its picture; correct or remove it")


_UNIT = 60.0  # pixels between the corners of an eye, at most


class EyePatch(NamedTuple):
    """An eye with room around it; the nose is to the right."""

    grey: Image  # (h, w)
    matrix: NDArray[np.float64]  # (2, 3), frame pixels to patch pixels; mirrors a left eye
    corners: NDArray[np.float64]  # (2, 2), temple and nose, patch pixels
    angle: float  # roll of the head in the patch, radians
    scale: float  # patch pixels per frame pixel

    def place(self, point: ArrayLike) -> tuple[float, float]:
        """Frame pixels to patch pixels, kept inside the patch."""
        moved = self.matrix[:, :2] @ np.asarray(point, np.float64) + self.matrix[:, 2]
        x, y = np.clip(moved, 0, np.array(self.grey.shape[::-1]) - 1).tolist()
        return x, y

    def eye(
        self, centre: ArrayLike, radius: float, *, visible: float, weight: float, group: str, origin: str
    ) -> EyeSample:
        """The patch with a label given in frame pixels."""
        corners = np.broadcast_to(self.corners, (CORNER_SETS, 2, 2)).copy()
        place = self.place(centre)
        return EyeSample(self.grey, corners, place, radius * self.scale, visible, self.angle, weight, group, origin)


def eye_patch(image: Image, face: Face, side: Side) -> EyePatch:
    """The surroundings of an eye, never enlarged."""
    lids = face.lids(side)
    width = max(float(np.hypot(*(lids[3] - lids[0]))), 4.0)
    scale = min(_UNIT / width, 1.0)
    size = int(np.ceil(2.1 * width * scale)), int(np.ceil(1.7 * width * scale))
    onto = ((size[0] - 1) / 2, (size[1] - 1) / 2)
    matrix = similarity_matrix(lids[[0, 3]].mean(axis=0), angle=0.0, scale=scale, onto=onto)
    order, angle = [0, 3], face.roll
    if side is Side.LEFT:
        matrix[0] *= -1
        matrix[0, 2] += size[0] - 1
        order, angle = [3, 0], -face.roll
    grey: Image = cv2.cvtColor(warp_crop(image, matrix, size), cv2.COLOR_BGR2GRAY).astype(np.uint8, copy=False)
    corners = lids[order] @ matrix[:, :2].T + matrix[:, 2]
    return EyePatch(grey, matrix, corners, angle, scale)


Random = np.random.Generator
