"""Judging a detector of one's own target by pages it never saw, in figures and in plain words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from livecam.core.types import Box
from livecam.perception.targets.detector import Target, TargetDetector
from training.engine.metrics import HitRate, hit_rate, inside, roc_auc
from training.target_detector.custom.planning import side
from training.target_detector.data.dataset import LabelledPage
from training.target_detector.evaluation import PeakConfidence, paint_out

_TOP = 20
_NEAR = 0.35  # of a target's side around its box: a candidate so near is it
_SURE = 0.1  # the interval that pages are counted for: so far to either side
_Z = 1.96  # of 95 % certainty
_HARDLY = 0.15  # the exponent of the learning curve below which more pages of the same kind bring hardly anything


@dataclass(frozen=True, slots=True, eq=False)
class JudgedPage:
    """What a detector said of a page that it was not trained on."""

    page: LabelledPage
    targets: tuple[Target, ...]
    hits: tuple[bool, ...]  # of each candidate, whether it is a target
    painted: Target | None  # the best candidate of the page with its targets painted out

    @property
    def found_first(self) -> bool:
        return bool(self.hits) and self.hits[0]

    @property
    def margin(self) -> float:
        """How far the best right candidate is above the best wrong one, in log-odds of the heights."""
        right = [target.peak_height for target, hit in zip(self.targets, self.hits, strict=True) if hit]
        wrong = [target.peak_height for target, hit in zip(self.targets, self.hits, strict=True) if not hit]
        return _odds(max(right, default=0.01)) - _odds(max(wrong, default=0.01))

    def said(self, threshold: float) -> list[tuple[Target, bool]]:
        """What counts as found, and whether it is right."""
        return [pair for pair in zip(self.targets, self.hits, strict=True) if pair[0].score >= threshold]

    def missed(self, threshold: float) -> list[Box]:
        """The targets that nothing of what counts as found is."""
        return [
            box for box in self.page.boxes if not any(_is(target, box) for target, hit in self.said(threshold) if hit)
        ]

    def best(self) -> PeakConfidence:
        return _confidence(self.targets[0] if self.targets else None, hit=self.found_first)

    def candidates(self, most: int = 3) -> list[PeakConfidence]:
        shown = zip(self.targets[: most + len(self.page.boxes)], self.hits, strict=False)
        return [_confidence(target, hit=hit) for target, hit in shown]

    def without(self) -> PeakConfidence:
        return _confidence(self.painted, hit=False)


def judge(detector: TargetDetector, page: LabelledPage) -> JudgedPage:
    """The answers for a page as it is, and with its targets painted out."""
    targets = tuple(detector.detect(page.image(), _TOP))
    hits = tuple(any(_is(target, box) for box in page.boxes) for target in targets)
    painted = detector.detect(paint_out(page), 1)
    return JudgedPage(page, targets, hits, painted[0] if painted else None)


@dataclass(frozen=True, slots=True, eq=False)
class Expectation:
    """How well the model will do on pages it has not seen, by the pages that were left out of its training."""

    pages: Sequence[JudgedPage]
    threshold: float
    half: tuple[Sequence[JudgedPage], Sequence[JudgedPage]] | None = None
    """of the same pages, the answers of a model of half of the others, and of all others"""
    learnt: tuple[int, int] = (0, 0)  # pages that these two were trained on

    @property
    def first(self) -> HitRate:
        return hit_rate([page.found_first for page in self.pages])

    @property
    def told_empty(self) -> HitRate:
        return hit_rate([page.painted is None or page.painted.score < self.threshold for page in self.pages])

    @property
    def recall(self) -> HitRate:
        missed = sum(len(page.missed(self.threshold)) for page in self.pages)
        count = sum(len(page.page.boxes) for page in self.pages)
        return hit_rate([True] * (count - missed) + [False] * missed)

    @property
    def precision(self) -> HitRate:
        return hit_rate([hit for page in self.pages for _, hit in page.said(self.threshold)])

    @property
    def auc(self) -> float:
        """Pages as they are against the same with the targets painted out."""
        best = [page.best().height for page in self.pages] + [page.without().height for page in self.pages]
        return roc_auc(best, [True] * len(self.pages) + [False] * len(self.pages))

    @property
    def exponent(self) -> float | None:
        """Of the learning curve: misses fall with the number of pages to the minus this; None where it is not known."""
        if self.half is None or not all(self.half) or not 0 < self.learnt[0] < self.learnt[1]:
            return None
        less, all_ = (float(np.mean([1 / (1 + math.exp(page.margin)) for page in part])) for part in self.half)
        return math.log(max(less, 1e-4) / max(all_, 1e-4)) / math.log(self.learnt[1] / self.learnt[0])

    def figures(self) -> dict[str, Any]:
        """For report.json and the card."""
        first = self.first
        return {
            "pages": first.of,
            "hit@1": first.hits,
            "hit@1_low": round(first.low, 4),
            "hit@1_high": round(first.high, 4),
            "precision": round(self.precision.hits / max(self.precision.of, 1), 4),
            "recall": round(self.recall.hits / max(self.recall.of, 1), 4),
            "not_here": self.told_empty.hits,
            "height_auc": round(self.auc, 4),
        }

    def words(self) -> list[str]:
        """What to expect, and what more pages would bring."""
        first, empty, recall, precision = self.first, self.told_empty, self.recall, self.precision
        said = [
            f"on pages it has not seen, expect the first candidate to be right on {_per_cent(first)} of them:"
            f" {first.hits} of {first.of} pages, each judged by a model that was not trained on it",
            f"of {recall.of} targets it finds {recall.hits} ({_per_cent(recall)}); "
            + (
                f"of what it calls found, {precision.hits} of {precision.of} are right"
                if precision.of
                else "it calls nothing found: give it more --steps, or more pages"
            ),
            f"with the targets painted out it rightly says 'not found' on {empty.hits} of {empty.of} pages"
            f" ({_per_cent(empty)})",
        ]
        return [*said, self._more_pages(), *self._sure_pages()]

    def _more_pages(self) -> str:
        exponent, count = self.exponent, len(self.pages)
        if exponent is None:
            return "whether more pages would help is not known: there are too few to leave half of them out"
        less, all_ = (sum(page.found_first for page in part) for part in self.half or ((), ()))
        measured = (
            f"{all_} of {len((self.half or ((), ()))[1])} found by {self.learnt[1]} pages, {less} by {self.learnt[0]}"
        )
        if exponent < _HARDLY:
            return f"more pages of the same kind are not likely to help much ({measured}); other kinds of pages may"
        more = min(round(count * (2 ** (1 / exponent) - 1)), 99 * count)
        return f"roughly {max(1, more)} more pages would halve what is still missed ({measured})"

    def _sure_pages(self) -> list[str]:
        """How many pages it takes to know the share of pages that are found within ten points."""
        first = self.first
        if (first.high - first.low) / 2 <= _SURE:
            return []
        share = min(max((first.hits + 2) / (first.of + 4), 0.05), 0.95)
        wanted = math.ceil(share * (1 - share) * (_Z / _SURE) ** 2)
        return [f"to know that share within ten points, label some {max(1, wanted - first.of)} more pages"]


def _is(target: Target, box: Box) -> bool:
    return inside(box, target.x, target.y, grown=_NEAR * side(box))


def _confidence(target: Target | None, *, hit: bool) -> PeakConfidence:
    return (
        PeakConfidence(0.0, 0.0, 0.0, False)
        if target is None
        else PeakConfidence(target.peak_height, 0.0, target.score, hit)
    )


def _odds(height: float) -> float:
    inside_ = min(max(height, 1e-4), 1 - 1e-4)
    return math.log(inside_ / (1 - inside_))


def _per_cent(rate: HitRate) -> str:
    share = rate.hits / rate.of if rate.of else 0.0
    return f"about {share:.0%} (with 95 % certainty {rate.low:.0%} to {rate.high:.0%})"
