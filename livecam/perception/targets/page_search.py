"""The search of picture files: a model by name, folder or file, one picture after the other or several at once."""

from __future__ import annotations

import hashlib
import multiprocessing
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from livecam.core.assets import asset
from livecam.core.errors import AssetError, LivecamError, SinkError, SourceError
from livecam.core.image_files.images import read_image
from livecam.core.image_files.regions import open_regions
from livecam.core.types import Image
from livecam.perception.targets.boxes import candidates
from livecam.perception.targets.detector import Target, TargetDetector
from livecam.perception.targets.network import open_target_detector
from livecam.perception.targets.results import DetectionReport
from livecam.perception.targets.turns import Turns

NAMES = ("waldo", "waldo-synthetic")  # of the models that ship
IN_FOLDER = "model.tflite"  # what `livecam-train targets` calls its model


def target_model(name: Path | str) -> Path:
    """The file of a model that ships, of a folder that `livecam-train targets` made, or the file itself; AssetError
    for a folder without one."""
    path = Path(name)
    if str(name) in NAMES and not path.exists():
        return asset(f"models/{name}.tflite")
    if path.is_dir():
        if not (path / IN_FOLDER).is_file():
            raise AssetError(
                f"{path} holds no {IN_FOLDER}; name a folder that livecam-train targets made, a .tflite file,"
                f" or {' or '.join(NAMES)}"
            )
        return path / IN_FOLDER
    if not path.exists() and path.suffix != ".tflite":
        raise AssetError(f"there is no model '{name}'; {' and '.join(NAMES)} ship, others are folders or .tflite files")
    return path


@dataclass(frozen=True, slots=True)
class PageSearch:
    """What every picture is searched for, and how; it can travel to another process."""

    model: Path
    top: int = 5
    turns: Turns = Turns.AUTO
    queue: Path | None = None
    threads: int | None = None

    def opened(self) -> OpenedSearch:
        detector = replace(open_target_detector(self.model, threads=self.threads), turns=self.turns)
        return OpenedSearch(self, detector, hashlib.sha256(self.model.read_bytes()).hexdigest()[:12])


@dataclass(frozen=True, slots=True, eq=False)
class OpenedSearch:
    """A search with its network."""

    settings: PageSearch
    detector: TargetDetector
    fingerprint: str

    def report(self, picture: Path) -> tuple[Image | None, DetectionReport]:
        """The picture and what is on it; None for one so large that only its regions were read. SourceError when it
        cannot be read."""
        regions = open_regions(picture)
        # The detector asks for regions alone, whoever has them.
        page: Any = read_image(picture) if regions is None else regions
        start = time.perf_counter()
        targets = self.detector.detect(page, self.settings.top)
        seconds = time.perf_counter() - start
        if self.settings.queue is not None:
            self._queue(page, picture, targets)
        size = page.shape[1], page.shape[0]
        threshold, sizes = self.detector.search.threshold, self.detector.sizes(size)
        return page if regions is None else None, DetectionReport(
            str(picture), size, targets, threshold, sizes, seconds, self.fingerprint
        )

    def _queue(self, page: Any, picture: Path, targets: Sequence[Target]) -> None:
        if self.settings.queue is None:
            return
        guesses = [candidates.Guess(target.box, target.score) for target in targets if not target.turn]
        scales = sorted(self.detector.scales((page.shape[1], page.shape[0])))
        factor = scales[len(scales) // 2] if not self.detector.search.page_pixels else scales[-1] / 1.3
        candidates.add(self.settings.queue, page, str(picture), guesses, factor=factor, model=self.fingerprint)


Answer = DetectionReport | LivecamError


def reports(search: PageSearch, pictures: Sequence[Path], workers: int) -> Iterator[Answer]:
    """An answer for each picture, in their order, by so many processes; what cannot be read is a SourceError."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(min(workers, len(pictures)), context, _open, (search,)) as pool:
        yield from pool.map(_answer, pictures)


_opened: list[OpenedSearch] = []  # of this process


def _open(search: PageSearch) -> None:
    _opened[:] = [replace(search, threads=1).opened()]


def _answer(picture: Path) -> Answer:
    try:
        return _opened[0].report(picture)[1]
    except (SourceError, SinkError) as error:
        return error
