"""The commands of the control interface: their names, what each takes, and what comes of it."""

from __future__ import annotations

import difflib
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from pydantic import ValidationError

from livecam.core.errors import SettingsError
from livecam.core.timing import Clock
from livecam.live.control.command_queue import BusyError
from livecam.live.control.run_control import RunControl
from livecam.live.effects.library.loading import check_loadable
from livecam.settings import EffectSettings, Trigger

_SNAPSHOT_SECONDS = 0.5  # between two, each of which takes tens of milliseconds and a megabyte
_CAMERA = re.compile(r"\d{1,3}|/dev/video\d{1,3}|demo")

Given = Mapping[str, Any]


class SourceChoice(Protocol):
    name: str

    def open(self, name: str) -> None: ...


class PreparedFinders(Protocol):
    @property
    def names(self) -> Any: ...
    def prepare(self, name: str) -> None: ...


@dataclass(slots=True)
class ControlCommands:
    """Carries out commands for other programs, from any thread; what takes long is done beside the picture.

    `run` raises SettingsError for a command that cannot be, any other LivecamError for one that cannot be carried out.
    """

    control: RunControl
    source: SourceChoice
    finders: PreparedFinders
    clock: Clock = time.monotonic
    _first_source: str = field(init=False)
    _snapshot_at: float = field(default=float("-inf"), init=False)
    _commands: Mapping[str, tuple[Callable[[Given], str], frozenset[str]]] = field(init=False)

    def __post_init__(self) -> None:
        self._first_source = self.source.name
        switch = frozenset({"on"})
        self._commands = {
            "effect": (self._effect, frozenset({"effect"})),
            "strength": (self._strength, frozenset({"strength"})),
            "toggle": (self._toggle, switch),
            "trigger": (self._trigger, frozenset({"trigger", "mode", "cooldown", "level"})),
            "finder": (self._finder, frozenset({"finder"})),
            "mirror": (self._mirror, switch),
            "record": (self._record, switch),
            "snapshot": (self._snapshot, frozenset()),
            "collect": (self._collect, switch),
            "flag": (lambda given: self.control.ask(self.control.flag), frozenset()),
            "source": (self._source, frozenset({"source"})),
            "panic": (lambda given: self.control.ask(self.control.panic), frozenset()),
        }

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._commands)

    def run(self, name: str, given: Given) -> str:
        """Does what the command says, and tells what was done in a few words."""
        if name not in self._commands:
            raise SettingsError(f"there is no command '{name[:40]}'; {_hint(name, self.names)}")
        command, keys = self._commands[name]
        unknown = [key for key in given if key not in keys]
        if unknown:
            takes = f"it takes {', '.join(sorted(keys))}" if keys else "it takes nothing"
            raise SettingsError(f"{name} has no '{unknown[0][:40]}'; {takes}")
        return command(given)

    def _effect(self, given: Given) -> str:
        effect = _text(given, "effect")
        check_loadable(effect)
        return self.control.ask(lambda: self.control.choose_effect(effect))

    def _strength(self, given: Given) -> str:
        strength = given.get("strength")
        if isinstance(strength, bool) or not isinstance(strength, int | float):
            raise SettingsError(f"the strength cannot be {_shown(strength)}; it is a number from 0 to 1")
        return self.control.ask(lambda: self.control.set_strength(float(strength)))

    def _toggle(self, given: Given) -> str:
        on = _switch(given)
        return self.control.ask(lambda: self.control.toggle_effect(on))

    def _trigger(self, given: Given) -> str:
        """`effect` leaves it to each effect; what is not given stays as it is."""
        wanted, present = given.get("trigger"), self.control.effect.armed_by
        settings = {"trigger": None if wanted == "effect" else wanted or ""}
        for key in ("mode", "cooldown", "level"):
            settings[f"trigger_{key}"] = given.get(key, getattr(present, f"trigger_{key}"))
        try:
            chosen = EffectSettings.model_validate(settings)
        except ValidationError as error:
            key = str(error.errors()[0]["loc"][0]).removeprefix("trigger_")
            known = ", ".join(["effect", *Trigger]) if key == "trigger" else error.errors()[0]["msg"].lower()
            raise SettingsError(f"{key} cannot be {_shown(given.get(key))}; {known}") from error
        return self.control.ask(lambda: self.control.arm(chosen))

    def _finder(self, given: Given) -> str:
        name = _text(given, "finder")
        if name not in self.finders.names:
            raise SettingsError(f"there is no finder '{name}'; there are {', '.join(self.finders.names)}")
        self.finders.prepare(name)
        return self.control.ask(lambda: self.control.choose_finder(name))

    def _mirror(self, given: Given) -> str:
        on = _switch(given)
        return self.control.ask(lambda: self.control.mirror(on))

    def _record(self, given: Given) -> str:
        on = _switch(given)
        return self.control.ask(lambda: self.control.record(on), announced=True)

    def _snapshot(self, given: Given) -> str:
        now = self.clock()
        if now - self._snapshot_at < _SNAPSHOT_SECONDS:
            raise BusyError("a snapshot was taken just now; take two a second at most")
        self._snapshot_at = now
        # Written by the thread that asks: the picture does not wait for the disk.
        said = self.control.snapshot()
        self.control.notices.announce(said)
        return said

    def _collect(self, given: Given) -> str:
        on = _switch(given)
        return self.control.ask(lambda: self.control.collect(on))

    def _source(self, given: Given) -> str:
        name = _text(given, "source")
        # Whoever has the token may steer the run, and not look into every file of this computer.
        if name != self._first_source and not _CAMERA.fullmatch(name):
            raise SettingsError(
                f"the source cannot become '{name}'; it can be a camera's number, /dev/videoN, demo, or"
                f" {self._first_source}, with which the run began"
            )
        self.source.open(name)
        return f"source {name}"


def _switch(given: Given) -> bool | None:
    """What `on` says; None, to change over, where it is not given."""
    on = given.get("on")
    if on is not None and not isinstance(on, bool):
        raise SettingsError(f"on cannot be {_shown(on)}; it is true or false, and left out it changes over")
    return on


def _text(given: Given, key: str) -> str:
    value = given.get(key)
    if not isinstance(value, str) or not value.strip() or len(value) > 500:
        raise SettingsError(f"{key} cannot be {_shown(value)}; it is a name")
    return value.strip()


def _shown(value: object) -> str:
    shown = repr(value)
    return shown if len(shown) <= 60 else f"{shown[:57]}..."


def _hint(name: str, known: tuple[str, ...]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    return f"did you mean '{close[0]}'?" if close else f"there are {', '.join(known)}"
