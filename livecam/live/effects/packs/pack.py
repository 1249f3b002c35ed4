"""An effect pack, ready to draw: its layers in runs, what it remembers of each face, and its own Python where it has
some."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from livecam.core.errors import PackError
from livecam.core.types import Image, Side
from livecam.live.effects.face_state.tracker import FaceState
from livecam.live.effects.packs.anchors import SCREEN, Anchor, eye_values, facing
from livecam.live.effects.packs.compiling import PackCompiler
from livecam.live.effects.packs.functions import Variables
from livecam.live.effects.packs.layers import AnchoredLayer, Canvas, Layer
from livecam.live.effects.packs.manifest import PackManifest, read_manifest
from livecam.live.effects.packs.python_code import PackCode, read_code

_REPEATED = 64  # more than one layer is ever repeated
_DEEPEST = 4  # packs within packs


@dataclass(frozen=True, slots=True)
class Moment:
    """How a face is to be drawn on now."""

    seconds: float  # of the frame
    elapsed: float  # since the last one
    age: float  # seconds since the effect took hold of this face
    power: float  # 0..1, how strong: sizes and movements grow with it
    opacity: float  # 0..1, how much of it is there
    is_first: bool  # of the faces of this frame: what is fastened to the screen is drawn for it alone


@dataclass(slots=True)
class PackMemory:
    """What a pack remembers of one face."""

    slow: dict[tuple[int, int], float] = field(default_factory=dict)
    came: dict[str, float] = field(default_factory=dict)  # seconds of the frame of each event


class _Run(NamedTuple):
    """Layers that follow each other on the same anchor, and which of its repetitions each is."""

    anchor: Anchor
    layers: tuple[tuple[Layer, int], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Pack:
    """One effect; `layers` from back to front."""

    name: str
    folder: Path
    manifest: PackManifest
    layers: tuple[AnchoredLayer, ...]
    code: PackCode | None = None
    _runs: dict[tuple[str, ...] | None, tuple[_Run, ...]] = field(default_factory=dict, init=False, repr=False)

    @property
    def accessories(self) -> tuple[str, ...]:
        """The accessories that are drawn when the settings choose none."""
        if self.manifest.accessories is not None:
            return self.manifest.accessories
        return tuple({layer.accessory: None for layer in self.layers if layer.accessory})

    def draw(
        self, image: Image, state: FaceState, moment: Moment, memory: PackMemory, accessories: tuple[str, ...] | None
    ) -> None:
        """Draws on one face, in place."""
        variables = _face_variables(state, moment)
        variables.memory = memory.slow
        for event in state.signals.events:
            memory.came[event] = moment.seconds
        events = {event: max(0.0, moment.seconds - came) for event, came in memory.came.items()}
        canvas = Canvas(image, state, moment.opacity, events, _eye_variables(state))
        for run in self._wanted(accessories):
            if run.anchor.name != SCREEN or moment.is_first:
                _draw_run(canvas, run, variables)

    def _wanted(self, accessories: tuple[str, ...] | None) -> tuple[_Run, ...]:
        """The layers that these accessories leave, in runs of one anchor; the same from frame to frame."""
        runs = self._runs.get(accessories)
        if runs is None:
            chosen = self.accessories if accessories is None else accessories
            layers = [layer for layer in self.layers if layer.accessory is None or layer.accessory in chosen]
            runs = tuple(_Run(anchor, tuple(_repeated(run))) for anchor, run in groupby(layers, key=_anchor))
            self._runs[accessories] = runs
        return runs


def _anchor(layer: AnchoredLayer) -> Anchor:
    return layer.anchor


def _draw_run(canvas: Canvas, run: _Run, variables: Variables) -> None:
    """One member after the other: each eye is one thing."""
    for index, locate in enumerate(run.anchor.members):
        point = locate(canvas.state)
        if point.seen <= 0:
            continue
        variables.update(canvas.eyes[point.eye.side if point.eye else None])
        variables["side"], variables["room"], variables["narrowing"] = point.side, point.room, point.narrowing
        age = variables["age"]
        for layer, each in run.layers:
            variables["t"], variables["i"] = age, float(each)
            variables.member = index * _REPEATED + each
            layer.draw(canvas, point, variables)


def _repeated(layers: Iterable[AnchoredLayer]) -> Iterator[tuple[Layer, int]]:
    for anchored in layers:
        for each in range(anchored.repeat):
            yield anchored.layer, each


def _eye_variables(state: FaceState) -> Mapping[Side | None, Mapping[str, float]]:
    """The variables of each eye, and of both together; the packs of a stack share them."""
    if not state.shared:
        for side, eye in state.eyes.items():
            state.shared[side] = eye_values([eye])
        state.shared[None] = eye_values(list(state.eyes.values()))
    return state.shared


def _face_variables(state: FaceState, moment: Moment) -> Variables:
    variables = Variables(state.signals.values())
    variables.update(
        time=moment.seconds,
        age=moment.age,
        seed=state.seed,
        strength=moment.power,
        fluster=state.fluster,
        facing=facing(state.face),
    )
    variables.elapsed, variables.landmarks = moment.elapsed, state.face
    return variables


def load_pack(folder: Path, find: Callable[[str], Path], *, way: tuple[Path, ...] = ()) -> Pack:
    """The pack in a folder; `find` tells the folder of another one that it is made of.

    PackError says file, line, and what would be right. Its Python is read, not run: that is asked for elsewhere.
    """
    manifest, text = read_manifest(folder)
    name = manifest.name or folder.resolve().name
    inside = (*way, folder.resolve())

    def nested(wanted: str) -> tuple[AnchoredLayer, ...]:
        target = find(wanted).resolve()
        if target in inside:
            circle = " -> ".join(each.name for each in (*inside[inside.index(target) :], target))
            raise PackError(f"the packs {circle} need each other; one of them must do without")
        if len(inside) > _DEEPEST:
            raise PackError(f"packs within packs go {_DEEPEST} deep at most")
        return load_pack(target, find, way=inside).layers

    layers = PackCompiler(folder, manifest, text, nested).layers()
    code = read_code(folder)
    if not layers and code is None:
        raise text.error([], "there is no [[layer]] in it; `livecam effects new NAME` shows one")
    return Pack(name, folder, manifest, layers, code)
