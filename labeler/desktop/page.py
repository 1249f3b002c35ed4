"""The labeling page: both eyes enlarged side by side, the whole image small, and the state of things."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from labeler.desktop import primitives, text_panels
from labeler.desktop.eye_marks import EyeMark, MarkKind, mark
from labeler.desktop.eye_view import EyeView, eye_view
from labeler.desktop.primitives import Area
from labeler.session.item import LabelingItem
from labeler.session.state import AnnotationState, SidePanel
from labeler.texts.catalogue import text
from livecam.core.errors import SourceError
from livecam.core.image_files.images import read_image
from livecam.core.types import LID_POINTS, Image, Point, Side
from livecam.store.labels import SIDES
from livecam.store.samples import LabelAction, Sample

WIDTH, HEIGHT = 1280, 720  # pixels
_BAR = Area(0, 0, WIDTH, 44)
EYES = {Side.RIGHT: Area(8, 52, 628, 470), Side.LEFT: Area(644, 52, 628, 470)}
_PLACE = Area(8, 52, 1264, 470)  # of both eyes
_SMALL = Area(8, 530, 250, 182)
_FOOT = Area(274, 530, 998, 182)
_COLOURS = {
    MarkKind.PREDICTION: primitives.AMBER,
    MarkKind.CARRIED: primitives.PINK,
    MarkKind.DRAFT: primitives.CYAN,
    MarkKind.ACCEPTED: primitives.GREEN,
    MarkKind.REJECTED: primitives.RED,
}


@dataclass(frozen=True, slots=True, eq=False)
class RenderedPage:
    """A picture of (HEIGHT, WIDTH, 3), and where the eyes are on it."""

    image: Image
    eyes: tuple[EyeView, ...] = ()

    def eye_at(self, point: Point) -> EyeView | None:
        """The eye under a point of the page."""
        return next((eye for eye in self.eyes if eye.shows(point)), None)


@dataclass(frozen=True, slots=True, eq=False)
class PageContent:
    """What is before the person, as the store has it."""

    sample: Sample
    picture: Image
    map: Image | None = None  # class activation map


def page(session: AnnotationState, before: PageContent | None, facts: text_panels.StatusInfo) -> RenderedPage:
    """The page of a state; `before` is None at the end, and when the picture cannot be read."""
    canvas = primitives.blank(WIDTH, HEIGHT)
    eyes: tuple[EyeView, ...] = ()
    text_panels.bar(canvas, _BAR, session)
    if session.item and before:
        eyes = tuple(eye_view(session.item, side, EYES[side], session.view.zoom) for side in SIDES)
        _draw_eyes(canvas, session, session.item, eyes, before)
        _draw_whole(canvas, before.picture, eyes)
    elif session.assignment is None:
        ways = text(session.language, "window.ways")
        text_panels.lines(canvas, _PLACE, [*text_panels.summary(session, facts), "", ways], size=24)
    text_panels.foot(canvas, _FOOT, session, facts, before.sample if before else None)
    _draw_panel(canvas, session, before, facts)
    return RenderedPage(canvas, eyes)


def _draw_eyes(
    canvas: Image, session: AnnotationState, item: LabelingItem, eyes: tuple[EyeView, ...], before: PageContent
) -> None:
    for eye in eyes:
        eye.draw(canvas, before.picture, session.view)
        shown = mark(session, item, eye.side)
        if session.view.landmarks:
            _draw_lids(canvas, eye, before.sample)
        if not session.view.bare:
            _draw_mark(canvas, eye, shown)
        _draw_caption(canvas, session, eye, shown)


def _draw_mark(canvas: Image, eye: EyeView, shown: EyeMark) -> None:
    region = eye.area.of(canvas)
    if shown.annotation is None or shown.annotation.point is None or shown.annotation.radius is None:
        return
    x, y = eye.to_page(shown.annotation.point)
    centre, colour = Point(x - eye.area.left, y - eye.area.top), _COLOURS[shown.kind]
    # Where the iris of a closed eye would be is no place of anything.
    faint = shown.annotation.action is LabelAction.CLOSED
    primitives.circle(
        region,
        centre,
        shown.annotation.radius * eye.scale,
        primitives.SOFT if faint else colour,
        dashed=_is_prediction(shown),
    )
    if not faint:
        primitives.cross(region, centre, 0.35 * shown.annotation.radius * eye.scale, colour)


def _is_prediction(shown: EyeMark) -> bool:
    return shown.kind in {MarkKind.PREDICTION, MarkKind.CARRIED}


def _draw_caption(canvas: Image, session: AnnotationState, eye: EyeView, shown: EyeMark) -> None:
    """Which eye, and what is known of it; the eye that the keys go to has a frame."""
    left, top, width, height = eye.area
    strip = canvas[top : top + 30, left : left + width]
    cv2.addWeighted(strip, 0.35, np.full_like(strip, primitives.BACKGROUND), 0.65, 0, dst=strip)
    colour = primitives.SOFT if shown.annotation is None else _COLOURS[shown.kind]
    primitives.dot(canvas, Point(left + 16, top + 15), colour, 5)
    end = primitives.write(
        canvas, text(session.language, f"eye.{eye.side.value}"), (left + 28, top + 5), primitives.TEXT, 20
    )
    primitives.write(canvas, shown.words(session.language), (end + 12, top + 5), colour, 20)
    primitives.write_left_of(canvas, f"{eye.scale:.1f}x", (left + width - 10, top + 6), primitives.SOFT, 18)
    current = eye.side is session.eye and text_panels.places(session)
    frame = primitives.CYAN if current else primitives.PANEL
    cv2.rectangle(canvas, (left - 2, top - 2), (left + width + 1, top + height + 1), frame, 2 if current else 1)


def _draw_lids(canvas: Image, eye: EyeView, sample: Sample) -> None:
    region = eye.area.of(canvas)
    points = [eye.to_page(Point(x, y)) for x, y in sample.landmarks[LID_POINTS[eye.side]].tolist()]
    inside = [Point(point.x - eye.area.left, point.y - eye.area.top) for point in points]
    ring = np.array([primitives.fine(point) for point in inside], np.int32)
    cv2.polylines(region, [ring], isClosed=True, color=primitives.PINK, thickness=1, lineType=cv2.LINE_AA, shift=5)
    for point in inside:
        primitives.dot(region, point, primitives.PINK)


def _draw_whole(canvas: Image, picture: Image, eyes: tuple[EyeView, ...]) -> None:
    """The whole picture, with frames around what is enlarged."""
    height, width = picture.shape[:2]
    scale = min(_SMALL.width / width, _SMALL.height / height)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    region = _SMALL.of(canvas)[: size[1], : size[0]]
    region[:] = small
    for eye in eyes:
        reach_x, reach_y = eye.area.width / eye.scale / 2, eye.area.height / eye.scale / 2
        corners = [
            primitives.fine(Point((eye.middle.x + sign * reach_x) * scale, (eye.middle.y + sign * reach_y) * scale))
            for sign in (-1, 1)
        ]
        cv2.rectangle(region, corners[0], corners[1], primitives.TEXT, 1, cv2.LINE_AA, 5)


def _draw_panel(
    canvas: Image, session: AnnotationState, before: PageContent | None, facts: text_panels.StatusInfo
) -> None:
    if session.view.panel is SidePanel.NONE:
        return
    region = _PLACE.of(canvas)
    cv2.addWeighted(region, 0.12, np.full_like(region, primitives.BACKGROUND), 0.88, 0, dst=region)
    if session.view.panel is SidePanel.HELP:
        text_panels.draw_help(canvas, _PLACE, session, facts)
    elif session.view.panel is SidePanel.LABELS:
        text_panels.lines(canvas, _PLACE, text_panels.labels(session), size=19)
    elif before is not None and before.map is not None:
        _draw_map(region, before.map)


def _draw_map(region: Image, picture: Image) -> None:
    (height, width), (rows, columns) = picture.shape[:2], region.shape[:2]
    scale = min(columns / width, rows / height)
    size = round(width * scale), round(height * scale)
    left, top = (columns - size[0]) // 2, (rows - size[1]) // 2
    region[top : top + size[1], left : left + size[0]] = cv2.resize(picture, size, interpolation=cv2.INTER_LINEAR)


def load_map(path: Path | None) -> Image | None:
    """A class activation map; None when there is none or it is no picture."""
    if path is None:
        return None
    try:
        return read_image(path)
    except SourceError:
        return None
