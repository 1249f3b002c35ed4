"""History of the retraining rounds of a store: rows for a table, and a plot of the errors."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from training.engine.files import RunError
from training.engine.plots import write_lines
from training.retraining.comparison import Comparison, GuardVerdict
from training.retraining.model_registry import ModelRegistry, in_use


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One round; without a comparison it is not finished."""

    number: int
    samples: int  # learnt from
    position: Comparison | None  # rounds of older versions: of position and state together
    state: Comparison | None
    promoted: bool
    in_use: bool
    why: str
    guard: GuardVerdict | None = None  # on everybody else; rounds of older versions had none


def history(places: ModelRegistry) -> list[HistoryRow]:
    """All rounds in order; RunError when a record is damaged."""
    return [_row(places, number) for number in places.numbers()]


def _row(places: ModelRegistry, number: int) -> HistoryRow:
    path = places.round(number) / "round.json"
    if not path.exists():
        return HistoryRow(number, 0, None, None, False, False, "interrupted; livecam-train round goes on with it")
    try:
        content: dict[str, Any] = json.loads(path.read_text())
        return HistoryRow(
            number,
            len(content["plan"]["learn"]),
            Comparison(*content["position" if "position" in content else "frozen"]),
            Comparison(*content["state"]) if "state" in content else None,
            bool(content["promoted"]),
            in_use(places) == number,
            str(content["why"]),
            _guard(content["guard"]) if "guard" in content else None,
        )
    except (OSError, ValueError, KeyError, TypeError) as fault:
        raise RunError(f"{path} is damaged; what a round came to cannot be told without it") from fault


def _guard(content: Any) -> GuardVerdict:
    position, state, most = content
    return GuardVerdict(Comparison(*position), Comparison(*state), float(most))


def plot(rows: Sequence[HistoryRow], path: Path) -> None:
    """The error before and after every finished round, and where the new model was put to use."""
    finished = [(row, row.position) for row in rows if row.position is not None]
    used = [(row.number, position.new) for row, position in finished if row.promoted]
    curves = {
        "before": _line([(row.number, position.old) for row, position in finished]),
        "after": _line([(row.number, position.new) for row, position in finished]),
        **({"put to use": _line(used)} if used else {}),
    }
    write_lines(path, curves, "round", "error on what judged the round, pupil distances")


def _line(points: Sequence[tuple[int, float]]) -> tuple[list[int], list[float]]:
    return [x for x, _ in points], [y for _, y in points]
