"""The tutorial's own format: two folders, and for every judged picture its name and a class, 1 true or 0 false."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from labeler.session import Verdict

_CLASSES = {Verdict.TRUE: 1, Verdict.FALSE: 0}


def annotation(folder: Path, mask_folder: Path | None, verdicts: Mapping[str, Verdict]) -> bytes:
    """The file's content, JSON in ASCII; `mask_dir` is null without masks, skipped pictures are left out."""
    labels = [{"name": name, "class": _CLASSES[verdict]} for name, verdict in verdicts.items() if verdict in _CLASSES]
    content = {
        "img_dir": str(folder.resolve()),
        "mask_dir": str(mask_folder.resolve()) if mask_folder else None,
        "labels": labels,
    }
    return json.dumps(content, indent=2).encode() + b"\n"
