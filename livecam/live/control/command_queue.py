"""The queue of commands: what other threads ask of a run is carried out by its own thread, between two frames."""

from __future__ import annotations

import queue
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotInTimeError
from typing import Generic, TypeVar

from livecam.core.errors import LivecamError

_MOST_WAITING = 32
_MOST_A_FRAME = 4  # so that a flood takes no time from the picture
_PATIENCE_SECONDS = 10.0

Answer = TypeVar("Answer")


class BusyError(LivecamError):
    """More is asked of a run than it carries out."""


class _Command(Generic[Answer]):
    """Work and who waits for what comes of it."""

    def __init__(self, work: Callable[[], Answer]) -> None:
        self._work = work
        self.answer: Future[Answer] = Future()

    def carry_out(self) -> None:
        # Whoever has given up waiting was told that it is not done.
        if not self.answer.set_running_or_notify_cancel():
            return
        try:
            self.answer.set_result(self._work())
        except Exception as error:  # told to the asking thread
            self.answer.set_exception(error)


class CommandQueue:
    """Hands work from any thread to the thread of the run, a few a frame."""

    def __init__(self, *, waiting: int = _MOST_WAITING, patience: float = _PATIENCE_SECONDS) -> None:
        self._waiting: queue.Queue[_Command[str]] = queue.Queue(waiting)
        self._patience = patience

    def ask(self, work: Callable[[], str]) -> str:
        """What the work answers, or raises, once the run has carried it out; BusyError when too much waits already or
        the run does not come to it, and then it is not done."""
        command = _Command(work)
        try:
            self._waiting.put_nowait(command)
        except queue.Full:
            raise BusyError("too many commands wait already; send fewer a second") from None
        try:
            return command.answer.result(self._patience)
        except NotInTimeError:
            if not command.answer.cancel():
                return command.answer.result()
            raise BusyError("the picture stands still, so nothing can be switched; try again") from None

    def carry_out(self, seconds: float = 0.0) -> None:
        """Does what waits; with nothing to do, waits `seconds` for a command. Called by the thread of the run alone."""
        for number in range(_MOST_A_FRAME):
            try:
                command = self._waiting.get(block=seconds > 0 and number == 0, timeout=seconds or None)
            except queue.Empty:
                return
            command.carry_out()
