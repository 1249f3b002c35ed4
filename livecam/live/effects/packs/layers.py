"""Layers of an effect pack, compiled: pictures laid on a face and warps of what is under them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import hypot, pi
from typing import Any, NamedTuple, Protocol

from livecam.core.types import Image, Point, Side
from livecam.drawing.compositing import Placement, Wave, paste, paste_bent
from livecam.drawing.gaze_redirection import EyeGeometry, redirect_gaze
from livecam.drawing.sprites import Sprite
from livecam.drawing.warping import enlarge, enlarged, ripple
from livecam.live.effects.face_state.tracker import FaceState
from livecam.live.effects.packs.anchors import Anchor, AnchorPoint
from livecam.live.effects.packs.formula_code import LayerFormulas
from livecam.live.effects.packs.functions import Variables
from livecam.live.effects.packs.pictures import AnimatedSprite

_UNSURE = 0.02  # below this an iris is left alone


class Bulge(NamedTuple):
    """A magnification that has been drawn."""

    at: Point
    radius: float  # pixels
    gain: float


@dataclass(slots=True)
class Canvas:
    """The picture that is drawn on, a face on it, and what the layers so far have put where."""

    image: Image
    state: FaceState
    opacity: float  # 0..1, of the whole face
    events: dict[str, float]  # by event, the seconds since it came last
    eyes: Mapping[Side | None, Mapping[str, float]]  # the variables of each eye, and of both together
    placements: dict[tuple[str, float], Placement] = field(default_factory=dict)  # by layer and side
    bulges: dict[tuple[str, float], Bulge] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class LayerTiming:
    """When a layer is there, how much of it, and its numbers then; `event` is what it answers."""

    formulas: LayerFormulas
    event: str | None
    duration: float  # seconds after the event

    def numbers(self, variables: Variables, canvas: Canvas, point: AnchorPoint) -> tuple[Any, ...] | None:
        """How much of the layer there is, 0..1, then its numbers; None where nothing is seen of it."""
        if self.event is not None:
            since = canvas.events.get(self.event)
            if since is None or since > self.duration:
                return None
            variables["t"] = since
        return self.formulas(variables, canvas.opacity, point.seen)


class Layer(Protocol):
    def draw(self, canvas: Canvas, point: AnchorPoint, variables: Variables) -> None:
        """Draws itself at one member of its anchor."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class PictureLayer:
    """A picture or an animation. Its numbers: offset, width, height (None follows the width), turn in degrees, frame of
    the animation, and the three of its bend; None what it has not."""

    name: str
    timing: LayerTiming
    sprite: AnimatedSprite
    with_head: bool
    foreshorten: float
    mirrored_side: float  # the side on which it is mirrored; 0 is none
    within: str | None
    through: str | None
    on_screen: bool
    play: str

    def draw(self, canvas: Canvas, point: AnchorPoint, variables: Variables) -> None:
        variables["aspect"] = self.sprite.aspect
        numbers = self.timing.numbers(variables, canvas, point)
        if numbers is None:
            return
        opacity, x, y, width, height, turn, frame, amplitude, waves, phase = numbers
        turn = turn * pi / 180 if turn else 0.0
        if self.within is not None:
            parent = canvas.placements.get((self.within, point.side))
            if parent is None:
                return
            place = _inside(parent, x, y, (width, height), turn)
        elif self.on_screen:
            place = _on_screen(canvas.image, x, y, (width, height, self.sprite.aspect), turn)
        else:
            place = self._on_face(canvas, point, (x, y), (width, height))
            place = place.inside(0.0, 0.0, 1.0, turn) if turn else place
        canvas.placements[self.name, point.side] = place
        if self.mirrored_side and self.mirrored_side == point.side:
            place = place.mirrored()
        sprite = self._sprite(variables["t"], frame)
        if amplitude is None:
            paste(canvas.image, sprite, place, opacity)
        else:
            paste_bent(canvas.image, sprite, place, Wave(amplitude, waves, 2 * pi * phase), opacity)

    def _sprite(self, seconds: float, frame: float | None) -> Sprite:
        frames = self.sprite.frames
        if frame is not None:
            return frames[int(frame) % len(frames)]
        return frames[0] if len(frames) == 1 else self.sprite.at(seconds, self.play)

    def _on_face(
        self, canvas: Canvas, point: AnchorPoint, offset: tuple[float, float], size: tuple[float, float | None]
    ) -> Placement:
        """Spelled out rather than asked of the face point by point: it runs for every layer."""
        (along, below), (width, height), (x, y) = offset, size, point.at
        face = canvas.state.face
        unit, (cos, sin) = face.unit, face.across
        if height is None:
            height = width * self.sprite.aspect
        width *= 1 - self.foreshorten * (1 - point.narrowing)
        right, down = along * unit, below * unit
        if self.with_head:
            x, y = x + right * cos - down * sin, y + right * sin + down * cos
        else:
            x, y, cos, sin = x + right, y + down, 1.0, 0.0
        if self.through is not None and (bulge := canvas.bulges.get((self.through, point.side))):
            x, y = enlarged(Point(x, y), bulge.at, bulge.radius, bulge.gain)
            grown = 1 / (1 - bulge.gain)
            width, height = width * grown, height * grown
        width, height = width * unit, height * unit
        return Placement(x, y, width * cos, width * sin, -height * sin, height * cos)


