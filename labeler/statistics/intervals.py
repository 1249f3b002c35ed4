"""Shares with an interval: how sure a share of so many is."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

_Z = 1.959964  # of 95 %


def share(right: int, count: int) -> Mapping[str, Any]:
    """`n`, `share`, and `low` and `high` of its interval of 95 % (Wilson, 1927); null where there is nothing."""
    if not count:
        return {"n": 0, "share": None, "low": None, "high": None}
    part = right / count
    middle = part + _Z**2 / (2 * count)
    reach = _Z * math.sqrt(part * (1 - part) / count + _Z**2 / (4 * count**2))
    scale = 1 + _Z**2 / count
    low, high = max(0.0, (middle - reach) / scale), min(1.0, (middle + reach) / scale)
    return {"n": count, "share": round(part, 4), "low": round(low, 4), "high": round(high, 4)}


def told(figures: Mapping[str, Any]) -> str:
    """A share in words."""
    if not figures["n"]:
        return "nothing to tell"
    return f"{figures['share']:.0%} of {figures['n']} ({figures['low']:.0%} to {figures['high']:.0%})"
