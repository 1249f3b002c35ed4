"""What a format says in its own words comes back from them alone, without the record that we put beside it."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labeler.exchange import importing
from labeler.formats.elements.interfaces import Format
from livecam.core.types import Point, Side
from livecam.store.samples import EyeLabel, LabelAction, LabelEvent
from tests.labeler.formats.foreign import NOW
from tests.labeler.formats.made import HEIGHT, WIDTH, labelled, says, written

# Which of them can say that an eye is closed, and hidden apart from that.
STATES = {
    Format.COCO,
    Format.LABELME,
    Format.LABELSTUDIO,
    Format.LABELSTUDIO_MIN,
    Format.CVAT,
    Format.DATUMARO,
    Format.CSV,
    Format.CSV_WIDE,
    Format.VIA,
    Format.SUPERVISELY,
}
PLACES_ONLY = {Format.DLIB: 0.75, Format.PTS: 1e-3, Format.YOLO_POSE: 1e-3}  # how exact, pixels

left_places = st.builds(Point, st.floats(13, WIDTH - 2), st.floats(1, HEIGHT - 2))
right_places = st.builds(Point, st.floats(1, 9), st.floats(1, HEIGHT - 2))


def eyes(side: Side) -> st.SearchStrategy[LabelEvent]:
    places = left_places if side is Side.LEFT else right_places
    radii = st.floats(0.5, 6)
    return st.builds(lambda place, radius: says(LabelAction.POINT, side, point=place, radius=radius), places, radii)


def states(side: Side) -> st.SearchStrategy[LabelEvent]:
    shut = st.sampled_from([LabelAction.CLOSED, LabelAction.OCCLUDED])
    return eyes(side) | shut.map(lambda action: says(action, side))


def read_back(kind: Format, said: tuple[LabelEvent, ...], folder: Path) -> tuple[EyeLabel, ...]:
    """Written, robbed of the record, and read."""
    written([labelled(0, *said, says(LabelAction.ACCEPT))], kind, folder)
    (folder / "livecam.jsonl").unlink(missing_ok=True)
    for path in folder.rglob("*.json"):
        path.write_text(json.dumps(without_record(json.loads(path.read_text(encoding="utf-8")))), encoding="utf-8")
    for path in folder.rglob("annotations.xml"):
        rob(path)
    (arrival,) = importing.read(kind, folder, now=NOW)
    assert arrival.found.record is None
    return arrival.found.labels


def without_record(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: without_record(one) for key, one in value.items() if key != "livecam"}
    return [without_record(one) for one in value] if isinstance(value, list) else value


def rob(path: Path) -> None:
    tree = ElementTree.parse(path)
    for image in tree.iter("image"):
        for tag in image.findall("tag[@label='livecam']"):
            image.remove(tag)
    tree.write(path, encoding="utf-8")


@pytest.mark.parametrize("kind", sorted(STATES))
@settings(max_examples=20, deadline=None)
@given(said=st.tuples(states(Side.LEFT), states(Side.RIGHT)))
def test_places_and_states_come_back(kind: Format, said: tuple[LabelEvent, ...]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        back = read_back(kind, said, Path(folder))

    assert [about(label) for label in back] == [
        about(label) for label in labelled(0, *said, says(LabelAction.ACCEPT)).labels
    ]


def about(label: EyeLabel) -> tuple[Any, ...]:
    place = None if label.centre is None else (round(label.centre.x, 3), round(label.centre.y, 3))
    return label.side, label.state, label.occluded, place


@pytest.mark.parametrize("kind", sorted(PLACES_ONLY))
@settings(max_examples=20, deadline=None)
@given(said=st.tuples(eyes(Side.LEFT), eyes(Side.RIGHT)))
def test_places_come_back_as_exactly_as_the_format_is(kind: Format, said: tuple[LabelEvent, ...]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        back = read_back(kind, said, Path(folder))

    for label, event in zip(back, said, strict=True):
        assert label.side is event.side
        assert label.centre == pytest.approx(event.point, abs=PLACES_ONLY[kind])
