"""The effect.py of a pack: read with the pack, run only where somebody has said yes to it.

It offers `draw(image, face)`, called for every face after the layers of the pack, or `create(context)`, which gives an
`Effect` that draws whole scenes.
"""

from __future__ import annotations

import hashlib
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from livecam.core.errors import LivecamError, PackError
from livecam.core.interfaces import Effect
from livecam.core.types import Image, Point, Side
from livecam.drawing.compositing import paste
from livecam.drawing.sprites import AlphaSprite
from livecam.live.effects.controls import EffectControls
from livecam.live.effects.face_state.eye_state import EyePose
from livecam.live.effects.face_state.frame import FaceFrame
from livecam.live.effects.face_state.signals import Signals
from livecam.live.effects.face_state.tracker import FaceState
from livecam.live.effects.packs.anchors import anchor_names, named_anchor
from livecam.live.effects.packs.expressions import unknown_name
from livecam.live.effects.packs.pictures import read_pictures
from livecam.settings import EffectSettings

if TYPE_CHECKING:
    from livecam.live.effects.spotlight import LightSource

CODE = "effect.py"
_LARGEST = 1 << 18  # bytes


@dataclass(frozen=True, slots=True)
class EffectContext:
    """What `create` is given: the switches that keys change, the settings, and what a spotlight is to follow."""

    controls: EffectControls
    settings: EffectSettings
    lights: LightSource | None = None


@dataclass(frozen=True, slots=True, eq=False)
class PaintedFace:
    """A face as `draw` of an effect.py is given it."""

    state: FaceState
    folder: Path
    seconds: float  # of the frame
    strength: float  # 0..1
    opacity: float  # 0..1
    _sprites: dict[str, AlphaSprite] = field(default_factory=dict)

    @property
    def frame(self) -> FaceFrame:
        """Its geometry: landmarks, unit, directions."""
        return self.state.face

    @property
    def signals(self) -> Signals:
        return self.state.signals

    @property
    def eyes(self) -> Mapping[Side, EyePose]:
        return self.state.eyes

    def at(self, anchor: str, along: float = 0.0, below: float = 0.0) -> Point:
        """The frame's pixel that many interocular distances to the image-right of an anchor and below it."""
        found = named_anchor(anchor)
        if found is None:
            raise PackError(unknown_name(anchor, anchor_names()))
        return self.state.face.from_point(found.members[0](self.state).at, along, below)

    def paste(self, image: Image, picture: str, at: Point, size: float, opacity: float = 1.0) -> None:
        """Lays a picture of the pack upright on the face, its middle at the point; `size` is its width in interocular
        distances."""
        sprite = self._sprites.get(picture)
        if sprite is None:
            sprite = self._sprites[picture] = AlphaSprite.of(read_pictures(self.folder, picture).frames[0])
        height, width = sprite.levels[0].picture.shape[:2]
        place = self.state.face.place(at, width=size, height=size * height / width)
        paste(image, sprite, place, opacity * self.opacity)


PaintFace = Callable[[Image, PaintedFace], None]


@dataclass(frozen=True, slots=True)
class PackCode:
    """The text of an effect.py; what it does is not known before it is run."""

    path: Path
    source: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.source).hexdigest()

    def run(self) -> RunningCode:
        """Carries it out; PackError with its line when it fails or offers nothing."""
        names: dict[str, Any] = {"__name__": f"livecam_effect_{self.path.parent.name}", "__file__": str(self.path)}
        with self._faults():
            exec(compile(self.source, str(self.path), "exec"), names)
        paint, create = (names.get(name) for name in ("draw", "create"))
        if not callable(paint) and not callable(create):
            raise PackError(f"{self._name} offers neither draw(image, face) nor create(context); define one of them")
        return RunningCode(self, paint if callable(paint) else None, create if callable(create) else None)

    @property
    def _name(self) -> str:
        return f"{self.path.parent.name}/{CODE}"

    def _faults(self) -> _Faults:
        return _Faults(self)

    def fault(self, error: BaseException) -> PackError:
        """What went wrong in it, with its line."""
        lines = [
            frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(self.path)
        ]
        line = error.lineno if isinstance(error, SyntaxError) else lines[-1] if lines else None
        said = error.msg if isinstance(error, SyntaxError) else str(error)
        where = f"{self._name}:{line}" if line else self._name
        return PackError(f"{where}: {type(error).__name__}: {said}; put that line right")


@dataclass(frozen=True, slots=True)
class RunningCode:
    """What an effect.py offers once it was carried out."""

    code: PackCode
    paint: PaintFace | None
    make: Callable[[EffectContext], Effect] | None

    def draw(self, image: Image, face: PaintedFace) -> None:
        """Draws on one face; PackError with the line in which it failed."""
        if self.paint is None:
            return
        with _Faults(self.code):
            self.paint(image, face)

    def create(self, context: EffectContext) -> Effect | None:
        """Its own effect for whole scenes; None where it draws faces."""
        if self.make is None:
            return None
        with _Faults(self.code):
            return self.make(context)


class _Faults:
    """Around code of somebody else: whatever it raises becomes a PackError."""

    def __init__(self, code: PackCode) -> None:
        self._code = code

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, Exception) and not isinstance(error, LivecamError):
            raise self._code.fault(error) from error


def read_code(folder: Path) -> PackCode | None:
    """The effect.py of a pack; None when it has none."""
    path = folder / CODE
    try:
        if path.stat().st_size > _LARGEST:
            raise PackError(f"{folder.name}/{CODE} has {path.stat().st_size >> 10} kB; at most {_LARGEST >> 10}")
        return PackCode(path, path.read_bytes())
    except FileNotFoundError:
        return None
    except OSError as error:
        raise PackError(f"{folder.name}/{CODE} cannot be read: {(error.strerror or str(error)).lower()}") from error
