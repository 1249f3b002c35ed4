"""Scores of a target detector: hit rates, boxes, AUC; a row of the table, and the figures as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from training.engine.metrics import HitRate, hit_rate, roc_auc
from training.target_detector.evaluation import PageResult, PeakConfidence

_RIGHT = 0.3  # overlap from which a box is right


def report(answers: Sequence[PageResult]) -> dict[str, Any]:
    """Every figure of a detector on pages with a target."""
    return {
        **{f"hit@{most}": _numbers(hit_at(answers, most)) for most in (1, 3, 5)},
        "strict": _numbers(hit_rate([answer.strict for answer in answers])),
        "pixel_iou": float(np.mean([answer.pixels for answer in answers if answer.rank == 0] or [0.0])),
        **_boxes(answers),
        "false_peaks_per_megapixel": sum(answer.false for answer in answers) / sum(a.megapixels for a in answers),
        "seconds_per_page": float(np.median([answer.seconds for answer in answers])),
        "pages": [
            {
                "page": answer.page,
                "rank": answer.rank,
                "strict": answer.strict,
                "best": answer.targets[0].peak_height if answer.targets else 0.0,
                "hit": answer.targets[answer.rank].peak_height if answer.rank is not None else 0.0,
            }
            for answer in answers
        ],
    }


def changed(answers: Sequence[PageResult]) -> dict[str, int]:
    """Pages found when they come otherwise than the network knows them."""
    return {f"hit@{most}": hit_at(answers, most).hits for most in (1, 3)}


def hit_at(answers: Sequence[PageResult], most: int) -> HitRate:
    """Pages whose target is among the `most` best peaks."""
    return hit_rate([answer.rank is not None and answer.rank < most for answer in answers])


def yes_or_no(with_it: Sequence[PeakConfidence], without: Sequence[PeakConfidence]) -> dict[str, float]:
    """How well the score tells pages with a target from the same pages without; also by height alone."""
    cases, present = [*with_it, *without], [True] * len(with_it) + [False] * len(without)
    return {
        "score_auc": roc_auc([case.score for case in cases], present),
        "height_auc": roc_auc([case.height for case in cases], present),
    }


def row(name: str, figures: dict[str, Any]) -> str:
    """A line of the table in Markdown."""
    hits = " | ".join(str(figures[f"hit@{most}"]["hits"]) for most in (1, 3, 5))
    return (
        f"| {name} | {hits} of {figures['hit@1']['count']} | {figures['strict']['hits']} | "
        f"{figures['pixel_iou']:.2f} | "
        f"{figures['box_precision']:.2f} / {figures['box_recall']:.2f} | {figures['false_peaks_per_megapixel']:.2f} | "
        f"{figures['seconds_per_page']:.1f} |"
    )


def details(name: str, figures: dict[str, Any]) -> list[str]:
    """What the table has no room for, in words."""
    hits = figures["hit@1"]
    lines = [
        f"{name}: hit@1 {hits['hits']} of {hits['count']}, with 95 % certainty {hits['low']:.0%} to {hits['high']:.0%}"
    ]
    if "trained_on" in figures:
        lines.append(f"  trained on {figures['trained_on']}: how it ranks those pages tells nothing")
    for change, found in figures.get("changed", {}).items():
        lines.append(f"  {change.replace('_', ' ')}: hit@1 {found['hit@1']}, hit@3 {found['hit@3']}")
    if "yes_or_no" in figures:
        areas = (f"{name.replace('_', ' ')} {area:.3f}" for name, area in figures["yes_or_no"].items())
        lines.append("  with against painted out: " + ", ".join(areas))
    if "answers" in figures:
        said = figures["answers"]
        lines.append(
            f"  answers: {said['found']} of {said['of_each']} found first and called found,"
            f" {said['refused']} of {said['of_each']} not found when painted out"
        )
    return lines


HEADER = (
    "| detector | hit@1 | hit@3 | hit@5 | strict | pixel IoU | box precision / recall | false peaks / MP | s a page |\n"
    "|---|---|---|---|---|---|---|---|---|"
)


def _numbers(part: HitRate) -> dict[str, float]:
    return {"hits": part.hits, "count": part.of, "low": round(part.low, 4), "high": round(part.high, 4)}


def _boxes(answers: Sequence[PageResult]) -> dict[str, float]:
    """Of what counts as found, how much is right; of what is there, how much is found."""
    said = [iou for answer in answers for iou, sure in zip(answer.boxes, answer.sure, strict=True) if sure]
    right = sum(iou >= _RIGHT for iou in said)
    there = sum(answer.true for answer in answers)
    return {
        "box_precision": right / len(said) if said else 0.0,
        "box_recall": min(right, there) / there if there else 0.0,
    }
