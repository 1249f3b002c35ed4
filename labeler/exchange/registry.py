"""The registry of formats: which module writes and reads each, and where its images are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from labeler.formats import (
    coco,
    csv_table,
    cvat,
    datumaro,
    dlib_xml,
    ibug_pts,
    labelme,
    labelstudio,
    labelstudio_results,
    supervisely,
    tutorial,
    via,
    wide_table,
    yolo_pose,
)
from labeler.formats.elements.interfaces import Format, FormatReader, FormatWriter


@dataclass(frozen=True, slots=True)
class FormatSpec:
    """A format. `pictures` is the folder they go to within the export; `{split}` stands for the sample's."""

    write: FormatWriter
    read: FormatReader
    pictures: str = "images"


FORMATS: Mapping[Format, FormatSpec] = {
    Format.COCO: FormatSpec(coco.write, coco.read),
    Format.LABELME: FormatSpec(labelme.write, labelme.read, pictures="."),
    Format.LABELSTUDIO: FormatSpec(labelstudio.write, labelstudio_results.read),
    Format.LABELSTUDIO_MIN: FormatSpec(labelstudio.write_minimal, labelstudio_results.read),
    Format.CVAT: FormatSpec(cvat.write, cvat.read),
    Format.DATUMARO: FormatSpec(datumaro.write, datumaro.read, pictures="images/{split}"),
    Format.ANNOTATION: FormatSpec(tutorial.write, tutorial.read),
    Format.CSV: FormatSpec(csv_table.write, csv_table.read),
    Format.CSV_WIDE: FormatSpec(wide_table.write, csv_table.read),
    Format.DLIB: FormatSpec(dlib_xml.write, dlib_xml.read),
    Format.PTS: FormatSpec(ibug_pts.write, ibug_pts.read, pictures="."),
    Format.YOLO_POSE: FormatSpec(yolo_pose.write, yolo_pose.read, pictures="images/{split}"),
    Format.VIA: FormatSpec(via.write, via.read),
    Format.SUPERVISELY: FormatSpec(supervisely.write, supervisely.read, pictures="{split}/img"),
}
