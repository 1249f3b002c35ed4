"""Hears Ctrl-C and requests to end where nothing is half done: raised in the middle of a hand-over to another thread,
an interrupt can leave that thread waiting for ever, and the recording without its end."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import current_thread, main_thread
from types import FrameType

_ENDINGS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def interrupts_between_frames() -> Iterator[Callable[[], bool]]:
    """Gives what tells whether an end was asked for; KeyboardInterrupt when the `with` is left then.

    A second request raises at once. Signals that are ignored stay so; outside of the main thread none are heard.
    """
    asked = False

    def hear(_number: int, _frame: FrameType | None) -> None:
        nonlocal asked
        if asked:
            raise KeyboardInterrupt
        asked = True

    heard = [ending for ending in _ENDINGS if signal.getsignal(ending) not in (signal.SIG_IGN, None)]
    before = {ending: signal.signal(ending, hear) for ending in heard} if current_thread() is main_thread() else {}
    try:
        yield lambda: asked
    finally:
        for ending, handler in before.items():
            signal.signal(ending, handler)
    if asked:
        raise KeyboardInterrupt
