"""Opens the pupil detector that the settings name; each library is loaded only when it is chosen."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from livecam.core.assets import asset
from livecam.core.crop import EyePair
from livecam.core.files import pointed_to
from livecam.core.interfaces import EyeCropper, PupilDetector, PupilPair
from livecam.perception.pupils.network.hot_reload import HotReloadingDetector, Say
from livecam.perception.pupils.network.model_card import SHIPPED
from livecam.settings import PupilDetectorName, PupilSettings


def open_pupils(settings: PupilSettings) -> PupilDetector:
    """The bare detector, without smoothing, as still pictures want it.

    AssetError for a model that is missing, damaged or does not fit; MissingExtraError for a runtime not installed.
    """
    return _OPENERS[settings.finder](settings)


def open_still_pupils(settings: PupilSettings) -> PupilDetector:
    """The detector of pictures that are looked at one by one: the network's answers are weighed with those of the rings
    unless the settings have no second opinion. Raises as `open_pupils`."""
    detector = open_pupils(settings)
    return with_second_opinion(detector) if settings.second_opinion else detector


def with_second_opinion(detector: PupilDetector) -> PupilDetector:
    """A network with the rings beside it, for still pictures; any other detector as it is."""
    from livecam.perception.pupils.fusion import FusedPupilDetector
    from livecam.perception.pupils.handcrafted.detector import RingPupilDetector
    from livecam.perception.pupils.network.detector import NetworkPupilDetector

    return FusedPupilDetector(detector, RingPupilDetector()) if isinstance(detector, NetworkPupilDetector) else detector


def own_model(store: Path) -> Path:
    """Where the rounds of a sample store leave the model they promote; `current` is a pointer that they turn over."""
    current = own_models(store)
    # A link is followed by whoever opens the file, so that a promotion is seen without asking here again.
    try:
        folder = current if current.is_symlink() else pointed_to(current) or current
    except PermissionError:
        # A store that may not be read has no model for this run, as one that is not there.
        folder = current
    return folder / "pupil.tflite"


def own_models(store: Path) -> Path:
    """The pointer to the folder of the model that the rounds of a store promoted."""
    return store / "models" / "current"


def model_places(settings: PupilSettings, store: Path | None) -> Sequence[Path]:
    """Where a model is looked for, the best first: what the settings name, else what was learnt from the store, else
    what ships."""
    if settings.model is not None:
        return [settings.model]
    return [*([own_model(store)] if store is not None else []), asset(SHIPPED)]


def reloading(settings: PupilSettings, places: Sequence[Path], say: Say) -> HotReloadingDetector:
    """The detector of the best model of `places`, which is replaced when a better one appears there."""
    from livecam.perception.pupils.network.detector import NetworkPupilDetector

    return HotReloadingDetector(
        places, lambda path: NetworkPupilDetector.open(settings.model_copy(update={"model": path})), say=say
    )


def open_switchable(settings: PupilSettings, places: Sequence[Path], say: Say) -> SwitchableDetector:
    """The detector that the settings name, and those the key p changes to; the network reloads as in `reloading`."""
    names = dict.fromkeys((settings.finder, PupilDetectorName.CPU, PupilDetectorName.TFLITE))
    openers = {name.value: partial(_open_live, name, settings, places, say) for name in names}
    return SwitchableDetector(openers, settings.finder.value)


def _open_live(name: PupilDetectorName, settings: PupilSettings, places: Sequence[Path], say: Say) -> PupilDetector:
    if name is PupilDetectorName.TFLITE:
        return reloading(settings, places, say)
    return open_pupils(settings.model_copy(update={"finder": name}))


def _cpu(settings: PupilSettings) -> PupilDetector:
    from livecam.perception.pupils.handcrafted.detector import RingPupilDetector

    return RingPupilDetector()


def _tutorial(settings: PupilSettings) -> PupilDetector:
    from livecam.perception.pupils.tutorial import TutorialPupilDetector

    return TutorialPupilDetector()


def _tflite(settings: PupilSettings) -> PupilDetector:
    from livecam.perception.pupils.network.detector import NetworkPupilDetector

    return NetworkPupilDetector.open(settings)


_OPENERS: Mapping[PupilDetectorName, Callable[[PupilSettings], PupilDetector]] = {
    PupilDetectorName.CPU: _cpu,
    PupilDetectorName.TFLITE: _tflite,
    PupilDetectorName.TUTORIAL: _tutorial,
}


class SwitchableDetector:
    """A PupilDetector that is one of many; each is opened when it is first chosen, and `on_switch` is told of a change.

    Whatever the opener of the first one raises is raised here.
    """

    def __init__(self, openers: Mapping[str, Callable[[], PupilDetector]], first: str) -> None:
        self.name = first
        self.on_switch: Callable[[], None] | None = None
        self._openers = openers
        self._opened = {first: openers[first]()}
        self._tried = first

    @property
    def names(self) -> Sequence[str]:
        """Those that can be chosen."""
        return tuple(self._openers)

    @property
    def version(self) -> str:
        """Of the model in use; empty for a detector that has none."""
        detector = self._opened[self.name]
        return detector.version if isinstance(detector, HotReloadingDetector) else ""

    @property
    def cropper(self) -> EyeCropper:
        return self._opened[self.name].cropper

    def detect(self, eyes: EyePair) -> PupilPair:
        return self._opened[self.name].detect(eyes)

    def next(self) -> str:
        """Changes to the next detector and tells its name.

        One that cannot be opened raises what its opener raises and the present one stays; the time after it is passed.
        """
        names = list(self._openers)
        self._tried = names[(names.index(self._tried) + 1) % len(names)]
        self.choose(self._tried)
        return self.name

    def choose(self, name: str) -> None:
        """Changes to the detector of that name, one of `names`, which is opened unless it was prepared."""
        self.prepare(name)
        if self.name != name and self.on_switch:
            self.on_switch()
        self.name = self._tried = name

    def prepare(self, name: str) -> None:
        """Opens a detector, so that to choose it takes no time; any thread may do that. Raises what its opener
        raises."""
        if name not in self._opened:
            self._opened[name] = self._openers[name]()
