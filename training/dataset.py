"""Labelled eyes in memory and on disk: grey patches of any size, with corners, iris, openness, and whose they are."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, NamedTuple
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from livecam.core.scene import Image
from training.errors import DatasetError
from training.files import sha256, write_arrays, write_json

SCHEMA = 1
CORNER_SETS = 2
_ARRAYS = "eyes.npz"


class Eye(NamedTuple):
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
class Eyes:
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

    def chosen(self, which: NDArray[Any]) -> Eyes:
        """The eyes at these places, or where a mask is true; the pixels are shared, not copied."""
        rows = {name: getattr(self, name)[which] for name in _ROWS}
        return Eyes(self.pixels, **rows, starts=self.starts[which])


_ROWS = ("sizes", "corners", "centres", "radii", "visible", "angles", "weights", "groups", "origins")


def gathered(eyes: Iterable[Eye]) -> Eyes:
    """A set of eyes; DatasetError when there are none or a label lies outside its picture."""
    rows = list(eyes)
    return _made(rows, np.concatenate([eye.patch.ravel() for eye in rows] or [np.zeros(0, np.uint8)]))


def gathered_on_disk(eyes: Iterable[Eye], raw: IO[bytes]) -> Eyes:
    """As `gathered`, but the pixels lie in an empty file, open for reading and writing, and not in memory."""
    rows = []
    for eye in eyes:
        raw.write(eye.patch.tobytes())
        # A picture of no memory that still has its shape.
        rows.append(eye._replace(patch=np.broadcast_to(np.uint8(0), eye.patch.shape)))
    raw.flush()
    return _made(rows, np.memmap(raw, np.uint8, "r") if rows else np.zeros(0, np.uint8))


def _made(rows: Sequence[Eye], pixels: NDArray[np.uint8]) -> Eyes:
    if not rows:
        raise DatasetError("the data set would be empty; no eye was found or made")
    sizes = np.array([eye.patch.shape for eye in rows], np.int32)
    made = Eyes(
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


def joined(parts: Sequence[Eyes]) -> Eyes:
    """All of several sets."""
    rows = {name: np.concatenate([getattr(part, name) for part in parts]) for name in _ROWS}
    offsets = np.cumsum([0] + [len(part.pixels) for part in parts[:-1]])
    starts = np.concatenate([part.starts + offset for part, offset in zip(parts, offsets, strict=True)])
    return Eyes(np.concatenate([part.pixels for part in parts]), **rows, starts=starts)


def save(eyes: Eyes, folder: Path, about: dict[str, Any]) -> None:
    """Writes the set and its manifest; `about` says how it was made."""
    write_arrays(folder / _ARRAYS, {name: getattr(eyes, name) for name in ("pixels", *_ROWS)})
    content = {"schema": SCHEMA, "count": len(eyes), "sha256": sha256(folder / _ARRAYS), "about": about}
    write_json(folder / "manifest.json", content)


def load(folder: Path) -> Eyes:
    """Reads what `save` wrote; DatasetError when it is missing, damaged, empty or of another schema."""
    about = manifest(folder)
    try:
        with np.load(folder / _ARRAYS) as arrays:
            rows = {name: arrays[name] for name in _ROWS}
            eyes = Eyes(arrays["pixels"], **rows, starts=_starts(rows["sizes"]))
    except (OSError, KeyError, ValueError, BadZipFile) as fault:
        raise DatasetError(f"{folder / _ARRAYS} is missing or damaged; make the data set again") from fault
    if len(eyes) != about["count"] or not len(eyes):
        raise DatasetError(f"{folder} holds {len(eyes)} eyes, its manifest says {about['count']}; make it again")
    _check(eyes, str(folder))
    return eyes


def load_all(folders: Sequence[Path]) -> Eyes:
    """Several data sets as one."""
    if not folders:
        raise DatasetError("no data set was named; make one with: livecam-train synth --count 10000 --out FOLDER")
    return joined([load(folder) for folder in folders])


def manifest(folder: Path) -> dict[str, Any]:
    """What a data set says of itself; DatasetError when that cannot be read or the schema is not ours."""
    path = folder / "manifest.json"
    try:
        content = json.loads(path.read_text())
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


def _check(eyes: Eyes, name: str) -> None:
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
