"""Key bindings of the window: what every key does."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from livecam.core.errors import LivecamError, SettingsError
from livecam.core.keyboard import key_label, key_name, rebind
from livecam.core.timing import Clock
from livecam.live.control.run_control import RunControl
from livecam.live.control.status_messages import StatusMessages
from livecam.live.learning.background import NoLearning
from livecam.settings import Trigger

GREETING_SECONDS = 5.0
READING_SECONDS = 8.0


class LearningToggle(Protocol):
    def toggle(self) -> str:
        """Changes over and tells so."""
        ...


class Action(StrEnum):
    """What a key does, in the words of the help."""

    QUIT = "quit"
    EFFECT = "effect on or off"
    STYLE = "next effect"
    NUMBERED = "the effect of that number"
    PATH = "next way to find pupils"
    MIRROR = "mirror"
    FULLSCREEN = "full screen"
    DEBUG = "show what is seen"
    STRONGER = "stronger"
    WEAKER = "weaker"
    RECORD = "start or end a recording"
    SNAPSHOT = "keep a snapshot"
    COLLECT = "collecting on or off; twice, as k"
    FLAG = "flag this frame for labelling"
    PANIC = "everything off at once"
    LEARN = "learning on or off, and what a round lacks"
    HELP = "this help"


KEYS: Mapping[str, Action] = {
    "q": Action.QUIT,
    "Escape": Action.QUIT,
    " ": Action.EFFECT,
    "e": Action.STYLE,
    **{str(number): Action.NUMBERED for number in range(1, 10)},
    "+": Action.STRONGER,
    "=": Action.STRONGER,
    "-": Action.WEAKER,
    "_": Action.WEAKER,
    "p": Action.PATH,
    "m": Action.MIRROR,
    "f": Action.FULLSCREEN,
    "F11": Action.FULLSCREEN,
    "d": Action.DEBUG,
    "r": Action.RECORD,
    "s": Action.SNAPSHOT,
    "c": Action.COLLECT,
    "k": Action.FLAG,
    "l": Action.LEARN,
    "x": Action.PANIC,
    "Backspace": Action.PANIC,
    "h": Action.HELP,
    "?": Action.HELP,
    "F1": Action.HELP,
}
_KEEPING = frozenset({Action.RECORD, Action.SNAPSHOT})
# waitKeyEx puts the state of shift, caps lock and num lock above the key symbol.
_SYMBOL = 0xFFFF
# A key that is hit again within this is hit twice.
_TWICE_SECONDS = 0.6


@dataclass(slots=True)
class KeyBindings:
    """Carries out the keys; each says what it did in a notice, and one that cannot be carried out says why.

    What a run can do is done by its `control`; what concerns the window alone is here.
    """

    control: RunControl
    learning: LearningToggle = field(default_factory=NoLearning)
    clock: Clock = time.monotonic
    keys: Mapping[str, Action] = field(default_factory=lambda: KEYS)  # that a person may have changed
    debugging: bool = False
    helping: bool = False
    fullscreen: bool = False
    _collect_pressed: float = field(default=-math.inf, init=False)
    _actions: dict[Action, Callable[[], str]] = field(init=False)

    def __post_init__(self) -> None:
        self._actions = {
            Action.QUIT: self.control.quit,
            Action.EFFECT: self.control.toggle_effect,
            Action.STYLE: self.control.next_effect,
            Action.STRONGER: self.control.stronger,
            Action.WEAKER: self.control.weaker,
            Action.PATH: self.control.next_finder,
            Action.MIRROR: self.control.mirror,
            Action.FULLSCREEN: self._fill_screen,
            Action.DEBUG: self._debug,
            Action.RECORD: self.control.record,
            Action.SNAPSHOT: self.control.snapshot,
            Action.COLLECT: self._collect,
            Action.FLAG: self.control.flag,
            Action.PANIC: self.control.panic,
            Action.LEARN: self._learn,
            Action.HELP: self._help,
        }

    @property
    def mirrored(self) -> bool:
        return self.control.mirrored

    @property
    def notices(self) -> StatusMessages:
        return self.control.notices

    def press(self, code: int) -> None:
        """Does what the key does; a key without a meaning does nothing. `code` is what cv2.waitKeyEx gives."""
        name = key_name(code & _SYMBOL) or ""
        action = self.keys.get(name, self.keys.get(name.lower() if len(name) == 1 else name))
        if action is None or (name == "Escape" and self._left_by_escape()):
            return
        try:
            said = self.control.numbered_effect(int(name) - 1) if action is Action.NUMBERED else self._actions[action]()
        except LivecamError as error:
            said = str(error)
        if said:
            # Where a file is may be wanted when the window is long closed.
            (self.notices.announce if action in _KEEPING else self.notices.say)(said)

    def quit(self) -> str:
        """Ends the program after this frame."""
        return self.control.quit()

    def greet(self, trigger: Trigger | None = None) -> None:
        """Says, for the first seconds of a window, how to find out the rest, and what a trigger waits for."""
        if not self.control.effect.enabled:
            waits = f"{_labels(self.keys, Action.EFFECT)} starts the effect, "
        elif trigger is Trigger.AUTO:
            waits = "the effect grows as your eyes wander and blink, "
        else:
            waits = ""
        self.notices.say(f"{waits}{_labels(self.keys, Action.HELP).split('  ', maxsplit=1)[0]} help", GREETING_SECONDS)

    def _left_by_escape(self) -> bool:
        """Escape first leaves what lies over the picture, then the full screen, and only then the program."""
        if self.helping:
            self.helping = False
            return True
        left, self.fullscreen = self.fullscreen, False
        return left

    def _fill_screen(self) -> str:
        self.fullscreen = not self.fullscreen
        return ""

    def _debug(self) -> str:
        self.debugging = not self.debugging
        return ""

    def _collect(self) -> str:
        """A second press soon after the first takes that back and flags instead."""
        before, self._collect_pressed = self._collect_pressed, self.clock()
        said = self.control.collect()
        if self._collect_pressed - before >= _TWICE_SECONDS:
            return said
        self._collect_pressed = -math.inf
        return self.control.flag()

    def _learn(self) -> str:
        """What is told is a long sentence."""
        self.notices.say(self.learning.toggle(), READING_SECONDS)
        return ""

    def _help(self) -> str:
        self.helping = not self.helping
        return ""


def changed_keys(given: Mapping[str, str | Sequence[str]]) -> Mapping[str, Action]:
    """The keys with those that a person changed (action to keys); SettingsError for what cannot be."""
    if "numbered" in given:
        raise SettingsError("keys.run.numbered cannot be changed: an effect's key is its number")
    return rebind("keys.run", KEYS, given)


def key_of(action: Action, given: Mapping[str, str | Sequence[str]]) -> str:
    """How the first key of an action is called, after what a person changed."""
    return next(key_label(key) for key, bound in changed_keys(given).items() if bound is action)


def help_lines(keys: Mapping[str, Action] = KEYS) -> list[tuple[str, str]]:
    """Every action with its keys and what it does."""
    return [(_labels(keys, action), action.value) for action in dict.fromkeys(KEYS.values())]


def _labels(keys: Mapping[str, Action], action: Action) -> str:
    named = [key_label(key) for key, bound in keys.items() if bound is action]
    if action is Action.NUMBERED:
        return f"{named[0]} .. {named[-1]}"
    if set(named) in ({"+", "="}, {"-", "_"}):
        return named[0]  # the other is the same key without, or with, shift
    return "  ".join(named)
