"""Boxes in the JSON of COCO, labelme and Label Studio: read, and written for these tools."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from livecam.core.types import Box
from livecam.perception.targets.boxes.page_boxes import TARGET, BoxFileError, LabelledBox, PageBoxes

_BOXES_OF_STUDIO = "rectanglelabels"


def read_json(path: Path) -> Any:
    """BoxFileError for a file that is no JSON."""
    try:
        return json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError) as fault:
        raise BoxFileError(f"{path} is no JSON that can be read; export it again") from fault


def is_coco(content: Any) -> bool:
    return isinstance(content, dict) and isinstance(content.get("images"), list) and "annotations" in content


def is_labelme(content: Any) -> bool:
    return isinstance(content, dict) and isinstance(content.get("shapes"), list) and "imagePath" in content


def is_labelstudio(content: Any) -> bool:
    return (
        isinstance(content, list)
        and bool(content)
        and all(isinstance(task, dict) and "data" in task and "annotations" in task for task in content)
    )


def coco_pages(content: Any, where: Path) -> list[PageBoxes]:
    """The pages of a COCO file; what is a crowd region or has no box is left out."""
    try:
        names = {each["id"]: str(each["name"]) for each in content.get("categories", ())}
        boxes: dict[Any, list[LabelledBox]] = {each["id"]: [] for each in content["images"]}
        for each in content["annotations"]:
            if each.get("bbox") and not each.get("iscrowd"):
                box = Box(*(float(value) for value in each["bbox"]))
                boxes[each["image_id"]].append(LabelledBox(box, names.get(each.get("category_id"), TARGET)))
        return [
            PageBoxes(str(each["file_name"]), tuple(boxes[each["id"]]), _size(each.get("width"), each.get("height")))
            for each in content["images"]
        ]
    except (KeyError, TypeError, ValueError, AttributeError) as fault:
        raise _damaged(where, "COCO", fault) from fault


def labelme_page(content: Any, where: Path) -> PageBoxes:
    """The page of a labelme file: rectangles, and the boxes about its polygons and circles."""
    try:
        shapes = [
            LabelledBox(_around(shape["points"], shape.get("shape_type")), str(shape.get("label") or TARGET))
            for shape in content["shapes"]
            if shape.get("shape_type", "polygon") in {"rectangle", "polygon", "circle"}
        ]
        # labelme writes the path as the system that it ran on does.
        name = PurePosixPath(str(content["imagePath"]).replace("\\", "/")).name
        return PageBoxes(name, tuple(shapes), _size(content.get("imageWidth"), content.get("imageHeight")))
    except (KeyError, TypeError, ValueError, AttributeError) as fault:
        raise _damaged(where, "labelme", fault) from fault


def labelstudio_pages(content: Any, where: Path) -> list[PageBoxes]:
    """The pages of a Label Studio export in JSON; tasks that nobody answered are left out."""
    try:
        return [_studio_page(task) for task in content if task["annotations"]]
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as fault:
        raise _damaged(where, "Label Studio", fault) from fault


def coco(pages: Sequence[PageBoxes]) -> bytes:
    names = _names(pages)
    images = [
        {"id": number, "file_name": page.file, "width": (page.size or (0, 0))[0], "height": (page.size or (0, 0))[1]}
        for number, page in enumerate(pages, 1)
    ]
    flat = [(number, labelled) for number, page in enumerate(pages, 1) for labelled in page.boxes]
    annotations = [
        {
            "id": place,
            "image_id": number,
            "category_id": names.index(labelled.kind) + 1,
            "bbox": [round(value, 2) for value in labelled.box],
            "area": round(labelled.box.area, 2),
            "iscrowd": 0,
        }
        for place, (number, labelled) in enumerate(flat, 1)
    ]
    categories = [{"id": number, "name": name} for number, name in enumerate(names, 1)]
    return _written({"images": images, "annotations": annotations, "categories": categories})


def labelme(page: PageBoxes) -> bytes:
    shapes: list[dict[str, Any]] = [
        {
            "label": labelled.kind,
            "points": [[box.x, box.y], [box.x + box.width, box.y + box.height]],
            "group_id": None,
            "shape_type": "rectangle",
            "flags": {},
        }
        for labelled in page.boxes
        for box in (labelled.box,)
    ]
    width, height = page.size or (0, 0)
    return _written(
        {
            "version": "5.5.0",
            "flags": {},
            "shapes": shapes,
            "imagePath": page.file,
            "imageData": None,
            "imageHeight": height,
            "imageWidth": width,
        }
    )


def labelstudio(pages: Sequence[PageBoxes]) -> bytes:
    """Tasks whose boxes are in per cent of a picture, as Label Studio keeps them."""
    tasks = []
    for page in pages:
        width, height = page.size or (1, 1)
        results = [
            {
                "type": _BOXES_OF_STUDIO,
                "from_name": "label",
                "to_name": "image",
                "original_width": width,
                "original_height": height,
                "value": {
                    "x": 100 * labelled.box.x / width,
                    "y": 100 * labelled.box.y / height,
                    "width": 100 * labelled.box.width / width,
                    "height": 100 * labelled.box.height / height,
                    "rotation": 0,
                    _BOXES_OF_STUDIO: [labelled.kind],
                },
            }
            for labelled in page.boxes
        ]
        tasks.append(
            {"data": {"image": f"/data/local-files/?d=images/{page.file}"}, "annotations": [{"result": results}]}
        )
    return _written(tasks)


def _studio_page(task: Any) -> PageBoxes:
    said = max(task["annotations"], key=lambda each: str(each.get("updated_at", "")))
    results = [each for each in said["result"] if each.get("type") == _BOXES_OF_STUDIO]
    boxes = tuple(_studio_box(each) for each in results)
    size = _size(results[0]["original_width"], results[0]["original_height"]) if results else None
    return PageBoxes(_studio_name(task["data"]), boxes, size)


def _studio_box(result: Any) -> LabelledBox:
    value, width, height = result["value"], result["original_width"], result["original_height"]
    left, top, across, down = (float(value[key]) / 100 for key in ("x", "y", "width", "height"))
    return LabelledBox(Box(left * width, top * height, across * width, down * height), value[_BOXES_OF_STUDIO][0])


def _studio_name(data: Any) -> str:
    address = next(str(value) for key, value in data.items() if key in {"image", "img", "picture"} or len(data) == 1)
    parts = urlsplit(address)
    path = parse_qs(parts.query).get("d", [parts.path])[0]
    return PurePosixPath(unquote(path)).name


def _around(points: Any, shape: Any) -> Box:
    """The box about some points; those of a circle are its middle and one on its rim."""
    xs, ys = [float(point[0]) for point in points], [float(point[1]) for point in points]
    if shape == "circle":
        radius = float(((xs[1] - xs[0]) ** 2 + (ys[1] - ys[0]) ** 2) ** 0.5)
        return Box(xs[0] - radius, ys[0] - radius, 2 * radius, 2 * radius)
    return Box(min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys))


def _names(pages: Sequence[PageBoxes]) -> list[str]:
    return sorted({labelled.kind for labelled in _all(pages)}, key=lambda name: (name != TARGET, name)) or [TARGET]


def _all(pages: Sequence[PageBoxes]) -> Iterator[LabelledBox]:
    return (labelled for page in pages for labelled in page.boxes)


def _size(width: Any, height: Any) -> tuple[int, int] | None:
    return (int(width), int(height)) if width and height else None


def _written(content: Any) -> bytes:
    return (json.dumps(content, indent=1, ensure_ascii=False) + "\n").encode()


def _damaged(where: Path, format: str, fault: Exception) -> BoxFileError:
    return BoxFileError(f"{where} is {format}, but its boxes cannot be read ({type(fault).__name__}: {fault})")
