"""The status of a run: what is switched how, and what is seen, as a table for other programs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from livecam.core.types import Scene
from livecam.live.collection.collector import ToggleableCollector
from livecam.live.control.run_control import RunControl
from livecam.live.effects.stack import SelectableEffect
from livecam.live.sources.switchable import SwitchableSource
from livecam.live.telemetry import Telemetry
from livecam.perception.pupils.factory import SwitchableDetector

VERSION = 1  # of the table: keys are added to it, none is taken away or given another meaning


@dataclass(frozen=True, slots=True)
class RunStatus:
    """Reads what the thread of the run writes, from any thread and without making it wait."""

    control: RunControl
    effect: SelectableEffect
    pupils: SwitchableDetector
    collecting: ToggleableCollector
    source: SwitchableSource
    telemetry: Telemetry
    faces: str  # the detector's name
    viewers: Callable[[], int] = int

    def as_json(self) -> dict[str, Any]:
        """The table that docs/control-api.md describes."""
        controls, scene = self.control.effect, self.telemetry.scene
        return {
            "version": VERSION,
            "effect": controls.style,
            "on": controls.enabled and not controls.clean,
            "strength": controls.strength,
            "trigger": controls.trigger.value if controls.trigger else "effect",
            "trigger_mode": controls.armed_by.trigger_mode.value,
            "armed": list(self.effect.armed),
            "clean": controls.clean,
            "finder": self.pupils.name,
            "finders": list(self.pupils.names),
            "model": self.pupils.version or None,
            "face_detector": self.faces,
            "mirror": self.control.mirrored,
            "recording": self.control.recorder.seconds,
            "collecting": self.collecting.on,
            "collected": self.collecting.collected,
            "source": self.source.name,
            "idle": self.source.is_idle,
            "source_status": scene.frame.status if scene else "",
            "notice": self.control.notices.current,
            "size": list(scene.frame.size) if scene else None,
            "fps": 0.0 if self.source.is_idle else round(self.telemetry.fps, 1),
            "latency_ms": round(self.telemetry.latency_ms, 1),
            "faces": len(scene.faces) if scene else 0,
            "confidence": _confidence(scene),
            "fluster": round(self.effect.level, 2),
            "signals": self._signals(),
            "viewers": self.viewers(),
        }

    def _signals(self) -> dict[str, Any] | None:
        """Of the first face; None without one."""
        faces = self.effect.faces
        if not faces:
            return None
        signals = faces[0].signals
        values = {name: round(value, 2) for name, value in signals.values().items()}
        return {"calibrated": signals.calibrated, "active": sorted(signals.active), "values": values}


def _confidence(scene: Scene | None) -> float | None:
    """Of the pupils of the first face; None without a face."""
    if scene is None or not scene.faces:
        return None
    observation = scene.faces[0]
    found = [pupil.confidence for pupil in (observation.left, observation.right) if pupil is not None]
    return round(fmean(found), 3) if found else 0.0
