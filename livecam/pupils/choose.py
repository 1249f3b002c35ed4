"""Opens the finder of pupils that the settings name; each library is loaded only when it is chosen."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from livecam.core.assets import asset
from livecam.core.seams import PupilFinder
from livecam.pupils.reloading import Reloading, Say
from livecam.settings import PupilFinderName, PupilSettings

SHIPPED = "models/pupil.tflite"


def open_pupils(settings: PupilSettings) -> PupilFinder:
    """The bare finder, without smoothing, as still pictures want it.

    AssetError for a model that is missing, damaged or does not fit; MissingExtraError for a runtime not installed.
    """
    return _OPENERS[settings.finder](settings)


def own_model(store: Path) -> Path:
    """Where the rounds of a sample store leave the model they promote; `current` is a link that they turn over."""
    return store / "models" / "current" / "pupil.tflite"


def model_places(settings: PupilSettings, store: Path | None) -> Sequence[Path]:
    """Where a model is looked for, the best first: what the settings name, else what was learnt from the store, else
    what ships."""
    if settings.model is not None:
        return [settings.model]
    return [*([own_model(store)] if store is not None else []), asset(SHIPPED)]


def reloading(settings: PupilSettings, places: Sequence[Path], say: Say) -> Reloading:
    """The finder of the best model of `places`, which is replaced when a better one appears there."""
    from livecam.pupils.regressor import Regressor  # noqa: PLC0415

    return Reloading(places, lambda path: Regressor.open(settings.model_copy(update={"model": path})), say=say)


def _cpu(settings: PupilSettings) -> PupilFinder:
    from livecam.pupils.handcrafted import Handcrafted  # noqa: PLC0415

    return Handcrafted()


def _tutorial(settings: PupilSettings) -> PupilFinder:
    from livecam.pupils.tutorial import Tutorial  # noqa: PLC0415

    return Tutorial()


def _tflite(settings: PupilSettings) -> PupilFinder:
    from livecam.pupils.regressor import Regressor  # noqa: PLC0415

    return Regressor.open(settings)


_OPENERS: Mapping[PupilFinderName, Callable[[PupilSettings], PupilFinder]] = {
    PupilFinderName.CPU: _cpu,
    PupilFinderName.TFLITE: _tflite,
    PupilFinderName.TUTORIAL: _tutorial,
}
