"""Interrupts that wait for the end of a frame."""

from __future__ import annotations

import os
import signal
from threading import Thread

import pytest

from livecam.core.runtime import deferred_interrupts

pytestmark = pytest.mark.kills

endings = pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])


def frame_under_fire(ending: signal.Signals, times: int, done: list[str]) -> None:
    with deferred_interrupts() as interrupted:
        for _ in range(times):
            os.kill(os.getpid(), ending)
        done.append("frame" if interrupted() else "nothing heard")


@endings
def test_a_frame_is_finished_before_the_end_is_heard(ending: signal.Signals) -> None:
    done: list[str] = []

    with pytest.raises(KeyboardInterrupt):
        frame_under_fire(ending, 1, done)

    assert done == ["frame"]


@endings
def test_a_second_request_does_not_wait(ending: signal.Signals) -> None:
    done: list[str] = []

    with pytest.raises(KeyboardInterrupt):
        frame_under_fire(ending, 2, done)

    assert done == []


@endings
def test_afterwards_signals_are_what_they_were(ending: signal.Signals) -> None:
    before = signal.getsignal(ending)

    with deferred_interrupts():
        assert signal.getsignal(ending) is not before

    assert signal.getsignal(ending) is before


def test_what_is_ignored_stays_ignored() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with deferred_interrupts() as interrupted:
            os.kill(os.getpid(), signal.SIGINT)
            assert not interrupted()
    finally:
        signal.signal(signal.SIGINT, before)


def test_in_another_thread_nothing_is_touched() -> None:
    seen: list[object] = []

    def run() -> None:
        with deferred_interrupts() as interrupted:
            seen.extend([signal.getsignal(signal.SIGINT), interrupted()])

    thread = Thread(target=run)
    thread.start()
    thread.join()

    assert seen == [signal.getsignal(signal.SIGINT), False]
