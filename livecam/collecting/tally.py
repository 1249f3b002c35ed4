"""What became of the scenes that were to be kept."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from livecam.core.samples import Reason


@dataclass(slots=True)
class Tally:
    """Counts of one run. What was `dropped` came too fast, what `failed` could not be written."""

    kept: Counter[Reason] = field(default_factory=Counter)
    asked: int = 0  # frames the other finder looked at
    alike: int = 0
    limited: int = 0
    dropped: int = 0
    failed: int = 0
    evicted: int = 0

    @property
    def total(self) -> int:
        return sum(self.kept.values())

    @property
    def lost(self) -> int:
        """That a person might wonder about."""
        return self.dropped + self.failed

    def as_json(self) -> dict[str, Any]:
        return {
            "kept": {reason.value: self.kept[reason] for reason in Reason},
            "total": self.total,
            "asked_other_finder": self.asked,
            "alike": self.alike,
            "limited": self.limited,
            "dropped": self.dropped,
            "failed": self.failed,
            "evicted": self.evicted,
        }

    def in_words(self) -> str:
        """`7 frames kept (3 low, 2 disagree, 2 random)`, and what was lost."""
        kinds = ", ".join(f"{self.kept[reason]} {reason.value}" for reason in Reason if self.kept[reason])
        words = f"{self.total} frame{'' if self.total == 1 else 's'} kept" + (f" ({kinds})" if kinds else "")
        if self.dropped:
            words += f", {self.dropped} dropped because they came too fast"
        if self.failed:
            words += f", {self.failed} could not be written"
        return words
