"""The targets by name, and how the inputs are shared among them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tests.fuzz.commands import CommandTarget
from tests.fuzz.documents import CardTarget, LabelsTarget, SettingsTarget, StoreTarget
from tests.fuzz.harness import Target
from tests.fuzz.media import MjpegTarget, PictureTarget, VideoTarget
from tests.fuzz.packs import PackTarget

TARGETS: Mapping[str, Callable[[], Target]] = {
    "pictures": PictureTarget,
    "videos": VideoTarget,
    "mjpeg": MjpegTarget,
    "settings": SettingsTarget,
    "cards": CardTarget,
    "stores": StoreTarget,
    "labels": LabelsTarget,
    "commands": CommandTarget,
    "packs": PackTarget,
}
# Those that cost little get the most.
SHARES: Mapping[str, int] = {
    "pictures": 30,
    "videos": 14,
    "mjpeg": 16,
    "settings": 18,
    "cards": 6,
    "stores": 5,
    "labels": 7,
    "commands": 4,
    "packs": 18,
}
