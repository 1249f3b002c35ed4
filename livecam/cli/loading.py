"""Loading of a program's modules: Ctrl-C ends it without a word, and no garbage is looked for."""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import NoReturn

_STDERR = 2
_INTERRUPTED = 130  # as shells say it of Ctrl-C


@contextmanager
def loading() -> Iterator[None]:
    """While modules are loaded, before anything is open that had to be closed.

    The process ends in the very moment, for libraries that are interrupted while they load raise ImportErrors of their
    own. What is loaded stays: looking through it for garbage would take a tenth of the start.
    """
    former = signal.getsignal(signal.SIGINT)
    if former is signal.default_int_handler:
        signal.signal(signal.SIGINT, lambda *_: os._exit(_INTERRUPTED))
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
        signal.signal(signal.SIGINT, former)


@contextmanager
def leaving_at_once(words: Callable[[], str]) -> Iterator[None]:
    """Ctrl-C ends the process in the very moment with a last line on stderr, for work of which all that is written is
    whole: a library may swallow a KeyboardInterrupt, and what runs elsewhere may be waited for long."""

    # A copy, for what libraries say while they load leads elsewhere.
    stderr = os.dup(_STDERR)

    def leave(*_: object) -> None:
        os.write(stderr, f"\n{words()}\n".encode())
        leave_interrupted()

    former = signal.signal(signal.SIGINT, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, former)
        os.close(stderr)


@contextmanager
def insistent_interrupt(again: float = 2.0) -> Iterator[None]:
    """Ctrl-C is told again after so many seconds until it is heard: what is raised while an object is finalised, or in
    some callbacks of libraries, goes no further."""
    former, left = signal.getsignal(signal.SIGINT), Event()

    def tell_again() -> None:
        if not left.wait(again):
            signal.raise_signal(signal.SIGINT)

    def interrupted(*_: object) -> None:
        Thread(target=tell_again, daemon=True).start()
        raise KeyboardInterrupt

    signal.signal(signal.SIGINT, interrupted)
    try:
        yield
    finally:
        left.set()
        signal.signal(signal.SIGINT, former)


def leave_interrupted() -> NoReturn:
    """Ends the process as Ctrl-C does, after what was to be said and put away: the threads of libraries are not waited
    for, which takes seconds on a busy machine, and processes of its own are ended."""
    if "multiprocessing" in sys.modules:
        for child in sys.modules["multiprocessing"].active_children():
            child.kill()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(_INTERRUPTED)
