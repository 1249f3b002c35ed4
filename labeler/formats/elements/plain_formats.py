"""What formats that cannot call an eye closed or hidden take from the record of a sample beside them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from labeler.formats.elements.faces import ParsedFace
from labeler.formats.elements.interfaces import ParsedItem
from labeler.formats.elements.parsing import parse_errors
from labeler.formats.elements.record import from_record
from livecam.core.types import Side
from livecam.store.resolution import resolve_labels
from livecam.store.samples import EyeLabel


def with_recorded_states(found: ParsedItem, record: Mapping[str, Any] | None) -> ParsedItem:
    """The same with its record, and with the eyes that were recorded as closed or hidden where the file is silent."""
    if record is None:
        return found
    with parse_errors(f"the record of {found.where}"):
        recorded = resolve_labels(from_record(record)[1]).labels
    said = {label.side: label for label in found.labels}
    if not said:
        return replace(found, record=record, faces=(), loose=())
    for label in recorded:
        if label.centre is None and (label.side not in said or said[label.side].centre is None):
            said[label.side] = label
    labels: tuple[EyeLabel, ...] = tuple(said[side] for side in Side if side in said)
    return replace(found, record=record, faces=(ParsedFace(labels),), loose=())
