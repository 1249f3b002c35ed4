"""dlib reads the boxes and parts that we write: it trains on them, with small trees, and measures what it trained."""

from __future__ import annotations

from pathlib import Path

import pytest

from labeler.formats.elements.interfaces import Format
from livecam.core.types import Point, Side
from livecam.store.samples import LabelAction
from tests.labeler.formats.made import labelled, says, written
from tests.labeler.formats.oracles.shelf import ASK

dlib = pytest.importorskip("dlib", reason=ASK)


def both(x: float) -> tuple[object, ...]:
    left = says(LabelAction.POINT, Side.LEFT, point=Point(x + 8, 6.25), radius=2.0)
    return left, says(LabelAction.POINT, Side.RIGHT, point=Point(x, 6.25), radius=2.0), says(LabelAction.ACCEPT)


def test_dlib_learns_from_our_parts(tmp_path: Path) -> None:
    faces = written([labelled(number, *both(5 + number)) for number in range(3)], Format.DLIB, tmp_path) / "faces.xml"  # type: ignore[arg-type]
    options = dlib.shape_predictor_training_options()
    options.tree_depth, options.cascade_depth, options.num_trees_per_cascade_level = 2, 2, 3
    options.oversampling_amount, options.be_verbose = 2, False
    dlib.train_shape_predictor(str(faces), str(tmp_path / "model.dat"), options)

    # Mean distance in pixels of the parts it finds from the parts it reads.
    assert 0 <= dlib.test_shape_predictor(str(faces), str(tmp_path / "model.dat")) < 24
