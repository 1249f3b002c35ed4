"""A folder of pictures with boxes in any of the known formats, told by its content; and the same written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path, PurePosixPath

from livecam.core.files import write_file
from livecam.core.image_files.images import SUFFIXES
from livecam.core.types import Box
from livecam.perception.targets.boxes import json_formats, xml_formats
from livecam.perception.targets.boxes.page_boxes import TABLE, TARGET, BoxFileError, LabelledBox, PageBoxes, read_table

ANY = "boxes.csv, or a COCO, labelme, Label Studio, Pascal VOC, CVAT or YOLO file"
_NOT_PICTURES = frozenset({"masks", "labels", "annotations", "cache"})
_CLASSES = ("classes.txt", "obj.names", "labels/classes.txt")


class BoxFormat(StrEnum):
    """What boxes can be written in."""

    CSV = "csv"
    COCO = "coco"
    LABELME = "labelme"
    LABELSTUDIO = "labelstudio"
    CVAT = "cvat"
    VOC = "voc"
    YOLO = "yolo"


@dataclass(frozen=True, slots=True)
class BoxFolder:
    """The pictures of a folder by the name that its boxes use, and what is said of them."""

    folder: Path
    pictures: tuple[Path, ...]
    pages: tuple[PageBoxes, ...]
    source: str  # the file or files the boxes are from; empty where there are none

    def picture(self, page: PageBoxes) -> Path:
        """BoxFileError when there is no such picture, or more than one."""
        name = PurePosixPath(page.file.replace("\\", "/"))
        for at in (self.folder / name, self.folder / "pages" / name, self.folder / "images" / name):
            if at in self.pictures or at.is_file():
                return at
        found = [path for path in self.pictures if path.name == name.name]
        if len(found) > 1:
            places = " and ".join(path.relative_to(self.folder).as_posix() for path in found[:2])
            raise BoxFileError(
                f"two pictures are called {name.name}: {places}; name them with their folder in {self.source}"
            )
        if not found:
            raise BoxFileError(f"there is no picture {page.file} in {self.folder}; copy it there or take out its boxes")
        return found[0]

    @property
    def unlabelled(self) -> list[Path]:
        """Pictures that the boxes say nothing about."""
        said = {self.picture(page) for page in self.pages}
        return [path for path in self.pictures if path not in said]


def open_folder(folder: Path) -> BoxFolder:
    """BoxFileError for a folder that is not there, that has no pictures, or whose boxes cannot be read."""
    if not folder.is_dir():
        raise BoxFileError(f"{folder} is not there; name a folder with pictures and {ANY}")
    pictures = tuple(
        path
        for path in sorted(folder.rglob("*"))
        if path.suffix.lower() in SUFFIXES
        and path.is_file()
        and not any(part.startswith(".") or part in _NOT_PICTURES for part in path.relative_to(folder).parts[:-1])
    )
    if not pictures:
        raise BoxFileError(f"{folder} has no pictures; png, jpg, webp, tif and others are read")
    pages, source = _boxes(folder, pictures)
    return BoxFolder(folder, pictures, tuple(pages), source)


def read_boxes(source: Path, pictures: Sequence[Path]) -> list[PageBoxes]:
    """The pages that a file, or the files of a folder, of any format tell of, for pictures that lie elsewhere."""
    if source.is_dir():
        return _boxes(source, pictures)[0]
    if source.suffix.lower() == ".csv":
        return read_table(source)
    if source.suffix.lower() == ".json":
        return _of_json([source])[0]
    if source.suffix.lower() == ".xml":
        return _of_xml([source])[0]
    raise BoxFileError(f"{source} is no file of boxes; name {ANY}")


def write_boxes(folder: Path, pages: Sequence[PageBoxes], format: BoxFormat) -> None:
    """Writes the boxes beside, not the pictures; SinkError when the disk says no. Sizes of pages must be known."""
    from livecam.perception.targets.boxes.page_boxes import write_table

    folder.mkdir(parents=True, exist_ok=True)
    whole: dict[BoxFormat, tuple[str, Callable[[Sequence[PageBoxes]], bytes]]] = {
        BoxFormat.COCO: ("coco.json", json_formats.coco),
        BoxFormat.LABELSTUDIO: ("tasks.json", json_formats.labelstudio),
        BoxFormat.CVAT: ("annotations.xml", xml_formats.cvat),
    }
    if format is BoxFormat.CSV:
        write_table(folder / TABLE, pages)
    elif format in whole:
        name, made = whole[format]
        write_file(folder / name, made(pages))
    elif format is BoxFormat.YOLO:
        _write_yolo(folder, pages)
    else:
        suffix, one = {
            BoxFormat.LABELME: (".json", json_formats.labelme),
            BoxFormat.VOC: (".xml", xml_formats.voc),
        }[format]
        for page in pages:
            write_file(folder / f"{Path(page.file).stem}{suffix}", one(page))


def _boxes(folder: Path, pictures: Sequence[Path]) -> tuple[list[PageBoxes], str]:
    """What is said, and where; the table of ours goes before files of other tools."""
    if (folder / TABLE).is_file():
        return read_table(folder / TABLE), TABLE
    inside = [path for path in sorted(folder.rglob("*")) if not any(p.startswith(".") for p in path.parts[-2:])]
    pages, sources = _of_json([path for path in inside if path.suffix.lower() == ".json"])
    more, places = _of_xml([path for path in inside if path.suffix.lower() == ".xml"])
    pages, sources = [*pages, *more], [*sources, *places]
    if not pages:
        pages, sources = _of_yolo(folder, pictures)
    return pages, sources[0] if len(sources) == 1 else f"{len(sources)} files" if sources else ""


def _of_json(files: Iterable[Path]) -> tuple[list[PageBoxes], list[str]]:
    pages: list[PageBoxes] = []
    sources = []
    for path in files:
        content = json_formats.read_json(path)
        if json_formats.is_coco(content):
            pages += json_formats.coco_pages(content, path)
        elif json_formats.is_labelme(content):
            pages.append(json_formats.labelme_page(content, path))
        elif json_formats.is_labelstudio(content):
            pages += json_formats.labelstudio_pages(content, path)
        else:
            continue
        sources.append(path.name)
    return pages, sources


def _of_xml(files: Iterable[Path]) -> tuple[list[PageBoxes], list[str]]:
    pages: list[PageBoxes] = []
    sources = []
    for path in files:
        root = xml_formats.read_xml(path)
        if root.tag == "annotation":
            pages.append(xml_formats.voc_page(root, path))
        elif root.tag == "annotations":
            pages += xml_formats.cvat_pages(root, path)
        else:
            continue
        sources.append(path.name)
    return pages, sources


def _of_yolo(folder: Path, pictures: Sequence[Path]) -> tuple[list[PageBoxes], list[str]]:
    """A text file of the same name beside each picture, or in `labels/`: class and a box in shares of the picture."""
    from livecam.core.image_files.images import read_image

    names = next((_lines(folder / name) for name in _CLASSES if (folder / name).is_file()), [])
    pages, sources = [], []
    for picture in pictures:
        own = picture.with_suffix(".txt")
        relative = picture.relative_to(folder) if picture.is_relative_to(folder) else Path(picture.name)
        parts = [("labels" if part == "images" else part) for part in relative.parts]
        beside = folder.joinpath(*parts).with_suffix(".txt")
        text = next(
            (at for at in (own, beside, folder / "labels" / own.name) if at.is_file()),
            None,
        )
        if text is None:
            continue
        height, width = read_image(picture).shape[:2]
        boxes = tuple(_yolo_box(text, line, names, (width, height)) for line in _lines(text))
        pages.append(PageBoxes(relative.as_posix(), boxes, (width, height)))
        sources.append(text.name)
    return pages, sources


def _yolo_box(path: Path, line: str, names: Sequence[str], size: tuple[int, int]) -> LabelledBox:
    try:
        kind, *values = line.split()
        x, y, width, height = (float(value) for value in values[:4])
        number = int(kind)
    except ValueError as fault:
        raise BoxFileError(f"{path} is no YOLO file: '{line[:60]}' is not a class and four numbers") from fault
    if number < 0 or (names and number >= len(names)):
        raise BoxFileError(f"{path} names class {number}, the list of names has {len(names)}; add it there")
    name = names[number] if names else (TARGET if number == 0 else f"class {number}")
    across, down = size
    # Shares are rounded in the file: what reaches over the edge by less than a pixel is at the edge.
    left, top = ((x - width / 2) * across, (y - height / 2) * down)
    right, bottom = ((x + width / 2) * across, (y + height / 2) * down)
    left, right = (_at_edge(value, across) for value in (left, right))
    top, bottom = (_at_edge(value, down) for value in (top, bottom))
    return LabelledBox(Box(left, top, right - left, bottom - top), name)


def _at_edge(value: float, most: int) -> float:
    return min(max(value, 0.0), float(most)) if -1 < value < most + 1 else value


def _write_yolo(folder: Path, pages: Sequence[PageBoxes]) -> None:
    names = sorted(
        {each.kind for page in pages for each in page.boxes} | {TARGET}, key=lambda name: (name != TARGET, name)
    )
    write_file(folder / "classes.txt", "".join(f"{name}\n" for name in names).encode())
    (folder / "labels").mkdir(exist_ok=True)
    for page in pages:
        width, height = page.size or (1, 1)
        lines = [
            f"{names.index(kind)} {(box.x + box.width / 2) / width:.6f} {(box.y + box.height / 2) / height:.6f}"
            f" {box.width / width:.6f} {box.height / height:.6f}\n"
            for box, kind in page.boxes
        ]
        write_file(folder / "labels" / f"{Path(page.file).stem}.txt", "".join(lines).encode())


def _lines(path: Path) -> list[str]:
    try:
        return [line.strip() for line in path.read_text(encoding="utf-8-sig").splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError) as fault:
        raise BoxFileError(f"cannot read {path}; it is a text of UTF-8") from fault
