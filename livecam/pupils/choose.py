"""Opens the finder of pupils that the settings name; each library is loaded only when it is chosen."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from livecam.core.seams import PupilFinder
from livecam.settings import PupilFinderName, PupilSettings


def open_pupils(settings: PupilSettings) -> PupilFinder:
    """The bare finder, without smoothing, as still pictures want it.

    AssetError for a model that is missing, damaged or does not fit; MissingExtraError for a runtime not installed.
    """
    return _OPENERS[settings.finder](settings)


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
