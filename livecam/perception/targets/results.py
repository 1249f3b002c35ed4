"""Results of a target search as a JSON record and as lines of text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from livecam.perception.targets.detector import Target


@dataclass(frozen=True, slots=True)
class DetectionReport:
    """The answer for one page: its candidates, the likeliest first, and which of them count as found."""

    image: str
    size: tuple[int, int]  # width and height, pixels
    targets: Sequence[Target]
    threshold: float  # the probability from which a candidate counts as found
    sizes: tuple[float, float]  # of the targets that were looked for, page pixels
    seconds: float  # the search took, without reading the picture
    model: str  # the begin of the hash of the model's file

    @property
    def answer(self) -> Sequence[Target]:
        """The candidates that count as found."""
        return [target for target in self.targets if target.score >= self.threshold]

    @property
    def found(self) -> bool:
        return bool(self.answer)


def record(report: DetectionReport) -> dict[str, Any]:
    """Ready for JSON, in pixels of the page; candidates are listed even where none is sure."""
    width, height = report.size
    return {
        "image": report.image,
        "width": width,
        "height": height,
        "found": report.found,
        "threshold": report.threshold,
        "sizes": [round(value, 1) for value in report.sizes],
        "targets": [_target(target, found=target.score >= report.threshold) for target in report.targets],
        "seconds": round(report.seconds, 3),
        "model": report.model,
    }


def lines(report: DetectionReport) -> str:
    """`page.jpg: not found`, or a line for each candidate; an arrow marks those that are the answer."""
    if not report.found:
        smallest, largest = report.sizes
        return f"{report.image}: not found (looked for targets of {smallest:.0f} to {largest:.0f} pixels)"
    heading = f"{report.image}: {len(report.answer)} found in {report.seconds:.1f} s"
    return "\n".join([heading, *(_line(target, report.threshold) for target in report.targets)])


def _line(target: Target, threshold: float) -> str:
    box = target.box
    mark = "->" if target.score >= threshold else "  "
    turned = f"  on the page turned by {target.turn:g} degrees" if target.turn else ""
    return (
        f" {mark} x {target.x:.0f}  y {target.y:.0f}  probability {target.score:.2f}"
        f"  box {box.x:.0f},{box.y:.0f} {box.width:.0f}x{box.height:.0f}{turned}"
    )


def _target(target: Target, *, found: bool) -> Mapping[str, Any]:
    return {
        "x": round(target.x, 1),
        "y": round(target.y, 1),
        "score": round(target.score, 4),
        "probability": round(target.score, 4),
        "found": found,
        "box": [round(value, 1) for value in target.box],
        "scale": round(target.scale, 4),
        "turn": target.turn,
    }
