"""The search on a cluster: the same answers, in order, few of them held at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from livecam.core.cluster import LOCAL
from livecam.core.errors import LivecamError
from livecam.core.image_files.regions import open_regions
from livecam.perception.targets.cluster_search import Cluster, cluster_reports
from livecam.perception.targets.detector import TargetDetector
from livecam.perception.targets.page_search import PageSearch, reports, target_model
from livecam.perception.targets.peaks import MapPeak
from livecam.perception.targets.results import DetectionReport
from livecam.perception.targets.tiling import Block
from livecam.perception.targets.turns import Turns
from tests.livecam.perception.targets.networks import SEARCH, RedDiscs, page_with

tifffile = pytest.importorskip("tifffile")


class HereRay:
    """What is used of Ray, at once and in this process; it counts what is given out and not yet taken."""

    def __init__(self) -> None:
        self.held = self.most = 0

    def remote(self, *, num_cpus: int) -> Callable[[Callable[..., Any]], Any]:
        def decorated(work: Callable[..., Any]) -> Any:
            class Function:
                @staticmethod
                def remote(*job: Any) -> Any:
                    self.held += 1
                    self.most = max(self.most, self.held)
                    return work(*job)

            return Function

        assert num_cpus == 1
        return decorated

    def get(self, done: Any) -> Any:
        self.held -= 1
        return done


def test_answers_come_in_order_and_few_are_held() -> None:
    ray = HereRay()
    assert list(Cluster(ray, 2).each(lambda number: number**2, ((k,) for k in range(50)))) == [k**2 for k in range(50)]
    assert (ray.held, ray.most) == (0, 7)


def test_blocks_that_others_search_give_the_answer_of_one_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("livecam.perception.targets.tiling._BLOCK_SIDE", 200)
    page = page_with((400, 300, 1), (190, 100, 0.9))
    tifffile.imwrite(tmp_path / "map.tif", page[..., ::-1], tile=(64, 64), photometric="rgb")
    regions, elsewhere = (open_regions(tmp_path / "map.tif", least=1) for _ in range(2))
    assert regions is not None
    assert elsewhere is not None
    alone, other = (TargetDetector(RedDiscs(), SEARCH) for _ in range(2))
    searched = []

    def spread(blocks: Sequence[Block], scale: float) -> Iterator[Sequence[MapPeak]]:
        for block in blocks:
            searched.append(block)
            yield other.block_peaks(elsewhere, block, scale)

    found = TargetDetector(RedDiscs(), SEARCH, spread=spread).detect(regions)
    assert (found, len(searched)) == (alone.detect(regions), 8)


@pytest.fixture
def pictures(tmp_path: Path) -> list[Path]:
    made = []
    for number in range(4):
        page = np.random.default_rng(number).integers(0, 256, (30, 40, 3), np.uint8).repeat(8, 0).repeat(8, 1)
        made.append(tmp_path / f"{number}.png")
        cv2.imwrite(str(made[-1]), page)
    (tmp_path / "cut.png").write_bytes(made[0].read_bytes()[:200])
    return [*made, tmp_path / "cut.png"]


@pytest.mark.slow
def test_a_cluster_says_what_this_machine_says(pictures: list[Path]) -> None:
    pytest.importorskip("ray", reason="a cluster needs the extra 'scale'")
    search = PageSearch(target_model("waldo"), turns=Turns.NEVER)
    there, here = list(cluster_reports(search, pictures, LOCAL, 2)), list(reports(search, pictures, 2))
    assert [_told(answer) for answer in there] == [_told(answer) for answer in here]


@pytest.mark.slow
def test_a_cluster_says_of_the_blocks_of_a_huge_picture_what_this_machine_says(tmp_path: Path) -> None:
    pytest.importorskip("ray", reason="a cluster needs the extra 'scale'")
    huge = np.full((6400, 6400, 3), 200, np.uint8)
    huge[3000:3400, 3000:3400] = (
        np.random.default_rng(1).integers(0, 256, (50, 50, 3), np.uint8).repeat(8, 0).repeat(8, 1)
    )
    path = tmp_path / "map.tif"
    tifffile.imwrite(path, huge, tile=(512, 512), photometric="rgb")
    assert open_regions(path) is not None
    search = PageSearch(target_model("waldo"), turns=Turns.NEVER)
    (there,), (here,) = list(cluster_reports(search, [path], LOCAL, 2)), list(reports(search, [path], 1))
    assert _told(there) == _told(here)
    assert isinstance(here, DetectionReport)
    assert here.targets


def _told(answer: DetectionReport | LivecamError) -> object:
    return str(answer) if isinstance(answer, LivecamError) else (answer.image, answer.targets)
