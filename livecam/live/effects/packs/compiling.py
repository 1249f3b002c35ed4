"""Compiling a manifest: names are looked up, pictures read, and each [[layer]] becomes something that draws."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from livecam.core.errors import PackError
from livecam.live.effects.face_state.signals import SIGNAL_NAMES
from livecam.live.effects.packs.anchors import (
    MEMBER_NAMES,
    SCREEN,
    Anchor,
    LandmarkMix,
    anchor_names,
    named_anchor,
)
from livecam.live.effects.packs.expressions import Expression, ExpressionError, in_order, unknown_name
from livecam.live.effects.packs.formula_code import FormulaWriter
from livecam.live.effects.packs.functions import CONSTANTS, FACE_FUNCTIONS, FUNCTIONS
from livecam.live.effects.packs.layers import (
    SIDES,
    AnchoredLayer,
    BulgeLayer,
    Layer,
    LayerTiming,
    PictureLayer,
    QuakeLayer,
    RippleLayer,
)
from livecam.live.effects.packs.manifest import LandmarkAnchor, LayerSpec, ManifestText, PackManifest
from livecam.live.effects.packs.pictures import MOST_PIXELS, AnimatedSprite, read_sprite

# What every formula may use besides the values of the pack; those of an eye or anchor are in `anchors.py`.
FACE_NAMES = frozenset({"time", "age", "seed", "strength", "fluster", "facing", *SIGNAL_NAMES})
_RESERVED = FACE_NAMES | MEMBER_NAMES | set(CONSTANTS) | set(FUNCTIONS) | set(FACE_FUNCTIONS)
_DEEPEST = 4  # packs within packs

FindFolder = Callable[[str], Path]
Place = tuple[str | int, ...]


@dataclass(slots=True)
class PackCompiler:
    """Compiles one manifest; `nested` gives the layers of another pack by its name."""

    folder: Path
    manifest: PackManifest
    text: ManifestText
    nested: Callable[[str], tuple[AnchoredLayer, ...]]
    _values: dict[str, Expression] = field(default_factory=dict, init=False)  # those of the layer stand for the pack's
    _order: list[str] = field(default_factory=list, init=False)  # each after those it uses
    _pixels: int = field(default=0, init=False)

    def layers(self) -> tuple[AnchoredLayer, ...]:
        """Every layer from back to front; PackError with the line of what cannot be."""
        self._add_values(self.manifest.values, ("values",))
        names = {layer.name for layer in self.manifest.layer if layer.name}
        compiled: list[AnchoredLayer] = []
        for index, spec in enumerate(self.manifest.layer):
            compiled += self._layer(spec, ("layer", index), names)
        return tuple(compiled)

    def _add_values(self, values: Mapping[str, Expression], place: Place) -> None:
        for name, expression in values.items():
            if name in _RESERVED or not name.isidentifier():
                taken = "has a meaning already" if name in _RESERVED else "is no name"
                raise self.text.error((*place, name), f"the value '{name}' {taken}; choose another name of letters")
            self._check_names(expression, (*place, name), values)
        merged = {**self._values, **values}
        try:
            self._order = in_order(merged)
        except ExpressionError as error:
            raise self.text.error((*place, next(iter(values))), str(error)) from error
        self._values = merged

    def _check_names(self, expression: Expression, place: Place, more: Iterable[str] = ()) -> None:
        known = FACE_NAMES | MEMBER_NAMES | self._values.keys() | set(more)
        for name in sorted(expression.names - known):
            raise self.text.error(place, unknown_name(name, known | set(CONSTANTS)))

    def _layer(self, spec: LayerSpec, place: Place, names: set[str]) -> list[AnchoredLayer]:
        if spec.pack is not None:
            return [each._replace(accessory=spec.accessory or each.accessory) for each in self._nested(spec, place)]
        kept = self._values, self._order
        self._add_values(spec.values, (*place, "values"))
        for key in ("within", "through"):
            wanted = getattr(spec, key)
            if wanted is not None and (wanted not in names or wanted == spec.name):
                others = ", ".join(sorted(names - {spec.name})) or "none, give one a name"
                raise self.text.error((*place, key), f"there is no other layer named '{wanted}'; known: {others}")
        anchor = self._anchor(spec, place)
        layer = self._picture(spec, place) if spec.picture is not None else self._warp(spec, place)
        self._values, self._order = kept
        return [AnchoredLayer(anchor, layer, spec.accessory, spec.repeat)]

    def _nested(self, spec: LayerSpec, place: Place) -> tuple[AnchoredLayer, ...]:
        assert spec.pack is not None
        try:
            return self.nested(spec.pack)
        except PackError as error:
            raise self.text.error((*place, "pack"), str(error)) from error

    def _anchor(self, spec: LayerSpec, place: Place) -> Anchor:
        if isinstance(spec.anchor, LandmarkAnchor):
            points = spec.anchor.landmarks
            weights = spec.anchor.weights or (1.0,) * len(points)
            shares = tuple(weight / sum(weights) for weight in weights)
            return Anchor("landmarks", (LandmarkMix(points, shares, SIDES[spec.anchor.side]),))
        anchor = named_anchor(spec.anchor)
        if anchor is None:
            said = unknown_name(spec.anchor, anchor_names()).replace("unknown name", "there is no anchor", 1)
            raise self.text.error((*place, "anchor"), said)
        return anchor

    def _formula(self, spec: LayerSpec, place: Place, key: str) -> Expression:
        expression: Expression = getattr(spec, key)
        self._check_names(expression, (*place, key))
        return expression

    def _formulas(self, expressions: Iterable[Expression], place: Place) -> list[Expression]:
        checked = list(expressions)
        for expression in checked:
            self._check_names(expression, place)
        return checked

    def _timing(self, spec: LayerSpec, place: Place, numbers: Sequence[Expression | None]) -> LayerTiming:
        """What tells when the layer is there, and its numbers."""
        if spec.on is not None and spec.on not in SIGNAL_NAMES:
            said = unknown_name(spec.on, SIGNAL_NAMES).replace("unknown name", "there is no event", 1)
            raise self.text.error((*place, "on"), said)
        opacity, visible = self._formula(spec, place, "opacity"), self._formula(spec, place, "visible")
        writer = FormulaWriter()
        for name in self._needed(spec):
            writer.value(name, self._values[name].tree)
        if not visible.constant:
            writer.unless(visible.tree)
        writer.opacity(opacity.tree)
        formulas = writer.numbers([each.tree if each else None for each in numbers])
        return LayerTiming(formulas, spec.on, spec.duration)

    def _needed(self, spec: LayerSpec) -> list[str]:
        """The values that this layer uses, and those that these use, in order."""
        wanted: set[str] = set()
        waiting = [name for expression in _expressions(spec) for name in expression.names]
        while waiting:
            name = waiting.pop()
            if name in self._values and name not in wanted:
                wanted.add(name)
                waiting += self._values[name].names
        return [name for name in self._order if name in wanted]

    def _picture(self, spec: LayerSpec, place: Place) -> Layer:
        size = self._formulas(spec.size if isinstance(spec.size, tuple) else (spec.size,), (*place, "size"))
        bend = spec.bend
        parts = self._formulas((bend.amplitude, bend.waves, bend.phase) if bend else (), (*place, "bend"))
        offset = self._formulas(spec.offset, (*place, "offset"))
        turn = None if spec.turn.constant == 0 else self._formula(spec, place, "turn")
        frame = self._formula(spec, place, "frame") if spec.frame else None
        numbers: list[Expression | None] = [*offset, size[0], size[1] if len(size) == 2 else None, turn, frame]
        numbers += parts or [None] * 3
        return PictureLayer(
            name=spec.name or str(place[-1]),
            timing=self._timing(spec, place, numbers),
            sprite=self._sprite(spec, place),
            with_head=spec.with_head,
            foreshorten=spec.foreshorten,
            mirrored_side=SIDES[spec.mirror],
            within=spec.within,
            through=spec.through,
            on_screen=spec.anchor == SCREEN,
            play=spec.play,
        )

    def _sprite(self, spec: LayerSpec, place: Place) -> AnimatedSprite:
        assert spec.picture is not None
        try:
            sprite = read_sprite(self.folder, spec.picture, spec.blend, spec.glow, spec.fps)
        except PackError as error:
            raise self.text.error((*place, "picture"), str(error)) from error
        self._pixels += sprite.pixels
        if self._pixels > MOST_PIXELS:
            most = MOST_PIXELS // 10**6
            message = f"the layers of the pack have more than {most} million pixels in all; make the pictures smaller"
            raise self.text.error((*place, "picture"), message)
        return sprite

    def _warp(self, spec: LayerSpec, place: Place) -> Layer:
        if spec.anchor == SCREEN:
            raise self.text.error((*place, "anchor"), "a warp bends a part of a face; anchor it to one, such as mouth")
        offset = self._formulas(spec.offset, (*place, "offset"))
        amounts = spec.amount if isinstance(spec.amount, tuple) else (spec.amount or Expression.parse(0),)
        both = self._formulas((amounts[0], amounts[-1]), (*place, "amount"))
        if spec.warp == "quake":
            if spec.anchor not in ("pupils", "left_pupil", "right_pupil", "pupil_left", "pupil_right"):
                raise self.text.error((*place, "warp"), "a quake moves irises; anchor it to pupils")
            return QuakeLayer(self._timing(spec, place, both))
        if len(amounts) == 2:
            raise self.text.error((*place, "amount"), f"the warp {spec.warp} takes one amount, such as 0.3")
        if spec.warp == "ripple":
            sizes = spec.size if isinstance(spec.size, tuple) else (spec.size, spec.size)
            phase, waves = (self._formula(spec, place, key) for key in ("phase", "waves"))
            size = self._formulas(sizes, (*place, "size"))
            timing = self._timing(spec, place, [*offset, *size, both[0], waves, phase])
            return RippleLayer(timing, spec.foreshorten)
        timing = self._timing(spec, place, [*offset, self._formula(spec, place, "radius"), both[0]])
        return BulgeLayer(spec.name or str(place[-1]), timing, -1.0 if spec.warp == "pinch" else 1.0)


def _expressions(spec: LayerSpec) -> Iterable[Expression]:
    """Every formula of a layer."""
    for key in LayerSpec.model_fields:
        value = getattr(spec, key)
        if isinstance(value, Expression):
            yield value
        elif isinstance(value, tuple):
            yield from (each for each in value if isinstance(each, Expression))
        elif key == "values":
            yield from value.values()
        elif key == "bend" and value is not None:
            yield from (value.amplitude, value.waves, value.phase)
