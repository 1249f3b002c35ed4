"""Opens what the settings ask for of learning beside a run, and refuses what could never come to anything."""

from __future__ import annotations

from contextlib import ExitStack
from importlib.util import find_spec

from livecam.core.errors import MissingExtraError, SettingsError
from livecam.live.collection.factory import store_folder
from livecam.live.learning.background import BackgroundLearning, NoLearning, Say
from livecam.live.learning.processes import StoreCommands
from livecam.settings import PupilDetectorName, Settings

Learning = BackgroundLearning | NoLearning


def check_learning(settings: Settings) -> None:
    """SettingsError, or MissingExtraError, where a round could not run, or its model would not be used."""
    if not settings.learn.enabled:
        return
    if settings.collect.enabled is False:
        raise SettingsError("--learn learns from the sample store, which --no-queue leaves out; drop one of them")
    if settings.pupils.model is not None:
        raise SettingsError(
            f"--learn teaches the model of the store, and this run uses {settings.pupils.model}; leave out the model"
        )
    if settings.pupils.finder is not PupilDetectorName.TFLITE:
        raise SettingsError(f"--learn teaches the network; {settings.pupils.finder} has none, use --pupil tflite")
    if find_spec("tensorflow") is None:
        raise MissingExtraError("--learn", "training")


def open_learning(settings: Settings, stack: ExitStack, *, collecting: bool, say: Say, key: str) -> Learning:
    """What looks after the store, which `stack` ends; nothing where no store is used."""
    if not (collecting or settings.learn.enabled):
        return NoLearning()
    commands = StoreCommands(store_folder(settings.collect), settings.collect.queue_db)
    return stack.enter_context(BackgroundLearning(commands, settings.learn, say=say, key=key))
