"""Four samples in every state, and what their labels are in a format."""

from __future__ import annotations

from pathlib import Path

from labeler.formats.names import Format
from livecam.core.samples import Split, Verb
from livecam.core.scene import Side
from tests.labeler.formats.made import labelled, placed, says, written

ASK = "the readers are in an environment of their own: make test-formats"

PLACED = labelled(0, *placed())
HALF_SEEN = labelled(1, says(Verb.OCCLUDED, Side.LEFT), says(Verb.ACCEPT, shown=labelled(1).sample.guesses))
SKIPPED = labelled(2, says(Verb.SKIP), split=Split.TEST)
NEW = labelled(3, session="Büro <&> 🙂")
ENTRIES = (PLACED, HALF_SEEN, SKIPPED, NEW)


def export(kind: Format, out: Path) -> Path:
    return written(ENTRIES, kind, out)
