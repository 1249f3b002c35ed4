"""Everything that can be switched while a run goes on; keys, the panel and other programs all come through here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from livecam.core.errors import SettingsError
from livecam.live.control.command_queue import CommandQueue
from livecam.live.control.status_messages import StatusMessages
from livecam.live.effects.controls import EffectControls
from livecam.live.effects.factory import names as effect_names
from livecam.live.sources.factory import AnySource, shows_person
from livecam.settings import EffectSettings, PupilDetectorName, Settings, Trigger

_FINDER_WORDS = {
    PupilDetectorName.TFLITE.value: "the network",
    PupilDetectorName.CPU.value: "the handcrafted detector",
    PupilDetectorName.TUTORIAL.value: "the baseline",
}


class CollectionToggle(Protocol):
    @property
    def on(self) -> bool: ...

    def toggle(self) -> str:
        """Changes over and tells so."""
        ...

    def flag(self) -> str:
        """Has this frame kept and tells so."""
        ...


class RecordingToggle(Protocol):
    @property
    def seconds(self) -> float | None:
        """Recorded so far; None when it is off."""
        ...

    def toggle(self) -> str:
        """Starts or ends a recording and tells so."""
        ...


class FinderChoice(Protocol):
    @property
    def names(self) -> Sequence[str]: ...

    def next(self) -> str:
        """Takes the next one and tells its name."""
        ...

    def choose(self, name: str) -> None:
        """Takes the one of that name."""
        ...


class SnapshotTaker(Protocol):
    def take(self) -> str:
        """Keeps the present picture and tells its name."""
        ...


@dataclass(slots=True)
class RunControl:
    """One method for each thing, which does it and says so in a few words; a LivecamError says why it cannot be done.

    Only the thread of the run calls them: any other hands them to `queue`.
    """

    effect: EffectControls
    pupils: FinderChoice
    recorder: RecordingToggle
    snapshots: SnapshotTaker
    collecting: CollectionToggle
    notices: StatusMessages
    mirrored: bool = False
    finished: bool = False
    interrupted: Callable[[], bool] = bool  # whether Ctrl-C, or another request to end, was heard
    queue: CommandQueue = field(default_factory=CommandQueue)

    @property
    def has_ended(self) -> bool:
        """Whether somebody wants the program to end."""
        return self.finished or self.interrupted()

    def begin(self, source: AnySource, settings: Settings, *, armed: Sequence[str]) -> None:
        """As the settings say; where something is `armed` before a virtual camera, that starts clean."""
        self.mirrored = settings.output.mirror and shows_person(source)
        if any(signal != Trigger.AUTO for signal in armed):
            self.effect.clean = True

    def source_changed(self, settings: Settings, source: AnySource) -> None:
        """Another source shows: a camera like a mirror, and nothing but a camera is collected from unasked."""
        self.mirrored = settings.output.mirror and shows_person(source)
        if self.collecting.on and settings.collect.enabled is None and not shows_person(source):
            self.notices.announce(self.collecting.toggle())

    def quit(self) -> str:
        """Ends the program after this frame."""
        self.finished = True
        return ""

    def toggle_effect(self, on: bool | None = None) -> str:
        if on is None or on != (self.effect.enabled and not self.effect.clean):
            self.effect.toggle()
        return f"effect {_on(self.effect.enabled)}"

    def choose_effect(self, style: str) -> str:
        """Takes another effect, or several with commas between; the former is drawn until it is loaded."""
        self.effect.choose(style)
        return style

    def next_effect(self) -> str:
        self.effect.next_style(effect_names())
        return self.effect.style

    def numbered_effect(self, number: int) -> str:
        """The effect of a number, from 0."""
        names = effect_names()
        if number >= len(names):
            return f"there is no effect {number + 1}"
        return self.choose_effect(names[number])

    def stronger(self) -> str:
        self.effect.stronger()
        return self._strength()

    def weaker(self) -> str:
        self.effect.weaker()
        return self._strength()

    def set_strength(self, strength: float) -> str:
        if not 0 <= strength <= 1:
            raise SettingsError(f"the strength is {strength}; it is between 0 (nothing) and 1 (the full effect)")
        self.effect.strength = strength
        return self._strength()

    def _strength(self) -> str:
        return f"strength {round(float(self.effect.strength), 2)}"

    def arm(self, settings: EffectSettings) -> str:
        """Takes over the trigger of the settings, and nothing else of them."""
        self.effect.arm(settings)
        return f"trigger {settings.trigger.value if settings.trigger else 'of the effect'}"

    def panic(self) -> str:
        """Takes everything off at once; no trigger brings anything out before the effect is switched on again."""
        self.effect.panic()
        return "everything is off"

    def next_finder(self) -> str:
        return _told_finder(self.pupils.next())

    def choose_finder(self, name: str) -> str:
        """Another way to find pupils."""
        self.pupils.choose(name)
        return _told_finder(name)

    def mirror(self, on: bool | None = None) -> str:
        self.mirrored = not self.mirrored if on is None else on
        return f"mirror {_on(self.mirrored)}"

    def record(self, on: bool | None = None) -> str:
        """Starts or ends a recording; says so when it is as it was wished already."""
        is_on = self.recorder.seconds is not None
        return self.recorder.toggle() if on is None or on != is_on else f"recording is {_on(is_on)} already"

    def snapshot(self) -> str:
        return self.snapshots.take()

    def collect(self, on: bool | None = None) -> str:
        if on is not None and on == self.collecting.on:
            return f"collecting is {_on(on)} already"
        return self.collecting.toggle()

    def flag(self) -> str:
        return self.collecting.flag()

    def ask(self, work: Callable[[], str], *, announced: bool = False) -> str:
        """Has the thread of the run do something, for any other thread; what it says is shown in the window too, and
        with `announced` also told to whom no window tells it."""
        said = self.queue.ask(work)
        if said:
            (self.notices.announce if announced else self.notices.say)(said)
        return said


def _told_finder(name: str) -> str:
    return f"pupils by {_FINDER_WORDS[name]} ({name})" if name in _FINDER_WORDS else f"pupils by {name}"


def _on(switch: bool) -> str:
    return "on" if switch else "off"
