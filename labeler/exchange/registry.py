"""The registry of formats: which module writes and reads each, and where its images are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from labeler.formats import coco, csv_table, cvat, datumaro, labelme, labelstudio, tutorial
from labeler.formats.interfaces import Format, FormatReader, FormatWriter


@dataclass(frozen=True, slots=True)
class FormatSpec:
    """A format. `pictures` is the folder they go to within the export; `{split}` stands for the sample's."""

    write: FormatWriter
    read: FormatReader
    pictures: str = "images"


FORMATS: Mapping[Format, FormatSpec] = {
    Format.COCO: FormatSpec(coco.write, coco.read),
    Format.LABELME: FormatSpec(labelme.write, labelme.read, pictures="."),
    Format.LABELSTUDIO: FormatSpec(labelstudio.write, labelstudio.read),
    Format.CVAT: FormatSpec(cvat.write, cvat.read),
    Format.DATUMARO: FormatSpec(datumaro.write, datumaro.read, pictures="images/{split}"),
    Format.ANNOTATION: FormatSpec(tutorial.write, tutorial.read),
    Format.CSV: FormatSpec(csv_table.write, csv_table.read),
}
