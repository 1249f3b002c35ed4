"""Layers of an effect pack, compiled: pictures laid on a face and warps of what is under them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import hypot, pi
from typing import NamedTuple, Protocol

from livecam.core.types import Image, Point, Side
from livecam.drawing.compositing import Placement, Wave, paste, paste_bent
from livecam.drawing.gaze_redirection import EyeGeometry, redirect_gaze
from livecam.drawing.sprites import Sprite
from livecam.drawing.warping import enlarge, enlarged, ripple
from livecam.live.effects.face_state.tracker import FaceState
from livecam.live.effects.packs.anchors import Anchor, AnchorPoint
from livecam.live.effects.packs.expressions import Evaluate
from livecam.live.effects.packs.functions import Variables
from livecam.live.effects.packs.pictures import AnimatedSprite

_FAINT = 0.002  # an opacity that cannot be seen
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
    """When a layer is there: the values it needs, its condition, and the event that it answers."""

    values: tuple[tuple[str, Evaluate], ...]
    visible: Evaluate | None  # None is always
    opacity: Evaluate
    event: str | None
    duration: float  # seconds after the event

    def begin(self, variables: Variables, canvas: Canvas, point: AnchorPoint) -> float:
        """Sets the layer's own variables and says how much of it there is, 0..1."""
        if self.event is not None:
            since = canvas.events.get(self.event)
            if since is None or since > self.duration:
                return 0.0
            variables["t"] = since
        for name, evaluate in self.values:
            variables[name] = evaluate(variables)
        if self.visible is not None and not self.visible(variables):
            return 0.0
        return min(max(self.opacity(variables), 0.0), 1.0) * canvas.opacity * point.seen


