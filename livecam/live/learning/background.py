"""Learning beside a run: looks now and then at what the store has, and starts a training round when that is enough."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, NamedTuple, Protocol, Self

from livecam.core.timing import Clock
from livecam.settings import LearnSettings

_POLL_SECONDS = 0.2
_RETRY_SECONDS = 600.0  # after a round that failed; sooner when something was labelled
_PATIENCE = 8.0  # for the thread at the end

Say = Callable[[str], None]


class Command(Protocol):
    """A process that answers in JSON, or with a line that says why it could not."""

    @property
    def has_ended(self) -> bool: ...
    def answer(self) -> Mapping[str, Any] | str: ...
    def end(self) -> None: ...


class Commands(Protocol):
    """How the store is asked, and a round begun; both raise OSError when a process cannot be started."""

    def look(self) -> Command: ...
    def begin_round(self) -> Command: ...


class LearningLight(NamedTuple):
    """What the window shows of it all the time."""

    text: str  # empty: nothing
    seconds: float | None  # since the round began that runs


NOTHING_TOLD = LearningLight("", None)


class NoLearning:
    """Where there is no store to look at."""

    light = NOTHING_TOLD

    def toggle(self) -> str:
        return "learning is off: no queue is open; --queue DIR opens one, --learn lets rounds start"


class BackgroundLearning:
    """A thread that only waits: what takes time is another process at the lowest priority.

    `light` and `toggle` are for the window, and never wait. Whatever fails is told once, and the model in use stays.
    """

    def __init__(
        self,
        commands: Commands,
        settings: LearnSettings,
        *,
        say: Say,
        key: str = "l",
        clock: Clock = time.monotonic,
    ) -> None:
        """`key` is the one that says no."""
        self.on = settings.enabled
        self.rounds = self.promoted = 0
        self._commands, self._settings, self._say, self._key, self._clock = commands, settings, say, key, clock
        self._ended, self._hurry = threading.Event(), threading.Event()
        self._known: Mapping[str, Any] | None = None
        self._problem = ""
        self._begun: float | None = None
        self._failed_with: tuple[int, float] | None = None  # labels that were new, and when
        self._thread = threading.Thread(target=self._work, name="learning", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Ends what runs; an interrupted round goes on in a later one."""
        self._ended.set()
        self._hurry.set()
        self._thread.join(_PATIENCE)

    @property
    def light(self) -> LearningLight:
        begun = self._begun
        if begun is not None:
            return LearningLight("learning", self._clock() - begun)
        return LearningLight("" if self._known is None else str(self._known["short"]), None)

    def toggle(self) -> str:
        """Lets rounds start by themselves, or no longer: then one that runs is ended. Tells what there is and lacks."""
        if not self._settings.enabled:
            return f"rounds start by themselves with --learn; {self._state()}"
        self.on = not self.on
        self._hurry.set()
        if self.on:
            return f"learning on; {self._state()}"
        return "learning off" + ("; the round that ran goes on when it is on again" if self._begun is not None else "")

    def report(self) -> dict[str, Any]:
        """The part `learning` of the report of a run."""
        return {"enabled": self._settings.enabled, "rounds": self.rounds, "promoted": self.promoted}

    def _state(self) -> str:
        if self._problem:
            return self._problem
        return "the store is being counted" if self._known is None else str(self._known["told"])

    def _work(self) -> None:
        while not self._ended.is_set():
            self.step()
            self._hurry.wait(self._settings.check_seconds)
            self._hurry.clear()

    def step(self) -> None:
        """One look at the store, and the round it gives reason for."""
        first = self._known is None and not self._problem
        answer = self._asked(self._commands.look)
        if answer is None:
            return
        if isinstance(answer, str):
            self._tell_problem(f"the store cannot be counted: {answer}")
            return
        self._known, self._problem = answer["round"], ""
        if first and self.on:
            self._say(f"learning: {self._known['told']}")
        if self.on and self._is_due(self._known):
            self._learn(int(self._known["new_labels"]))

    def _is_due(self, known: Mapping[str, Any]) -> bool:
        if self._failed_with is not None:
            labels, when = self._failed_with
            if known["new_labels"] <= labels and self._clock() - when < _RETRY_SECONDS:
                return False
        news = known["new_labels"] >= self._settings.labels or known["new_frames"] >= self._settings.frames
        return bool(known["interrupted"] or (known["ready"] and news))

    def _learn(self, new_labels: int) -> None:
        self._say(f"a training round runs beside the effect; the key {self._key} ends it")
        self._begun = self._clock()
        try:
            answer = self._asked(self._commands.begin_round, while_on=True)
        finally:
            self._begun = None
        if answer is None:
            return
        if isinstance(answer, str):
            self._failed_with = (new_labels, self._clock())
            self._tell_problem(f"the round came to nothing, the old model stays: {answer}")
            return
        self._failed_with = None
        self.rounds += 1
        self.promoted += bool(answer["promoted"])
        self._say(f"round {answer['number']}: {answer['told']}; {answer['why']}")

    def _asked(self, begin: Callable[[], Command], *, while_on: bool = False) -> Mapping[str, Any] | str | None:
        """The answer; None when the run ended meanwhile, or learning was switched off."""
        try:
            command = begin()
        except OSError as error:
            return (error.strerror or str(error)).lower()
        try:
            while not command.has_ended:
                if self._ended.wait(_POLL_SECONDS) or (while_on and not self.on):
                    return None
            return command.answer()
        finally:
            command.end()

    def _tell_problem(self, problem: str) -> None:
        """Who did not ask for learning hears of it by the key."""
        if problem != self._problem and self._settings.enabled:
            self._say(problem)
        self._problem = problem
