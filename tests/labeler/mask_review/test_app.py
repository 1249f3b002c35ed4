"""The loop of judging, with a person who presses keys from a list."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np
import pytest

from labeler.formats.tutorial import MaskVerdict
from labeler.mask_review.app import MaskReviewApp
from labeler.mask_review.image_pairs import find_pairs
from labeler.mask_review.journal import Journal
from labeler.mask_review.page import BAR, HEIGHT, WIDTH
from labeler.mask_review.state import ReviewState
from labeler.session.actions import LabelingAction
from livecam.core.types import Image
from tests.fakes import grey


class Person:
    """A screen that asks for a list of things, then quits; `saw` keeps the pages and how long the journal was."""

    def __init__(self, wishes: Iterable[LabelingAction], journal: Path) -> None:
        self._wishes = iter(wishes)
        self._journal = journal
        self.pages: list[Image] = []
        self.lines: list[int] = []
        self.escapes: list[LabelingAction] = []

    def ask(self, image: Image, subject: str | None, escape: LabelingAction) -> LabelingAction:
        self.pages.append(image)
        self.escapes.append(escape)
        self.lines.append(len(self._journal.read_bytes().splitlines()))
        return next(self._wishes, LabelingAction.QUIT)


@pytest.fixture
def images(tmp_path: Path) -> Path:
    folder = tmp_path / "images"
    folder.mkdir()
    for name, level in [("a.png", 60), ("b.png", 120), ("c.png", 180)]:
        cv2.imwrite(str(folder / name), grey(64, 48, level))
    return folder


def reviewed(images: Path, *wishes: LabelingAction, masks: Path | None = None) -> tuple[ReviewState, Person]:
    with Journal(images / "j.jsonl") as journal:
        person = Person(wishes, journal.path)
        session = MaskReviewApp(find_pairs(images, masks), journal, images / "annotation.json").run(person)
    return session, person


def test_a_decision_is_on_disk_before_the_next_picture_shows(images: Path) -> None:
    _, person = reviewed(images, LabelingAction.ACCEPT, LabelingAction.REJECT, LabelingAction.UNDO)

    assert person.lines == [0, 1, 2, 3]


def test_the_next_session_goes_on_where_this_one_was_left(images: Path) -> None:
    reviewed(images, LabelingAction.ACCEPT)

    session, _ = reviewed(images, LabelingAction.REJECT)

    assert session.verdicts == {"a.png": MaskVerdict.TRUE, "b.png": MaskVerdict.FALSE}


def test_saving_writes_the_annotation_of_the_tutorial(images: Path) -> None:
    reviewed(images, LabelingAction.ACCEPT, LabelingAction.SKIP, LabelingAction.REJECT, LabelingAction.EXPORT)

    assert json.loads((images / "annotation.json").read_text()) == {
        "img_dir": str(images.resolve()),
        "mask_dir": None,
        "labels": [{"name": "a.png", "class": 1}, {"name": "c.png", "class": 0}],
    }


def test_every_page_has_one_size(images: Path) -> None:
    _, person = reviewed(
        images, LabelingAction.HELP, LabelingAction.ZOOM_IN, LabelingAction.LABELS, *[LabelingAction.ACCEPT] * 3
    )

    assert {page.shape for page in person.pages} == {(HEIGHT + BAR, WIDTH, 3)}


def test_esc_closes_what_lies_over_the_picture_before_it_ends_the_session(images: Path) -> None:
    panels = (LabelingAction.HELP, LabelingAction.LABELS)
    _, person = reviewed(images, *panels, LabelingAction.LABELS)

    assert person.escapes == [LabelingAction.QUIT, *panels, LabelingAction.QUIT]


def test_the_mask_is_seen_on_the_page(images: Path, tmp_path: Path) -> None:
    masks = tmp_path / "masks"
    masks.mkdir()
    cv2.imwrite(str(masks / "a.png"), np.full((48, 64), 255, np.uint8))

    _, person = reviewed(images, masks=masks)

    # 0.9 of the picture and 0.3 of yellow, in the middle of the page.
    assert person.pages[0][HEIGHT // 2, WIDTH // 2].tolist() == [54, 130, 130]


def test_a_damaged_picture_can_be_judged_and_passed(images: Path) -> None:
    (images / "b.png").write_bytes(b"no picture")

    session, _ = reviewed(images, *[LabelingAction.REJECT] * 3)

    assert len(session.verdicts) == 3


def test_an_annotation_that_cannot_be_saved_does_not_end_the_session(images: Path) -> None:
    (images / "annotation.json").mkdir()

    session, _ = reviewed(images, LabelingAction.EXPORT, LabelingAction.ACCEPT)

    assert session.verdicts == {"a.png": MaskVerdict.TRUE}
