"""Loading of a program's modules: Ctrl-C ends it without a word, and no garbage is looked for."""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

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


def leave_interrupted() -> NoReturn:
    """Ends the process as Ctrl-C does, after what was to be said and put away: the threads of libraries are not waited
    for, which takes seconds on a busy machine."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(_INTERRUPTED)
