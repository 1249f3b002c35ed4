"""Four samples in every state, and what their labels are in a format."""

from __future__ import annotations

from pathlib import Path

from labeler.formats.elements.interfaces import Format
from livecam.core.types import Side
from livecam.store.samples import LabelAction, Split
from tests.labeler.formats.made import labelled, placed, says, written

ASK = "the readers are in an environment of their own: make test-formats"

PLACED = labelled(0, *placed())
HALF_SEEN = labelled(
    1, says(LabelAction.OCCLUDED, Side.LEFT), says(LabelAction.ACCEPT, shown_predictions=labelled(1).sample.predictions)
)
SKIPPED = labelled(2, says(LabelAction.SKIP), split=Split.TEST)
NEW = labelled(3, session="Büro <&> 🙂")
ENTRIES = (PLACED, HALF_SEEN, SKIPPED, NEW)


def export(kind: Format, out: Path) -> Path:
    return written(ENTRIES, kind, out)
