"""Opens what a run is steered with: recordings by key, the audience, and a source that can be changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial

from livecam.core.errors import SettingsError
from livecam.core.paths import UserFolder, user_folder
from livecam.live.control.audience import Audience
from livecam.live.control.run_control import RunControl
from livecam.live.sinks.factory import NULL, VIRTUAL_CAMERA
from livecam.live.sinks.loopback_readers import LoopbackReaders
from livecam.live.sinks.recorder import Recorder, Snapshots
from livecam.live.sinks.virtual_camera import VirtualCamera
from livecam.live.sound import SoundTrack
from livecam.live.sources.demo import DemoSource
from livecam.live.sources.factory import AnySource, is_live, open_source
from livecam.live.sources.switchable import IdlePolicy, SwitchableSource
from livecam.live.sources.wrappers import RunLimits
from livecam.settings import OutputSettings, Settings

_IDLE_WAIT_SECONDS = 0.25


def check_idle(settings: Settings, opened: AnySource) -> None:
    """SettingsError for a source that cannot rest: a file would go on elsewhere than where it was left."""
    if settings.source.idle_when_unwatched and not (is_live(opened) or isinstance(opened, DemoSource)):
        raise SettingsError(
            f"--idle-when-unwatched is for cameras, streams and the demo, not for '{settings.source.source}'; leave it"
            " out"
        )


def open_recorder(
    output: OutputSettings, stack: ExitStack, say: Callable[[str], None], *, keep_all: bool, sound: SoundTrack | None
) -> tuple[Recorder, Snapshots]:
    """What keeps videos, with their `sound`, and pictures when a key or the panel says so."""
    videos = output.folder or user_folder(UserFolder.VIDEOS)
    recorder = stack.enter_context(Recorder(videos, say=say, keep_all=keep_all, sound=sound))
    return recorder, Snapshots(output.folder or user_folder(UserFolder.PICTURES))


def open_audience(
    settings: Settings, names: Sequence[str], virtual_camera: VirtualCamera | None, recorder: Recorder, stack: ExitStack
) -> Audience:
    """Who looks at the sinks of these names; a panel adds its own viewers. It is asked only by a run that may rest."""
    audience = Audience()
    if any(name not in (NULL, VIRTUAL_CAMERA) for name in names):
        audience.add(lambda: True)
    if virtual_camera is not None and settings.source.idle_when_unwatched:
        readers = stack.enter_context(LoopbackReaders(partial(getattr, virtual_camera, "device")))
        audience.add(lambda: readers.is_read)
    audience.add(lambda: recorder.seconds is not None)
    return audience


def open_switchable(
    settings: Settings,
    opened: AnySource,
    control: RunControl,
    limits: RunLimits,
    audience: Audience,
    stack: ExitStack,
) -> SwitchableSource:
    """The opened source as one that can be changed, and that rests while nobody looks where the settings say so."""

    def ended(seconds: float) -> bool:
        return control.has_ended or (limits.seconds is not None and seconds >= limits.seconds)

    idle = IdlePolicy(
        is_watched=audience.somebody,
        wait=partial(control.queue.carry_out, _IDLE_WAIT_SECONDS),
        has_ended=ended,
        say=control.notices.announce,
    )
    return stack.enter_context(
        SwitchableSource(
            opened,
            settings.source.source.strip(),
            lambda name: open_source(settings.source.model_copy(update={"source": name}), paced=True),
            idle=idle if settings.source.idle_when_unwatched else None,
            changed=lambda source: control.source_changed(settings, source),
        )
    )
