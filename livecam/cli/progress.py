"""Progress of what takes long: a bar with the time left on a terminal, now and then a plain line elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Self, TextIO, TypeVar

from livecam.core.timing import Clock

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

StageTeller = Callable[[str], None]
_Item = TypeVar("_Item")
# Of silence, before and between plain lines; what is done sooner needs none.
QUIET_SECONDS = 10.0


class ProgressReporter:
    """Reports on `stream` how much of `total` is done; nothing at all where `total` is not known."""

    def __init__(
        self, name: str, total: float | None, *, stream: TextIO | None = None, clock: Clock = time.monotonic
    ) -> None:
        self._name, self._total, self._clock = name, total, clock
        self._stream = sys.stderr if stream is None else stream
        self._stack = ExitStack()
        self._bar: tuple[Progress, TaskID] | None = None

    def __enter__(self) -> Self:
        self._begun = self._said = self._clock()
        if self._total and self._stream.isatty():
            self._bar = self._open_bar(self._total)
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def update(self, done: float) -> None:
        """`done` of `total`, in the same unit."""
        if not self._total:
            return
        if self._bar:
            bar, task = self._bar
            bar.update(task, completed=min(done, self._total))
            return
        now = self._clock()
        if now - self._said >= QUIET_SECONDS and done > 0:
            self._said = now
            share = min(done / self._total, 1.0)
            left = (now - self._begun) * (1 - share) / share
            print(f"{self._name}: {share:.0%} done, about {_duration(left)} left", file=self._stream, flush=True)

    def _open_bar(self, total: float) -> tuple[Progress, TaskID]:
        # Only here, for a terminal: it takes a while to load.
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

        columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
        bar = self._stack.enter_context(Progress(*columns, console=Console(file=self._stream), transient=True))
        return bar, bar.add_task(self._name, total=total)


def track_progress(name: str, items: Sequence[_Item]) -> Iterator[_Item]:
    """The items, with a report of how many are done; not where their own lines on a terminal tell."""
    with ProgressReporter(name, None if sys.stdout.isatty() or len(items) == 1 else len(items)) as progress:
        for number, item in enumerate(items):
            progress.update(number)
            yield item


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s" if minutes else f"{rest} s"


@contextmanager
def tell_stages(name: str, *, stream: TextIO | None = None, clock: Clock = time.monotonic) -> Iterator[StageTeller]:
    """Gives what hears what is being done: it turns on a terminal, and elsewhere is a plain line after a silence."""
    from rich.console import Console

    console = Console(file=sys.stderr if stream is None else stream)
    if console.is_terminal:
        with console.status("") as status:
            yield status.update
        return
    told = clock()

    def tell(doing: str) -> None:
        nonlocal told
        if clock() - told >= QUIET_SECONDS:
            told = clock()
            print(f"{name}: {doing}", file=console.file, flush=True)

    yield tell
