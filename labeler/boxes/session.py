"""Labelling boxes of a folder: what is known of each picture, what a person says of it; each answer is kept at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import RLock
from typing import Any

from labeler.boxes.tiles import SIDE, Pyramid, Pyramids
from livecam.core.types import Box
from livecam.perception.targets.boxes.candidates import QueuedTile, read_candidates
from livecam.perception.targets.boxes.folder import BoxFolder, open_folder
from livecam.perception.targets.boxes.page_boxes import (
    LOOKALIKE,
    TABLE,
    TARGET,
    BoxFileError,
    LabelledBox,
    PageBoxes,
    write_table,
)

_SMALLEST = 2.0  # pixels of a side
_MOST_UNDO = 1000


class NoSuchInputError(ValueError):
    """What a page asks for cannot be done; the message is for the person, and the page has a text for `key`."""

    def __init__(self, message: str, key: str = "") -> None:
        super().__init__(message)
        self.key = key


@dataclass(slots=True, eq=False)
class _Page:
    path: Path
    said: PageBoxes | None  # None while nobody has answered
    revision: int = 0
    candidate: QueuedTile | None = None

    @property
    def state(self) -> str:
        if self.said is None:
            return "open"
        return "boxes" if self.said.boxes else "none"


@dataclass(frozen=True, slots=True)
class _Undo:
    page: str
    said: PageBoxes | None


@dataclass(eq=False)
class BoxSession:
    """All rules are here; a browser draws what it is told and sends what a person does.

    Pictures are called by their path in the folder. Answers are in boxes.csv before `act` returns.
    """

    folder: Path
    _pages: dict[str, _Page] = field(init=False)
    _undo: list[_Undo] = field(default_factory=list)
    _pyramids: Pyramids = field(default_factory=Pyramids)
    _lock: RLock = field(default_factory=RLock)

    def __post_init__(self) -> None:
        """BoxFileError for a folder without pictures, or whose boxes cannot be read."""
        self._pages = _pages(open_folder(self.folder))

    def overview(self) -> dict[str, Any]:
        """Every picture with its state, and the first that is open."""
        with self._lock:
            pages = [{"name": name, "state": page.state} for name, page in self._pages.items()]
            done = sum(page.said is not None for page in self._pages.values())
            return {"folder": str(self.folder), "pages": pages, "done": done, "next": self._next(None)}

    def show(self, name: str) -> dict[str, Any]:
        """A picture with its boxes; SourceError when it cannot be read."""
        page = self._page(name)
        width, height = self.pyramid(name).size
        with self._lock:
            return {
                "name": name,
                "width": width,
                "height": height,
                "tile": SIDE,
                "revision": page.revision,
                "state": page.state,
                "boxes": [
                    {"box": list(each.box), "kind": each.kind, "lookalike": each.is_lookalike} for each in _boxes(page)
                ],
                "proposal": _proposal(page),
                "next": self._next(name),
                "undo": len(self._undo),
                "done": sum(each.said is not None for each in self._pages.values()),
            }

    def pyramid(self, name: str) -> Pyramid:
        return self._pyramids.of(self._page(name).path)

    def act(self, name: str, revision: int, action: Mapping[str, Any]) -> str:
        """Does what a person did to a picture as it was at `revision`; the name of the picture that it was done to.

        What was meant for an older state does nothing. NoSuchInputError for what cannot be done.
        """
        with self._lock:
            if action.get("do") == "undo":
                return self._take_back(name)
            page = self._page(name)
            if revision == page.revision:
                size = self.pyramid(name).size
                self._say(name, _changed(page, PageBoxes(name, tuple(_boxes(page)), size), action, size))
            return name

    def _say(self, name: str, said: PageBoxes) -> None:
        self._undo.append(_Undo(name, self._pages[name].said))
        del self._undo[:-_MOST_UNDO]
        try:
            self._put(name, said)
        except BaseException:
            self._undo.pop()
            raise

    def _take_back(self, name: str) -> str:
        if not self._undo:
            raise NoSuchInputError("there is nothing to undo", "nothing to undo")
        last = self._undo[-1]
        self._put(last.page, last.said)
        self._undo.pop()
        return last.page

    def _put(self, name: str, said: PageBoxes | None) -> None:
        """First on the disk, then here."""
        known = {**{each: page.said for each, page in self._pages.items()}, name: said}
        write_table(self.folder / TABLE, [each for each in known.values() if each is not None])
        page = self._pages[name]
        page.said, page.revision = said, page.revision + 1

    def _page(self, name: str) -> _Page:
        if name not in self._pages:
            raise NoSuchInputError(f"there is no picture {name[:200]}")
        return self._pages[name]

    def _next(self, after: str | None) -> str | None:
        """The next picture that nobody has answered, from this one on and then from the first; none when all are."""
        names = list(self._pages)
        start = names.index(after) + 1 if after is not None else 0
        return next((each for each in (*names[start:], *names[:start]) if self._pages[each].said is None), None)


def _pages(known: BoxFolder) -> dict[str, _Page]:
    pages = {path.relative_to(known.folder).as_posix(): _Page(path, None) for path in known.pictures}
    for said in known.pages:
        path = known.picture(said)
        name = path.relative_to(known.folder).as_posix()
        if name not in pages:
            raise BoxFileError(f"{said.file} is no picture of {known.folder}")
        pages[name].said = replace(said, file=name)
    for candidate in read_candidates(known.folder):
        if candidate.file in pages:
            pages[candidate.file].candidate = candidate
    return pages


def _boxes(page: _Page) -> tuple[LabelledBox, ...]:
    return page.said.boxes if page.said is not None else ()


def _proposal(page: _Page) -> dict[str, Any] | None:
    candidate = page.candidate
    if candidate is None or page.said is not None or candidate.box is None:
        return None
    return {"box": list(candidate.box), "probability": candidate.probability, "source": candidate.source}


def _changed(page: _Page, said: PageBoxes, action: Mapping[str, Any], size: tuple[int, int]) -> PageBoxes:
    do, boxes = action.get("do"), list(said.boxes)
    if do == "none":
        return replace(said, boxes=())
    if do == "add":
        kind = LOOKALIKE if action.get("lookalike") else TARGET
        return replace(said, boxes=(*boxes, LabelledBox(_box(action.get("box"), size), kind)))
    if do in {"yes", "no"}:
        if page.candidate is None or page.candidate.box is None or page.said is not None:
            raise NoSuchInputError(
                "there is no candidate to judge here; draw a box, or say that there is none", "no candidate"
            )
        kind = TARGET if do == "yes" else LOOKALIKE
        return replace(said, boxes=(LabelledBox(_box(list(page.candidate.box), size), kind),))
    number = action.get("number")
    if do not in {"change", "remove", "kind"}:
        raise NoSuchInputError(f"not an input: do cannot be {str(do)[:100]!r}")
    if not isinstance(number, int) or isinstance(number, bool) or not 0 <= number < len(boxes):
        raise NoSuchInputError("there is no such box")
    if do == "remove":
        del boxes[number]
    elif do == "change":
        boxes[number] = boxes[number]._replace(box=_box(action.get("box"), size))
    else:
        boxes[number] = boxes[number]._replace(kind=TARGET if boxes[number].is_lookalike else LOOKALIKE)
    return replace(said, boxes=tuple(boxes))


def _box(value: Any, size: tuple[int, int]) -> Box:
    """Cut off at the edges of the picture; NoSuchInputError for what is too small, or no box."""
    if not (isinstance(value, list) and len(value) == 4 and all(_is_number(each) for each in value)):
        raise NoSuchInputError(f"not a box: {str(value)[:100]}")
    x, y, width, height = value
    left, top = max(0.0, min(x, x + width)), max(0.0, min(y, y + height))
    right, bottom = min(float(size[0]), max(x, x + width)), min(float(size[1]), max(y, y + height))
    if right - left < _SMALLEST or bottom - top < _SMALLEST:
        raise NoSuchInputError(
            f"a box has {_SMALLEST:g} pixels a side at least; zoom in to draw a small one", "too small"
        )
    return Box(round(left, 1), round(top, 1), round(right - left, 1), round(bottom - top, 1))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e7
