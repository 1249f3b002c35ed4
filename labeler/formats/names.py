"""The formats by name; light, for the command line's help needs it."""

from __future__ import annotations

from enum import StrEnum


class Format(StrEnum):
    """What labels are exchanged in."""

    COCO = "coco"
    LABELME = "labelme"
    LABELSTUDIO = "labelstudio"
    CVAT = "cvat"
    DATUMARO = "datumaro"
    ANNOTATION = "annotation"
    CSV = "csv"
