"""Boxes in the XML of Pascal VOC and of CVAT for images: read, and written for these tools."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError, SubElement, indent, tostring
from xml.etree.ElementTree import fromstring as parsed

from livecam.core.types import Box
from livecam.perception.targets.boxes.page_boxes import TARGET, BoxFileError, LabelledBox, PageBoxes


def read_xml(path: Path) -> Element:
    """The root of a file; BoxFileError for what is no XML, and for entities, which no labelling tool writes."""
    try:
        content = path.read_bytes()
        if b"<!ENTITY" in content or b"<!DOCTYPE" in content:
            raise BoxFileError(f"{path} declares entities, which a file of boxes has no use for; export it again")
        return parsed(content)
    except (OSError, ParseError) as fault:
        raise BoxFileError(f"{path} is no XML that can be read; export it again") from fault


def voc_page(root: Element, where: Path) -> PageBoxes:
    """The page of a Pascal VOC file (root `annotation`)."""
    try:
        name = root.findtext("filename") or f"{where.stem}.jpg"
        boxes = tuple(
            LabelledBox(_corners(*(_number(each, f"bndbox/{side}") for side in ("xmin", "ymin", "xmax", "ymax"))), kind)
            for each in root.iter("object")
            for kind in (each.findtext("name") or TARGET,)
        )
        width, height = (round(float(root.findtext(f"size/{side}") or 0)) for side in ("width", "height"))
        return PageBoxes(name, boxes, (width, height) if width and height else None)
    except ValueError as fault:
        raise BoxFileError(f"{where} is Pascal VOC, but a box has a value that is no number") from fault


def cvat_pages(root: Element, where: Path) -> list[PageBoxes]:
    """The pages of a file in CVAT's format for images (root `annotations`)."""
    try:
        return [
            PageBoxes(
                image.attrib["name"],
                tuple(
                    LabelledBox(
                        _corners(*(float(box.attrib[side]) for side in ("xtl", "ytl", "xbr", "ybr"))),
                        box.attrib.get("label", TARGET),
                    )
                    for box in image.iter("box")
                ),
                (int(image.attrib["width"]), int(image.attrib["height"])) if "width" in image.attrib else None,
            )
            for image in root.iter("image")
        ]
    except (KeyError, ValueError) as fault:
        raise BoxFileError(f"{where} is CVAT's, but its boxes cannot be read ({fault})") from fault


def voc(page: PageBoxes) -> bytes:
    root = Element("annotation")
    SubElement(root, "filename").text = page.file
    size = SubElement(root, "size")
    for name, value in zip(("width", "height", "depth"), (*(page.size or (0, 0)), 3), strict=True):
        SubElement(size, name).text = str(value)
    for labelled in page.boxes:
        each = SubElement(root, "object")
        SubElement(each, "name").text = labelled.kind
        corners = SubElement(each, "bndbox")
        for name, end in zip(("xmin", "ymin", "xmax", "ymax"), _ends(labelled.box), strict=True):
            SubElement(corners, name).text = f"{end:g}"
    return _written(root)


def cvat(pages: Sequence[PageBoxes]) -> bytes:
    root = Element("annotations")
    SubElement(root, "version").text = "1.1"
    for number, page in enumerate(pages):
        width, height = page.size or (0, 0)
        image = SubElement(
            root, "image", {"id": str(number), "name": page.file, "width": str(width), "height": str(height)}
        )
        for labelled in page.boxes:
            corners = zip(("xtl", "ytl", "xbr", "ybr"), _ends(labelled.box), strict=True)
            SubElement(
                image,
                "box",
                {"label": labelled.kind, "occluded": "0", **{name: f"{value:.2f}" for name, value in corners}},
            )
    return _written(root)


def _number(element: Element, path: str) -> float:
    return float(element.findtext(path) or "")


def _corners(left: float, top: float, right: float, bottom: float) -> Box:
    return Box(left, top, right - left, bottom - top)


def _ends(box: Box) -> tuple[float, float, float, float]:
    return box.x, box.y, box.x + box.width, box.y + box.height


def _written(root: Element) -> bytes:
    indent(root)
    return bytes(tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"