class Layer(Protocol):
    def draw(self, canvas: Canvas, point: AnchorPoint, variables: Variables) -> None:
        """Draws itself at one member of its anchor."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class PictureLayer:
    """A picture or an animation."""

    name: str
    timing: LayerTiming
    sprite: AnimatedSprite
    offset: tuple[Evaluate, Evaluate]
    width: Evaluate
    height: Evaluate | None  # None follows the width
    turn: Evaluate | None  # degrees
    with_head: bool
    foreshorten: float
    mirrored_side: float  # the side on which it is mirrored; 0 is none
    within: str | None
    through: str | None
    on_screen: bool
    play: str
    frame: Evaluate | None
    bend: tuple[Evaluate, Evaluate, Evaluate] | None

    def draw(self, canvas: Canvas, point: AnchorPoint, variables: Variables) -> None:
        variables["aspect"] = self.sprite.aspect
        opacity = self.timing.begin(variables, canvas, point)
        if opacity <= _FAINT:
            return
        place = self._place(canvas, point, variables)
        if place is None:
            return
        canvas.placements[self.name, point.side] = place
        if self.mirrored_side and self.mirrored_side == point.side:
            place = place.mirrored()
        sprite = self._sprite(variables)
        if self.bend is None:
            paste(canvas.image, sprite, place, opacity)
            return
        amplitude, waves, phase = (part(variables) for part in self.bend)
        paste_bent(canvas.image, sprite, place, Wave(amplitude, waves, 2 * pi * phase), opacity)

    def _sprite(self, variables: Variables) -> Sprite:
        if self.frame is not None:
            return self.sprite.frames[int(self.frame(variables)) % len(self.sprite.frames)]
        return self.sprite.at(variables["t"], self.play)

    def _place(self, canvas: Canvas, point: AnchorPoint, variables: Variables) -> Placement | None:
        x, y = self.offset[0](variables), self.offset[1](variables)
        width = self.width(variables)
        height = self.height(variables) if self.height else None
        turn = self.turn(variables) * pi / 180 if self.turn else 0.0
        if self.within is not None:
            parent = canvas.placements.get((self.within, point.side))
            return _inside(parent, x, y, (width, height), turn) if parent else None
        if self.on_screen:
            return _on_screen(canvas.image, x, y, (width, height, self.sprite.aspect), turn)
        height = width * self.sprite.aspect if height is None else height
        width *= 1 - self.foreshorten * (1 - point.narrowing)
        face, at = canvas.state.face, point.at
        if self.with_head:
            at = face.from_point(at, x, y) if x or y else at
        else:
            at = Point(at.x + x * face.unit, at.y + y * face.unit)
        if self.through is not None and (bulge := canvas.bulges.get((self.through, point.side))):
            at = enlarged(at, bulge.at, bulge.radius, bulge.gain)
            grown = 1 / (1 - bulge.gain)
            width, height = width * grown, height * grown
        if self.with_head:
            place = face.place(at, width=width, height=height)
        else:
            place = Placement(at.x, at.y, width * face.unit, 0.0, 0.0, height * face.unit)
        return place.inside(0.0, 0.0, 1.0, turn) if turn else place


def _inside(parent: Placement, x: float, y: float, size: tuple[float, float | None], turn: float) -> Placement | None:
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
    """Magnifies around a point; `sign` -1 makes it smaller, which is a pinch."""

    name: str
    timing: LayerTiming
    offset: tuple[Evaluate, Evaluate]
    radius: Evaluate
    amount: Evaluate
    sign: float

    def draw(self, canvas: Canvas, point: AnchorPoint, variables: Variables) -> None:
        opacity = self.timing.begin(variables, canvas, point)
        gain = self.sign * min(max(self.amount(variables), 0.0), 0.9) * opacity
        if opacity <= _FAINT or gain == 0:
            return
        face = canvas.state.face
        at = face.from_point(point.at, self.offset[0](variables), self.offset[1](variables))
        radius = self.radius(variables) * face.unit
        enlarge(canvas.image, at, radius, gain)
        canvas.bulges[self.name, point.side] = Bulge(at, radius, gain)


@dataclass(frozen=True, slots=True, eq=False)
class QuakeLayer:
    """Moves the iris of an eye inside its opening; in the directions of the picture, interocular distances."""

    timing: LayerTiming
    amount: tuple[Evaluate, Evaluate]

    def draw(self, canvas: Canvas, point: AnchorPoint, variables: Variables) -> None:
        opacity = self.timing.begin(variables, canvas, point)
        eye, face = point.eye, canvas.state.face
        if opacity <= _FAINT or eye is None or eye.shut or eye.iris is None or eye.sure < _UNSURE:
            return
        radius = eye.iris.radius * face.unit
        if radius < 1:
            return
        reach = face.unit * opacity * eye.sure
        x, y = self.amount[0](variables) * reach, self.amount[1](variables) * reach
        farthest = hypot(x, y) / (2 * radius)
        if farthest > 1:
            x, y = x / farthest, y / farthest
        middle = face.eye(eye.side)
        at = face.from_point(middle, eye.iris.along, eye.iris.below)
        lids = canvas.state.observation.face.lids(eye.side)
        redirect_gaze(canvas.image, EyeGeometry(at, radius, lids), (x, y), out=canvas.image)


@dataclass(frozen=True, slots=True, eq=False)
class RippleLayer:
    """Bends what lies under it into a wave across its width."""

    timing: LayerTiming
    offset: tuple[Evaluate, Evaluate]
    size: tuple[Evaluate, Evaluate]
    foreshorten: float
    amount: Evaluate
    waves: Evaluate
    phase: Evaluate  # turns

    def draw(self, canvas: Canvas, point: AnchorPoint, variables: Variables) -> None:
        opacity = self.timing.begin(variables, canvas, point)
        if opacity <= _FAINT:
            return
        face = canvas.state.face
        at = face.from_point(point.at, self.offset[0](variables), self.offset[1](variables))
        width, height = self.size[0](variables), self.size[1](variables)
        width *= 1 - self.foreshorten * (1 - point.narrowing)
        amplitude = min(max(self.amount(variables), -0.5), 0.5) * opacity
        wave = Wave(amplitude, self.waves(variables), 2 * pi * self.phase(variables))
        ripple(canvas.image, face.place(at, width=width, height=height), wave)


class AnchoredLayer(NamedTuple):
    """A layer and what it is fastened to; `accessory` names it where it may be left out."""

    anchor: Anchor
    layer: Layer
    accessory: str | None
    repeat: int = 1  # how often it is drawn, each time with another `i`


SIDES = {"left": 1.0, "right": -1.0, "none": 0.0, "middle": 0.0}
