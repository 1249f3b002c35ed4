"""The confidence below which a face is doubtful, where all goes well a little more every second."""

from __future__ import annotations

import math

# Log-odds a second. A face that is kept lowers it by what five seconds raise it: at most twelve a minute are only the
# least sure.
_RISE = 1.0
_FALL = 5 * _RISE
_HIGHEST = 0.999
_LONGEST_STEP = 0.5  # seconds


class Bar:
    """`lowest` is always worth keeping; above it a good finder in good light still gives its least sure faces."""

    def __init__(self, lowest: float) -> None:
        self._lowest = _log_odds(lowest)
        self._highest = max(self._lowest, _log_odds(_HIGHEST))
        self._height, self._last = self._lowest, 0.0

    def is_below(self, confidence: float, seconds: float) -> bool:
        """Whether a face seen at `seconds` is doubtful."""
        step, self._last = min(max(seconds - self._last, 0.0), _LONGEST_STEP), seconds
        self._height = min(self._height + _RISE * step, self._highest)
        return _log_odds(confidence) < self._height

    def lower(self) -> None:
        """A doubtful face was kept: the next one will have to be more so, for a while."""
        self._height = max(self._height - _FALL, self._lowest)


def _log_odds(probability: float) -> float:
    inside = min(max(probability, 1e-6), 1 - 1e-6)
    return math.log(inside / (1 - inside))
