"""Dresses the window's picture: figures, debug drawing, help and notices."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import fmean

from livecam.collector import CollectorSwitch
from livecam.controls import Controls, help_lines
from livecam.core.scene import Frame, Image, Scene
from livecam.effects.debug import View, paint_looks
from livecam.effects.hud import Readings, paint_help, paint_notice, paint_readings
from livecam.pupils.switched import SwitchedPupils
from livecam.sinks.keeping import Recorder
from livecam.telemetry import Telemetry

_REFRESH_SECONDS = 0.25  # figures that change faster cannot be read
_LINES = 32  # of text that would fit under each other


def _unknown() -> float | None:
    return None


@dataclass(slots=True)
class Dashboard:
    """Knows everything the window tells; `fluster` gives the level of 0..1, None where it plays no part."""

    telemetry: Telemetry
    controls: Controls
    pupils: SwitchedPupils
    recorder: Recorder
    collecting: CollectorSwitch
    faces: str  # the finder's name
    fluster: Callable[[], float | None] = _unknown
    hud: bool = True
    _readings: Readings | None = field(default=None, init=False)
    _until: float = field(default=0.0, init=False)

    def dress(self, canvas: Image, view: View, frame: Frame) -> None:
        """Draws onto `canvas`, which shows `frame` as `view` says. A notice is shown even without the HUD."""
        line_height = max(16, round(canvas.shape[0] / _LINES))
        if self.controls.debugging and self.telemetry.scene is not None:
            self._debug(canvas, self.telemetry.scene, view, round(line_height * 0.75))
        if self.hud:
            paint_readings(canvas, self._figures(), line_height)
        if self.controls.helping:
            paint_help(canvas, help_lines(), round(line_height * 1.2))
        if notice := frame.notice or self.controls.notices.current:
            paint_notice(canvas, notice, round(line_height * 1.2))

    def _debug(self, canvas: Image, scene: Scene, view: View, line_height: int) -> None:
        crops = [self.pupils.cutter(scene.frame, look.face) for look in scene.looks]
        paint_looks(canvas, scene.looks, crops, view, line_height=line_height)

    def _figures(self) -> Readings:
        now = self.telemetry.clock()
        if self._readings is None or now >= self._until:
            self._readings, self._until = self._read(), now + _REFRESH_SECONDS
        return self._readings

    def _read(self) -> Readings:
        return Readings(
            fps=self.telemetry.fps,
            latency_ms=self.telemetry.latency_ms,
            path=" ".join(filter(None, (self.pupils.name, self.pupils.version))),
            faces=self.faces,
            confidence=_confidence(self.telemetry.scene),
            fluster=self.fluster(),
            collected=self.collecting.collected,
            collecting=self.collecting.on,
            lost=self.collecting.lost,
            recording=self.recorder.seconds,
        )


def _confidence(scene: Scene | None) -> float | None:
    """Of the pupils of the first face; 0 when neither was found, None without a face."""
    if scene is None or not scene.looks:
        return None
    look = scene.looks[0]
    return fmean([pupil.confidence for pupil in (look.left, look.right) if pupil is not None] or [0.0])
