"""Results of a target search as a JSON record and as lines of text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from livecam.perception.targets.detector import Target


@dataclass(frozen=True, slots=True)
class DetectionReport:
    """The answer for one page: its candidates, the likeliest first, and whether that one is sure enough."""

    image: str
    size: tuple[int, int]  # width and height, pixels
    targets: Sequence[Target]
    found: bool
    seconds: float  # the search took, without reading the picture


def record(report: DetectionReport) -> dict[str, Any]:
    """Ready for JSON, in pixels of the page; candidates are listed even where none is sure."""
    width, height = report.size
    return {
        "image": report.image,
        "width": width,
        "height": height,
        "found": report.found,
        "targets": [_target(target) for target in report.targets],
        "seconds": round(report.seconds, 3),
    }


def lines(report: DetectionReport) -> str:
    """`page.jpg: not found`, or a line for each candidate."""
    if not report.found:
        return f"{report.image}: not found"
    return "\n".join([f"{report.image}: found in {report.seconds:.1f} s", *map(_line, report.targets)])


def _line(target: Target) -> str:
    box = target.box
    return (
        f"    x {target.x:.0f}  y {target.y:.0f}  score {target.score:.2f}"
        f"  box {box.x:.0f},{box.y:.0f} {box.width:.0f}x{box.height:.0f}"
    )


def _target(target: Target) -> Mapping[str, Any]:
    return {
        "x": round(target.x, 1),
        "y": round(target.y, 1),
        "score": round(target.score, 4),
        "box": [round(value, 1) for value in target.box],
    }
