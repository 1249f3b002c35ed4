"""The output of `livecam locate`: faces and pupils of images as JSON records and as annotated images."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from livecam.core.errors import SinkError
from livecam.core.types import Face, Image, Scene
from livecam.live.ui.debug_view import paint_observations
from livecam.perception.records import face_place, face_record
from livecam.settings import MOST_FACES

_DRAWN = "_located.png"


def record(image: str, scene: Scene, left_out: Sequence[Face] = ()) -> dict[str, Any]:
    """The scene of one picture, ready for JSON: pixels of the picture, the largest face first.

    Faces beyond the number that was asked for stand, without their eyes, in `left_out`, which is there only with them.
    """
    width, height = scene.frame.size
    faces = [face_record(observation) for observation in scene.faces]
    found = {"image": image, "width": width, "height": height, "faces": faces}
    return {**found, "left_out": [face_place(face) for face in left_out]} if left_out else found


def note_of_left_out(image: str, shown: int, left_out: Sequence[Face]) -> str:
    """That a picture has more faces than were asked for, which they are, and how all are had."""
    middles = ((face.box.x + face.box.width / 2, face.box.y + face.box.height / 2) for face in left_out)
    places = ", ".join(f"({x:.0f}, {y:.0f})" for x, y in middles)
    count = shown + len(left_out)
    rest = f"--max-faces {min(count, MOST_FACES)} takes {'all' if count <= MOST_FACES else 'most'} of them"
    return f"{image} has {count} faces, of which the {shown} largest are taken and not those at {places}; {rest}"


def drawing_places(images: Sequence[str], folder: Path | None) -> tuple[dict[str, Path], dict[Path, str]]:
    """Where the drawing of each picture goes: into the folder, or beside the picture; and which of the pictures are, or
    will be, drawings of another of them.

    Pictures that differ in nothing but their suffix keep it in the names of their drawings. SinkError for pictures of
    one name that would have one place.
    """
    stems = Counter(_beside(Path(image), folder) for image in dict.fromkeys(images))
    places: dict[str, Path] = {}
    for image in dict.fromkeys(images):
        place = _beside(Path(image), folder)
        places[image] = place if stems[place] == 1 else place.with_name(f"{Path(image).name}{_DRAWN}")
    taken: dict[Path, str] = {}
    for image, place in places.items():
        if (other := taken.setdefault(place, image)) != image:
            raise SinkError(f"cannot write {place} for {image}: it is already that of {other}; call them one by one")
    drawings = {_beside(Path(image), each): image for image in places for each in (None, folder)}
    drawings |= {place: image for image, place in places.items()}
    return places, drawings


def _beside(image: Path, folder: Path | None) -> Path:
    return (folder or image.parent) / f"{image.stem}{_DRAWN}"


def annotate_image(scene: Scene) -> Image:
    """A copy of the picture with landmarks, pupils, gaze and confidences drawn on it."""
    canvas = scene.frame.image.copy()
    paint_observations(canvas, scene.faces, (), line_height=max(12, min(scene.frame.size) // 40))
    return canvas
