"""Which pages are learnt from and which are kept to be judged by; a page is never on both sides."""

from __future__ import annotations

import re
from collections.abc import Sequence

from training.errors import DatasetError
from training.segmentation.pages import Page


def in_order(pages: Sequence[Page]) -> tuple[Page, ...]:
    """By name, numbers by their value: 2.jpg comes before 10.jpg."""
    return tuple(sorted(pages, key=lambda page: [int(k) if k.isdigit() else k for k in re.split(r"(\d+)", page.name)]))


def split(pages: Sequence[Page], folds: int, leave: int) -> tuple[tuple[Page, ...], tuple[Page, ...]]:
    """Pages to learn from, and every `folds`-th page, from number `leave` on, to judge by."""
    if not (0 <= leave < folds <= len(pages)):
        raise DatasetError(f"fold {leave} of {folds} cannot be left out of {len(pages)} pages; count from 0")
    ordered = in_order(pages)
    learnt = tuple(page for number, page in enumerate(ordered) if number % folds != leave)
    if not any(page.boxes for page in learnt):
        raise DatasetError(f"without fold {leave} no page has a target; there is nothing to learn from")
    return learnt, ordered[leave::folds]
