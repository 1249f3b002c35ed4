"""Effects by name: creates those that were chosen, which a key may change while they run."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from livecam.core.errors import SettingsError
from livecam.core.interfaces import Effect
from livecam.live.effects.library.locations import entries, find_pack, names
from livecam.live.effects.stack import SelectableEffect
from livecam.perception.detection_worker import BackgroundDetection, InlineDetection
from livecam.settings import EffectSettings, PupilSettings, Settings, Trigger

if TYPE_CHECKING:
    from livecam.live.effects.spotlight import TargetLights
    from livecam.perception.targets.detector import TargetDetector

# What finds targets is loaded where a model of them is asked for: hardly a run has one, and every start would wait.
SPOTLIGHT = "spotlight"
__all__ = ["SPOTLIGHT", "check_effect", "create", "load_targets", "names", "open_effect", "target_lights"]


def create(name: str, *, strength: float = 1.0) -> Effect:
    """An effect by its name, always on; offered as `livecam.effects.create`.

    Args:
        name: one of `names()`, a folder with an `effect.toml`, or several of them with commas between.
        strength: 0 changes nothing, 1 is the full effect.

    Returns:
        An `Effect`: `draw(scene)` gives a new image, (h, w, 3) uint8 BGR; the scene's own is never written to.

    Raises:
        SettingsError: an unknown name, or a strength outside 0..1.
        PackError: a folder whose pack is broken, with file and line.

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
    return SelectableEffect(EffectSettings(style=name, strength=strength, trigger=Trigger.ALWAYS))


def check_effect(name: str) -> None:
    """SettingsError for a name that stands for no effect, in a list of them too."""
    for entry in entries(name):
        find_pack(entry)


def open_effect(
    settings: EffectSettings,
    targets: TargetDetector | None,
    stack: ExitStack,
    *,
    live: bool,
    say: Callable[[str], None] = lambda text: None,
) -> SelectableEffect:
    """The effect of the settings; its spotlight follows `targets`, without them the faces.

    In a live run packs are loaded by a thread, which `stack` ends, and anew when a file of theirs is saved; `say` gets
    what is wrong with one.
    """
    lights = target_lights(settings, targets, stack, live=live) if targets else None
    effect = SelectableEffect(settings, lights, say=say)
    if live:
        stack.enter_context(effect.watching())
    return effect


def target_lights(settings: EffectSettings, targets: TargetDetector, stack: ExitStack, *, live: bool) -> TargetLights:
    """A live run looks for targets in a thread, which `stack` ends, so that no frame waits."""
    from livecam.live.effects.spotlight import TargetLights
    from livecam.perception.targets.network import CancellableNetwork

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
    if model is None:
        return settings, None
    from livecam.perception.targets.model_card import is_target
    from livecam.perception.targets.page_search import NAMES, target_model

    if model.is_dir() or model.name in NAMES:
        model = target_model(model if model.exists() else model.name)
    if not is_target(model):
        return settings, None
    if SPOTLIGHT not in entries(settings.effect.style):
        raise SettingsError(f"{model} finds targets, not pupils; it goes with `livecam find` or --effect {SPOTLIGHT}")
    pupils = settings.pupils.model_copy(update={"model": None})
    return settings.model_copy(update={"pupils": pupils}), _open_targets(model, pupils)


def _open_targets(model: Path, settings: PupilSettings) -> TargetDetector:
    from livecam.perception.targets.network import open_live_target_detector

    return open_live_target_detector(model, runtime=settings.runtime, threads=settings.threads)
