"""Runs slow detectors: in a thread of their own for live frames, at once for recorded ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from threading import Condition, Thread
from typing import Generic, Protocol, TypeVar

from livecam.core.types import Image

Found = TypeVar("Found")
Found_co = TypeVar("Found_co", covariant=True)


class DetectionWorker(Protocol[Found_co]):
    """Looks for faces, or what else a slow detector finds, anew; one request at a time."""

    def submit(self, image: Image) -> None:
        """Wants what is in this picture; a request that has not been started yet is replaced."""
        ...

    def poll(self) -> Sequence[Found_co] | None:
        """What was found since the last call; None while there is nothing new, empty when nothing is there."""
        ...


class InlineDetection(Generic[Found]):
    """Looks at once, so that the same pictures always give the same answers."""

    def __init__(self, detect: Callable[[Image], Sequence[Found]]) -> None:
        self._detect = detect
        self._found: Sequence[Found] | None = None

    def submit(self, image: Image) -> None:
        self._found = self._detect(image)

    def poll(self) -> Sequence[Found] | None:
        found, self._found = self._found, None
        return found


class BackgroundDetection(Generic[Found]):
    """Looks in its own thread, so that no picture waits; an answer is about a picture some frames ago."""

    def __init__(self, detect: Callable[[Image], Sequence[Found]]) -> None:
        self._detect = detect
        self._changed = Condition()
        self._wanted: Image | None = None
        self._found: Sequence[Found] | None = None
        self._failure: BaseException | None = None
        self._closing = False

    def submit(self, image: Image) -> None:
        with self._changed:
            self._wanted = image
            self._changed.notify()

    def poll(self) -> Sequence[Found] | None:
        """Raises what the detector raised in its thread."""
        with self._changed:
            if self._failure is not None:
                raise self._failure
            found, self._found = self._found, None
            return found

    @contextmanager
    def running(self) -> Iterator[BackgroundDetection[Found]]:
        """The thread lives as long as the `with`."""
        thread = Thread(target=self._look, name="detection", daemon=True)
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
            while (image := self._next()) is not None:
                found = self._detect(image)
                with self._changed:
                    self._found = found
        except BaseException as failure:  # handed to the thread that asks for the answer
            with self._changed:
                self._failure = failure

    def _next(self) -> Image | None:
        with self._changed:
            self._changed.wait_for(lambda: self._closing or self._wanted is not None)
            image, self._wanted = self._wanted, None
            return None if self._closing else image
