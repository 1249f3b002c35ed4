"""Effects by name: creates the one that was chosen, which a key may change while it runs."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from threading import Event

from livecam.core.errors import SettingsError
from livecam.core.interfaces import Effect
from livecam.core.types import Image, Scene
from livecam.drawing.sprites import load_all
from livecam.live.effects.controls import EffectControls
from livecam.live.effects.flustered import Flustered
from livecam.live.effects.spotlight import FaceLights, LightSource, Spotlight, TargetLights
from livecam.live.effects.styles.registry import styles
from livecam.perception.detection_worker import BackgroundDetection, InlineDetection
from livecam.perception.targets.detector import TargetDetector
from livecam.perception.targets.model_card import is_target
from livecam.perception.targets.network import CancellableNetwork, open_live_target_detector
from livecam.settings import EffectSettings, PupilSettings, Settings

SPOTLIGHT = "spotlight"


def names() -> tuple[str, ...]:
    """The names a person may choose from: the styles of flustered eyes, and the spotlight."""
    return (*styles(), SPOTLIGHT)


def create(name: str, *, strength: float = 1.0) -> Effect:
    """An effect by its name, always on; offered as `livecam.effects.create`.

    Args:
        name: one of `names()`.
        strength: 0 changes nothing, 1 is the full effect.

    Returns:
        An `Effect`: `draw(scene)` gives a new image, (h, w, 3) uint8 BGR; the scene's own is never written to.

    Raises:
        SettingsError: an unknown name, or a strength outside 0..1.

    Example:
        >>> import livecam
        >>> effect = livecam.effects.create("saucer")
        >>> with livecam.open_source("demo") as source:
        ...     frame = next(iter(source))
        >>> effect.draw(livecam.Scene(frame, livecam.PupilDetector().detect(frame.image))).shape
        (720, 1280, 3)
    """
    if not 0 <= strength <= 1:
        raise SettingsError(f"the strength is {strength}; it is between 0 (nothing) and 1 (the full effect)")
    return SelectableEffect(EffectSettings(style=name, strength=strength))


def check_effect(name: str) -> None:
    """SettingsError for a name that is not one of `names()`."""
    if name not in names():
        raise SettingsError(f"there is no style '{name}'; the styles are {', '.join(names())}")


class SelectableEffect:
    """Flustered eyes or the spotlight, as the controls say; an unknown name is a SettingsError.

    The spotlight follows `lights`; without them, the faces.
    """

    def __init__(self, settings: EffectSettings, lights: LightSource | None = None) -> None:
        check_effect(settings.style)
        # Now rather than when a key asks for it: a picture that is missing is said before the run.
        load_all()
        self.controls = EffectControls.starting(settings)
        self._settings = settings
        self._spotlight = Spotlight(self.controls, lights or FaceLights(settings))
        self._flustered: Flustered | None = None

    @property
    def level(self) -> float:
        """How flustered the first face is, 0..1; 0 when there is none."""
        return self._chosen().level

    def draw(self, scene: Scene) -> Image:
        effect: Effect = self._chosen()
        return effect.draw(scene)

    def _chosen(self) -> Spotlight | Flustered:
        if self.controls.style == SPOTLIGHT:
            return self._spotlight
        if self._flustered is None:
            self._flustered = Flustered(self._settings, self.controls)
        return self._flustered


def open_effect(
    settings: EffectSettings, targets: TargetDetector | None, stack: ExitStack, *, live: bool
) -> SelectableEffect:
    """The effect of the settings; its spotlight follows `targets`, without them the faces."""
    return SelectableEffect(settings, target_lights(settings, targets, stack, live=live) if targets else None)


def target_lights(settings: EffectSettings, targets: TargetDetector, stack: ExitStack, *, live: bool) -> TargetLights:
    """A live run looks for targets in a thread, which `stack` ends, so that no frame waits."""
    if not live:
        return TargetLights(InlineDetection(targets.detect_confident), settings)
    ended = Event()
    search = replace(targets, network=CancellableNetwork(targets.network, ended)).detect_confident
    worker = stack.enter_context(BackgroundDetection(search).running())
    # Closed before the thread is waited for.
    stack.callback(ended.set)
    return TargetLights(worker, settings)


def load_targets(settings: Settings) -> tuple[Settings, TargetDetector | None]:
    """A model of the settings that finds targets is what the spotlight follows, and none of pupils: it is taken out.

    SettingsError when the effect is no spotlight, for nothing else has a use for it.
    """
    model = settings.pupils.model
    if model is None or not is_target(model):
        return settings, None
    if settings.effect.style != SPOTLIGHT:
        raise SettingsError(f"{model} finds targets, not pupils; it goes with `livecam find` or --effect {SPOTLIGHT}")
    pupils = settings.pupils.model_copy(update={"model": None})
    return settings.model_copy(update={"pupils": pupils}), _open_targets(model, pupils)


def _open_targets(model: Path, settings: PupilSettings) -> TargetDetector:
    return open_live_target_detector(model, runtime=settings.runtime, threads=settings.threads)
