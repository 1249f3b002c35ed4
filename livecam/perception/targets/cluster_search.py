"""The search of pictures on a Ray cluster: whole pictures, and the blocks of one that is too large for a machine."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from livecam.core.cluster import ray_cluster
from livecam.core.errors import SinkError, SourceError
from livecam.core.image_files.regions import open_regions
from livecam.perception.targets.page_search import Answer, OpenedSearch, PageSearch
from livecam.perception.targets.peaks import MapPeak
from livecam.perception.targets.tiling import Block

_AHEAD = 3  # pictures or blocks a processor that are given out before their answer is taken


def cluster_reports(search: PageSearch, pictures: Sequence[Path], address: str, workers: int) -> Iterator[Answer]:
    """An answer for each picture, in their order; machines of the cluster see the pictures and the model at the same
    paths. What cannot be read is a SourceError."""
    with ray_cluster(address, workers) as ray:
        cluster = Cluster(ray, max(1, int(ray.cluster_resources().get("CPU", 1))))
        here, huge = search.opened(), {picture for picture in pictures if open_regions(picture) is not None}
        waiting = cluster.each(_reported, ((search, picture) for picture in pictures if picture not in huge))
        for picture in pictures:
            yield _in_blocks(cluster, here, picture) if picture in huge else next(waiting)


@dataclass(frozen=True, slots=True)
class Cluster:
    ray: Any
    processors: int

    def each(self, work: Callable[..., Any], jobs: Iterable[tuple[Any, ...]]) -> Iterator[Any]:
        """What `work` makes of each job, in order; few are held at a time."""
        remote, waiting = self.ray.remote(num_cpus=1)(work), deque[Any]()
        for job in jobs:
            waiting.append(remote.remote(*job))
            if len(waiting) > _AHEAD * self.processors:
                yield self.ray.get(waiting.popleft())
        while waiting:
            yield self.ray.get(waiting.popleft())


def _in_blocks(cluster: Cluster, search: OpenedSearch, picture: Path) -> Answer:
    def spread(blocks: Sequence[Block], scale: float) -> Iterator[Sequence[MapPeak]]:
        return cluster.each(_block_searched, ((search.settings, picture, block, scale) for block in blocks))

    try:
        return replace(search, detector=replace(search.detector, spread=spread)).report(picture)[1]
    except (SourceError, SinkError) as error:
        return error


_opened: dict[PageSearch, OpenedSearch] = {}  # of this process


def _search_of(search: PageSearch) -> OpenedSearch:
    import cv2

    if search not in _opened:
        cv2.setNumThreads(1)
        _opened.clear()
        _opened[search] = replace(search, threads=1).opened()
    return _opened[search]


def _reported(search: PageSearch, picture: Path) -> Answer:
    try:
        return _search_of(search).report(picture)[1]
    except (SourceError, SinkError) as error:
        return error


def _block_searched(search: PageSearch, picture: Path, block: Block, scale: float) -> Sequence[MapPeak]:
    regions = open_regions(picture)
    if regions is None:
        raise SourceError(f"{picture} cannot be read on a machine of the cluster")
    return _search_of(search).detector.block_peaks(regions, block, scale)