def _inside(parent: Placement, x: float, y: float, size: tuple[float, float | None], turn: float) -> Placement:
    """A place within another, in shares of its width and height."""
    width, height = size
    if height is None or height == width:
        return parent.inside(x, y, width, turn)
    place = parent.inside(x, y, 1.0, turn)
    return place._replace(
        across_x=place.across_x * width,
        across_y=place.across_y * width,
        down_x=place.down_x * height,
        down_y=place.down_y * height,
    )


def _on_screen(image: Image, x: float, y: float, size: tuple[float, float | None, float], turn: float) -> Placement:
    """A place on the frame: -1..1 from edge to edge, sizes in its width and height."""
    rows, columns = image.shape[:2]
    width, height, aspect = size
    across = width * columns
    down = height * rows if height is not None else across * aspect
    place = Placement((columns - 1) / 2 * (1 + x), (rows - 1) / 2 * (1 + y), across, 0.0, 0.0, down)
    return place.inside(0.0, 0.0, 1.0, turn) if turn else place


@dataclass(frozen=True, slots=True, eq=False)
class BulgeLayer:
    """Magnifies around a point; `sign` -1 makes it smaller, which is a pinch. Its numbers: offset, radius, amount."""

    name: str
    timing: LayerTiming
    sign: float

    def draw(self, canvas: Canvas, point: AnchorPoint, variables: Variables) -> None:
        numbers = self.timing.numbers(variables, canvas, point)
        if numbers is None:
            return
        opacity, x, y, radius, amount = numbers
        gain = self.sign * min(max(amount, 0.0), 0.9) * opacity
        if gain == 0:
            return
        face = canvas.state.face
        at, radius = face.from_point(point.at, x, y), radius * face.unit
        enlarge(canvas.image, at, radius, gain)
        canvas.bulges[self.name, point.side] = Bulge(at, radius, gain)


@dataclass(frozen=True, slots=True, eq=False)
class QuakeLayer:
    """Moves the iris of an eye inside its opening. Its numbers: how far, in the directions of the picture,
    interocular distances."""

    timing: LayerTiming

    def draw(self, canvas: Canvas, point: AnchorPoint, variables: Variables) -> None:
        numbers = self.timing.numbers(variables, canvas, point)
        eye, face = point.eye, canvas.state.face
        if numbers is None or eye is None or eye.shut or eye.iris is None or eye.sure < _UNSURE:
            return
        radius = eye.iris.radius * face.unit
        if radius < 1:
            return
        opacity, x, y = numbers
        reach = face.unit * opacity * eye.sure
        x, y = x * reach, y * reach
        farthest = hypot(x, y) / (2 * radius)
        if farthest > 1:
            x, y = x / farthest, y / farthest
        middle = face.eye(eye.side)
        at = face.from_point(middle, eye.iris.along, eye.iris.below)
        lids = canvas.state.observation.face.lids(eye.side)
        redirect_gaze(canvas.image, EyeGeometry(at, radius, lids), (x, y), out=canvas.image)


@dataclass(frozen=True, slots=True, eq=False)
class RippleLayer:
    """Bends what lies under it into a wave across its width. Its numbers: offset, size, amount, how many waves, and
    their phase in turns."""

    timing: LayerTiming
    foreshorten: float

    def draw(self, canvas: Canvas, point: AnchorPoint, variables: Variables) -> None:
        numbers = self.timing.numbers(variables, canvas, point)
        if numbers is None:
            return
        opacity, x, y, width, height, amount, waves, phase = numbers
        face = canvas.state.face
        at = face.from_point(point.at, x, y)
        width *= 1 - self.foreshorten * (1 - point.narrowing)
        wave = Wave(min(max(amount, -0.5), 0.5) * opacity, waves, 2 * pi * phase)
        ripple(canvas.image, face.place(at, width=width, height=height), wave)


class AnchoredLayer(NamedTuple):
    """A layer and what it is fastened to; `accessory` names it where it may be left out."""

    anchor: Anchor
    layer: Layer
    accessory: str | None
    repeat: int = 1  # how often it is drawn, each time with another `i`


SIDES = {"left": 1.0, "right": -1.0, "none": 0.0, "middle": 0.0}
