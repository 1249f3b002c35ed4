"""A queue of candidates: tiles around what a search was unsure of, and at random, for people to judge."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from livecam.core.errors import SinkError
from livecam.core.files import check_writable_path, exclusive_lock, make_folder, write_file
from livecam.core.image_files.regions import PictureRegions
from livecam.core.types import Box, Image
from livecam.perception.targets.boxes.page_boxes import TABLE, BoxFileError

CANDIDATES = "candidates.csv"
UNSURE = (0.05, 0.95)  # probabilities between which a person should decide
_EACH = 4  # unsure candidates a page at most
_SIDE = 320  # of a tile, pixels as the network sees it


@dataclass(frozen=True, slots=True)
class QueuedTile:
    """A tile of the queue; the box is in the tile's pixels, all nought on a tile that was drawn at random."""

    file: str
    xmin: float
    ymin: float
    xmax: float
    ymax: float
    probability: float
    source: str  # the picture that the tile is from
    source_width: int
    source_height: int
    x: int  # where the tile begins on it
    y: int
    model: str

    @property
    def box(self) -> Box | None:
        """What the model took for a target; None on a random tile."""
        if self.xmax <= self.xmin:
            return None
        return Box(self.xmin, self.ymin, self.xmax - self.xmin, self.ymax - self.ymin)


class Guess(NamedTuple):
    """A candidate on its page."""

    box: Box
    probability: float


def read_candidates(folder: Path) -> list[QueuedTile]:
    """The tiles of a queue; none where the folder is no queue. BoxFileError for a table that is damaged."""
    path = folder / CANDIDATES
    if not path.is_file():
        return []
    try:
        rows = list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines()))
        return [QueuedTile(*(_kinds()[name](row[name]) for name in _names())) for row in rows]
    except (OSError, KeyError, TypeError, ValueError) as fault:
        raise BoxFileError(f"{path} is damaged; restore it, or begin another queue") from fault


def check_queue(folder: Path) -> None:
    """Makes the folder, before a search begins; SinkError for one that holds something else or cannot be written."""
    if folder.exists() and not folder.is_dir():
        raise SinkError(f"--queue cannot be '{folder}', which is a file; name a folder")
    strange = folder.is_dir() and any(folder.iterdir()) and not (folder / CANDIDATES).is_file()
    if strange:
        raise SinkError(
            f"--queue cannot be '{folder}', which holds other things; name a new folder or an earlier queue"
        )
    make_folder(folder)
    check_writable_path(folder / CANDIDATES)


def add(
    folder: Path, page: Image | PictureRegions, source: str, guesses: Sequence[Guess], *, factor: float, model: str
) -> int:
    """Keeps tiles of a page (h, w, 3) around the guesses that are unsure, and one at random; how many are new.

    `factor` brings the page to the size the network works at. The random tile depends on the page alone, so that the
    same search twice keeps nothing twice. SinkError when the disk says no.
    """
    unsure = [guess for guess in guesses if UNSURE[0] <= guess.probability <= UNSURE[1]][:_EACH]
    tiles = [*_around(page, unsure, factor), _random(page, source, factor)]
    make_folder(folder)
    try:
        with exclusive_lock(folder / ".candidates.lock", seconds=30):
            return _keep(folder, page, source, tiles, model)
    except TimeoutError:
        raise SinkError(f"{folder} is in use by another program; try again") from None


class _Tile(NamedTuple):
    x: int
    y: int
    side: int
    guess: Guess | None


def _keep(folder: Path, page: Image | PictureRegions, source: str, tiles: Sequence[_Tile], model: str) -> int:
    known = {candidate.file: candidate for candidate in read_candidates(folder)}
    before, (height, width) = len(known), page.shape[:2]
    for tile in tiles:
        part = np.ascontiguousarray(page[tile.y : tile.y + tile.side, tile.x : tile.x + tile.side])
        name = f"pages/{hashlib.sha256(part.tobytes()).hexdigest()[:20]}.png"
        if name in known:
            continue
        (folder / "pages").mkdir(exist_ok=True)
        write_file(folder / name, cv2.imencode(".png", part)[1].tobytes())
        box, probability = tile.guess or Guess(Box(tile.x, tile.y, 0, 0), 0.0)
        left, top = box.x - tile.x, box.y - tile.y
        known[name] = QueuedTile(
            name,
            round(left, 1),
            round(top, 1),
            round(left + box.width, 1),
            round(top + box.height, 1),
            round(probability, 4),
            source,
            width,
            height,
            tile.x,
            tile.y,
            model,
        )
    if len(known) > before:
        write_file(folder / CANDIDATES, _table(known.values()))
    return len(known) - before


def _around(page: Image | PictureRegions, guesses: Sequence[Guess], factor: float) -> Iterator[_Tile]:
    height, width = page.shape[:2]
    for guess in guesses:
        box = guess.box
        side = min(max(round(_SIDE / factor), round(2 * max(box.width, box.height))), width, height)
        # Not in the middle, where a network would learn that targets are.
        x, y = box.x + box.width / 2 - side * 0.4, box.y + box.height / 2 - side * 0.55
        yield _Tile(min(max(round(x), 0), width - side), min(max(round(y), 0), height - side), side, guess)


def _random(page: Image | PictureRegions, source: str, factor: float) -> _Tile:
    height, width = page.shape[:2]
    side = min(round(_SIDE / factor), width, height)
    seed = int.from_bytes(hashlib.sha256(f"{Path(source).name} {width} {height}".encode()).digest()[:8])
    random = np.random.default_rng(seed)
    return _Tile(int(random.integers(width - side + 1)), int(random.integers(height - side + 1)), side, None)


def _table(candidates: Iterable[QueuedTile]) -> bytes:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(_names())
    writer.writerows(astuple(each) for each in candidates)
    return stream.getvalue().encode()


def _names() -> list[str]:
    return [field.name for field in fields(QueuedTile)]


def _kinds() -> dict[str, type]:
    return {field.name: {"str": str, "float": float, "int": int}[str(field.type)] for field in fields(QueuedTile)}


def answered(folder: Path) -> bool:
    """Whether anybody has judged a tile of the queue."""
    return (folder / TABLE).is_file()
