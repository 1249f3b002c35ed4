"""What programs read has keys without spaces: reports, cards and the scores in them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.training.engine.test_metrics import answer
from tests.training.pupil_detector.test_scores import make_answer
from training.pupil_detector import scores
from training.target_detector.page_changes import CHANGES
from training.target_detector.scores import details, report

ROOT = Path(__file__).parents[2]
_KEY = re.compile(r"[a-z0-9_.@]+")


def odd_keys(content: Any) -> Iterator[str]:
    """Of all the objects inside, however deep."""
    if isinstance(content, dict):
        yield from (key for key in content if not _KEY.fullmatch(key))
    for part in content.values() if isinstance(content, dict) else content if isinstance(content, list) else ():
        yield from odd_keys(part)


def test_the_report_of_a_pupil_detector() -> None:
    table = scores.report([make_answer(0.01, 0.2), make_answer(0.01, 0.02, closed=True)])
    assert ("closed_auc" in table, list(odd_keys(table))) == (True, [])


def test_the_report_of_a_target_detector() -> None:
    assert list(odd_keys(report([answer(rank=0)]))) == []


def test_the_changes_that_pages_are_judged_under() -> None:
    assert list(odd_keys(CHANGES)) == []


def test_people_are_shown_words_and_not_keys() -> None:
    figures = report([answer(rank=0)]) | {
        "changed": {"half_size": {"hit@1": 1, "hit@3": 1}},
        "yes_or_no": {"score_auc": 1},
    }
    assert not any("_" in line for line in details("waldo", figures))


@pytest.mark.parametrize("card", sorted((ROOT / "assets/models").glob("*.json")), ids=lambda path: path.name)
def test_the_card_of_a_shipped_model(card: Path) -> None:
    assert list(odd_keys(json.loads(card.read_text()))) == []
