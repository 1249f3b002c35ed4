"""Photographs whose pupils somebody labelled: a folder with `truth.csv`, one row a photograph or one a face."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import NamedTuple

from livecam.core.errors import SourceError
from livecam.core.files import read_table_rows

OPEN, CLOSED, HIDDEN, UNSURE = "open", "closed", "hidden", "unsure"
STATES = (OPEN, CLOSED, HIDDEN, UNSURE)  # as a person labels them
_COLUMNS = ("image", "lx", "ly", "rx", "ry")
_KINDS = "and either group, or left_state and right_state"
PixelPoint = tuple[float, float]
Pupils = tuple[PixelPoint, PixelPoint]  # frame pixels, the one on the image's left first


class LabelledPhotograph(NamedTuple):
    """A face of a photograph and its true pupil centres, pixels, the eye on the image's left first."""

    image: Path
    left: PixelPoint
    right: PixelPoint
    group: str
    states: tuple[str, str] = (OPEN, OPEN)  # of STATES
    one_of_several: bool = False  # whether it is found by where it is; else it is the largest face

    @property
    def closed(self) -> bool:
        """Whether both eyes are shut, so that there are no pupils to be right about."""
        return self.states == (CLOSED, CLOSED)

    @property
    def open(self) -> bool:
        return self.states == (OPEN, OPEN)


def read_labelled_photographs(folder: Path) -> list[LabelledPhotograph]:
    """The rows of `truth.csv` in the folder; SourceError when there is none, or when it is not one.

    `image, lx, ly, rx, ry, group` is a photograph and its largest face, both eyes closed where the group is `closed`.
    With `left_state` and `right_state` (open, closed, hidden, unsure) a row is a face, a photograph may have several.
    """
    path = folder / "truth.csv"
    try:
        labels = [_labelled(folder, row) for row in read_table_rows(path)]
    except OSError as error:
        raise SourceError(f"cannot read {path}; name a folder of photographs that holds one") from error
    except (csv.Error, KeyError, TypeError, ValueError) as error:
        raise SourceError(f"{path} must have the columns {', '.join(_COLUMNS)} in every row, {_KINDS}") from error
    if not any(label.open for label in labels):
        raise SourceError(f"{path} names no photograph with open eyes")
    return labels


def _labelled(folder: Path, row: dict[str, str]) -> LabelledPhotograph:
    image, left, right = (
        folder / row["image"],
        (float(row["lx"]), float(row["ly"])),
        (float(row["rx"]), float(row["ry"])),
    )
    if "left_state" not in row:
        states = (CLOSED, CLOSED) if row["group"] == CLOSED else (OPEN, OPEN)
        return LabelledPhotograph(image, left, right, row["group"], states)
    one, other = row["left_state"], row["right_state"]
    if not {one, other} <= set(STATES):
        raise ValueError(f"a state is one of {', '.join(STATES)}")
    return LabelledPhotograph(image, left, right, row.get("condition", ""), (one, other), one_of_several=True)
