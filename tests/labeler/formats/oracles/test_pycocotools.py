"""pycocotools reads and scores what we export."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from labeler.formats.coco import FILE
from labeler.formats.elements.interfaces import Format
from tests.labeler.formats.oracles.shelf import ASK, export

coco = pytest.importorskip("pycocotools.coco", reason=ASK)
cocoeval = pytest.importorskip("pycocotools.cocoeval", reason=ASK)


@pytest.fixture
def read(tmp_path: Path) -> Any:
    return coco.COCO(export(Format.COCO, tmp_path) / FILE)


def test_every_sample_is_an_image(read: Any) -> None:
    assert sorted(read.getImgIds()) == [1, 2, 3, 4]


def test_the_keypoints_are_measured_from_the_corner_of_the_picture(read: Any) -> None:
    (annotation,) = read.loadAnns(read.getAnnIds(imgIds=[1]))

    assert annotation["keypoints"][:3] == [8.0, 6.75, 2]


def test_a_closed_eye_is_labelled_and_not_visible(read: Any) -> None:
    (annotation,) = read.loadAnns(read.getAnnIds(imgIds=[1]))

    assert annotation["keypoints"][5] == 1


def test_keypoints_that_are_right_score_one(read: Any, capsys: pytest.CaptureFixture[str]) -> None:
    results = [{**annotation, "score": 0.9} for annotation in read.loadAnns(read.getAnnIds())]
    scorer = cocoeval.COCOeval(read, read.loadRes(results), "keypoints")
    scorer.params.kpt_oks_sigmas = np.array([0.025, 0.025])
    scorer.evaluate()
    scorer.accumulate()
    scorer.summarize()

    assert scorer.stats[0] == pytest.approx(1.0)
