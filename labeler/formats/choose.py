"""Which file writes and reads which format, and where its pictures are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from labeler.formats import annotation, coco, csv_table, cvat, datumaro, labelme, labelstudio
from labeler.formats.entry import Reader, Writer
from labeler.formats.names import Format


@dataclass(frozen=True, slots=True)
class Kind:
    """A format. `pictures` is the folder they go to within the export; `{split}` stands for the sample's."""

    write: Writer
    read: Reader
    pictures: str = "images"


KINDS: Mapping[Format, Kind] = {
    Format.COCO: Kind(coco.write, coco.read),
    Format.LABELME: Kind(labelme.write, labelme.read, pictures="."),
    Format.LABELSTUDIO: Kind(labelstudio.write, labelstudio.read),
    Format.CVAT: Kind(cvat.write, cvat.read),
    Format.DATUMARO: Kind(datumaro.write, datumaro.read, pictures="images/{split}"),
    Format.ANNOTATION: Kind(annotation.write, annotation.read),
    Format.CSV: Kind(csv_table.write, csv_table.read),
}
