"""The window overlay: puts HUD, debug view, help and messages onto what the window shows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import fmean

from livecam.core.types import Frame, Image, Scene
from livecam.live.collection.collector import ToggleableCollector
from livecam.live.effects.face_state.signals import Signals
from livecam.live.learning.background import NoLearning
from livecam.live.learning.factory import Learning
from livecam.live.sinks.recorder import Recorder
from livecam.live.sinks.window import CanvasTransform
from livecam.live.telemetry import Telemetry
from livecam.live.ui.debug_view import paint_observations, paint_signals
from livecam.live.ui.hud import HudValues, paint_armed, paint_help, paint_notice, paint_readings
from livecam.live.ui.key_bindings import KeyBindings, help_lines
from livecam.perception.pupils.factory import SwitchableDetector

_REFRESH_SECONDS = 0.25  # figures that change faster cannot be read
_LINES = 32  # of text that would fit under each other
_SMALLEST_LINE = 15.0  # pixels of the screen
_FEWEST_LINES = 12  # however small the window is


def _unknown() -> float | None:
    return None


def _unmeasured() -> Signals | None:
    return None


@dataclass(slots=True)
class WindowOverlay:
    """Knows everything the window tells; `fluster` gives the level of 0..1, None where it plays no part."""

    telemetry: Telemetry
    controls: KeyBindings
    pupils: SwitchableDetector
    recorder: Recorder
    collecting: ToggleableCollector
    faces: str  # the detector's name
    learning: Learning = field(default_factory=NoLearning)
    fluster: Callable[[], float | None] = _unknown
    signals: Callable[[], Signals | None] = _unmeasured  # of the first face
    armed: Callable[[], Sequence[str]] = tuple  # the signals at which something may come out by itself
    hud: bool = True
    _readings: HudValues | None = field(default=None, init=False)
    _until: float = field(default=0.0, init=False)

    def draw(self, canvas: Image, view: CanvasTransform, frame: Frame) -> None:
        """Draws onto `canvas`, which shows `frame` as `view` says. A notice is shown even without the HUD."""
        # In a small window a picture is shrunk, and text on it must not be.
        readable = _SMALLEST_LINE / view.screen_pixels
        line_height = round(min(max(16, canvas.shape[0] / _LINES, readable), canvas.shape[0] / _FEWEST_LINES))
        if self.controls.debugging and self.telemetry.scene is not None:
            self._debug(canvas, self.telemetry.scene, view, round(line_height * 0.75))
        if self.hud:
            paint_readings(canvas, self._figures(), line_height)
        # Also without the figures: nobody is to be surprised.
        if waits := self.armed():
            paint_armed(canvas, waits, line_height)
        if self.controls.helping:
            paint_help(canvas, help_lines(self.controls.keys), round(line_height * 1.2))
        if notice := frame.status or self.controls.notices.current:
            paint_notice(canvas, notice, round(line_height * 1.2))

    def _debug(self, canvas: Image, scene: Scene, view: CanvasTransform, line_height: int) -> None:
        crops = [self.pupils.cropper(scene.frame, observation.face) for observation in scene.faces]
        paint_observations(canvas, scene.faces, crops, view, line_height=line_height)
        if (signals := self.signals()) is not None:
            paint_signals(canvas, signals, line_height=line_height)

    def _detectors(self) -> str:
        model = " ".join(filter(None, (self.pupils.name, self.pupils.version)))
        return f"pupils by {model}, faces by {self.faces}"

    def _figures(self) -> HudValues:
        now = self.telemetry.clock()
        if self._readings is None or now >= self._until:
            self._readings, self._until = self._read(), now + _REFRESH_SECONDS
        return self._readings

    def _read(self) -> HudValues:
        return HudValues(
            fps=self.telemetry.fps,
            latency_ms=self.telemetry.latency_ms,
            detectors=self._detectors() if self.controls.debugging else None,
            faces=len(self.telemetry.scene.faces) if self.telemetry.scene else 0,
            unfollowed=self.telemetry.scene.unfollowed if self.telemetry.scene else 0,
            confidence=_confidence(self.telemetry.scene),
            fluster=self.fluster(),
            collected=self.collecting.collected,
            collecting=self.collecting.on,
            lost=self.collecting.lost,
            recording=self.recorder.seconds,
            learning=self.learning.light,
        )


def _confidence(scene: Scene | None) -> float | None:
    """Of the pupils of the first face; 0 when neither was found, None without a face."""
    if scene is None or not scene.faces:
        return None
    observation = scene.faces[0]
    return fmean([pupil.confidence for pupil in (observation.left, observation.right) if pupil is not None] or [0.0])
