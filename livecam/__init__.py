"""livecam: faces, pupils and gaze from a webcam, and the effects that are drawn on them.

`import livecam` is quick: each name below is loaded, with the libraries it needs, when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from livecam.api import Detector as PupilDetector
    from livecam.api import LoadedModel, load_calibration, load_model, open_sink, open_source, open_store, open_window
    from livecam.core.assets import asset
    from livecam.core.crop import EyeCrop, EyePair, LevelledEyeCropper
    from livecam.core.errors import (
        AssetError,
        CameraError,
        ImageError,
        LivecamError,
        MissingExtraError,
        SettingsError,
        SinkError,
        SourceError,
        StoreError,
    )
    from livecam.core.image_files.images import read_image
    from livecam.core.interfaces import Collector, Effect, EyeCropper, FaceDetector, PupilPair, Sink, Source
    from livecam.core.tflite import TFLiteModel
    from livecam.core.types import (
        Box,
        EyeState,
        Face,
        FaceObservation,
        Frame,
        Gaze,
        Image,
        Point,
        Points,
        Pupil,
        Scene,
        Side,
    )
    from livecam.live.effects import factory as effects
    from livecam.perception.eyes.screen import ScreenCalibration, ScreenPlace
    from livecam.perception.pupils.network.model_card import PupilModelCard
    from livecam.perception.targets.detector import Target, TargetDetector
    from livecam.perception.targets.model_card import TargetModelCard
    from livecam.perception.targets.network import open_target_detector
    from livecam.perception.targets.visualization import draw_targets
    from livecam.settings import Settings
    from livecam.store.samples import (
        EyeLabel,
        LabelAction,
        LabelEvent,
        Prediction,
        ResolvedLabels,
        Sample,
        SampleState,
        SamplingReason,
        Split,
        StoredSample,
    )
    from livecam.store.store import Store

_HOMES = {
    "livecam.api": (
        "LoadedModel",
        "load_calibration",
        "load_model",
        "open_sink",
        "open_source",
        "open_store",
        "open_window",
    ),
    "livecam.core.assets": ("asset",),
    "livecam.core.crop": ("EyeCrop", "EyePair", "LevelledEyeCropper"),
    "livecam.core.errors": (
        "AssetError",
        "CameraError",
        "ImageError",
        "LivecamError",
        "MissingExtraError",
        "SettingsError",
        "SinkError",
        "SourceError",
        "StoreError",
    ),
    "livecam.core.image_files.images": ("read_image",),
    "livecam.core.interfaces": ("Collector", "Effect", "EyeCropper", "FaceDetector", "PupilPair", "Sink", "Source"),
    "livecam.core.tflite": ("TFLiteModel",),
    "livecam.core.types": (
        "Box",
        "EyeState",
        "Face",
        "FaceObservation",
        "Frame",
        "Gaze",
        "Image",
        "Point",
        "Points",
        "Pupil",
        "Scene",
        "Side",
    ),
    "livecam.perception.eyes.screen": ("ScreenCalibration", "ScreenPlace"),
    "livecam.perception.pupils.network.model_card": ("PupilModelCard",),
    "livecam.perception.targets.detector": ("Target", "TargetDetector"),
    "livecam.perception.targets.model_card": ("TargetModelCard",),
    "livecam.perception.targets.network": ("open_target_detector",),
    "livecam.perception.targets.visualization": ("draw_targets",),
    "livecam.settings": ("Settings",),
    "livecam.store.samples": (
        "EyeLabel",
        "LabelAction",
        "LabelEvent",
        "Prediction",
        "ResolvedLabels",
        "Sample",
        "SampleState",
        "SamplingReason",
        "Split",
        "StoredSample",
    ),
    "livecam.store.store": ("Store",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}
# Names whose home calls them otherwise: (module, attribute); no attribute is the module itself.
_ALIASES = {"PupilDetector": ("livecam.api", "Detector"), "effects": ("livecam.live.effects.factory", "")}

__all__ = sorted([*_HOME_OF, *_ALIASES])  # noqa: PLE0605


def __getattr__(name: str) -> object:
    if name in _ALIASES:
        module, attribute = _ALIASES[name]
    elif name in _HOME_OF:
        module, attribute = _HOME_OF[name], name
    else:
        raise AttributeError(f"module 'livecam' has no attribute '{name}'")
    home = import_module(module)
    value = getattr(home, attribute) if attribute else home
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
