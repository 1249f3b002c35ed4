"""Runs slow detectors: in a thread of their own for live frames, at once for recorded ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from threading import Condition, Thread
from typing import Generic, Protocol, TypeVar

Wanted = TypeVar("Wanted")
Wanted_contra = TypeVar("Wanted_contra", contravariant=True)
Found = TypeVar("Found")
Found_co = TypeVar("Found_co", covariant=True)


class DetectionWorker(Protocol[Wanted_contra, Found_co]):
    """Looks for faces, or what else a slow detector finds, anew; one request, most often a picture, at a time."""

    def submit(self, request: Wanted_contra) -> None:
        """Wants what is in this picture; a request that has not been started yet is replaced."""
        ...

    def poll(self) -> Sequence[Found_co] | None:
        """What was found since the last call; None while there is nothing new, empty when nothing is there."""
        ...


class InlineDetection(Generic[Wanted, Found]):
    """Looks at once, so that the same pictures always give the same answers."""

    def __init__(self, detect: Callable[[Wanted], Sequence[Found]]) -> None:
        self._detect = detect
        self._found: Sequence[Found] | None = None

    def submit(self, request: Wanted) -> None:
        self._found = self._detect(request)

    def poll(self) -> Sequence[Found] | None:
        found, self._found = self._found, None
        return found


class BackgroundDetection(Generic[Wanted, Found]):
    """Looks in its own thread, so that no picture waits; an answer is about a picture some frames ago."""

    def __init__(self, detect: Callable[[Wanted], Sequence[Found]], name: str = "detection") -> None:
        """`name` is that of the thread."""
        self._detect, self._name = detect, name
        self._changed = Condition()
        self._wanted: Wanted | None = None
        self._found: Sequence[Found] | None = None
        self._failure: BaseException | None = None
        self._closing = False

    def submit(self, request: Wanted) -> None:
        with self._changed:
            self._wanted = request
            self._changed.notify()

    def poll(self) -> Sequence[Found] | None:
        """Raises what the detector raised in its thread."""
        with self._changed:
            if self._failure is not None:
                raise self._failure
            found, self._found = self._found, None
            return found

    @contextmanager
    def running(self) -> Iterator[BackgroundDetection[Wanted, Found]]:
        """The thread lives as long as the `with`."""
        thread = Thread(target=self._look, name=self._name, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            with self._changed:
                self._closing = True
                self._changed.notify()
            thread.join()

    def _look(self) -> None:
        try:
            while (request := self._next()) is not None:
                found = self._detect(request)
                with self._changed:
                    self._found = found
        except BaseException as failure:  # handed to the thread that asks for the answer
            with self._changed:
                self._failure = failure

    def _next(self) -> Wanted | None:
        with self._changed:
            self._changed.wait_for(lambda: self._closing or self._wanted is not None)
            request, self._wanted = self._wanted, None
            return None if self._closing else request
