"""Runs targets on numbered inputs in another process, and reports stack traces, hangs, crashes and lost files."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from random import Random
from typing import NamedTuple, Protocol

from livecam.core.errors import LivecamError

LIMIT_S = 10.0  # of the processor; by the clock an input that takes longer is run again, alone
_HANG_S = 60.0  # by the clock, until a process that does not answer is ended: others may use the processors too
_STARTING_S = 120.0  # for the libraries and the first inputs of a target
_ACCEPTED, _REFUSED, _UNPREPARED = "accepted", "refused", "unprepared"


class BrokenPromiseError(AssertionError):
    """What a target noticed that is no exception: a file lost, an answer of the wrong shape, a wrong exit code."""


class Target(Protocol):
    """One kind of input. The same random numbers make the same input."""

    def prepare(self, folder: Path) -> None:
        """Makes what the inputs are made of, once, in a folder that stays."""
        ...

    def attempt(self, random: Random, folder: Path) -> None:
        """Makes one input in an empty folder and gives it to the program; a LivecamError is a polite refusal."""
        ...


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that must not happen: which input did it, and what came of it."""

    target: str
    number: int
    kind: str  # stack trace, slow, hang, crash
    detail: str

    def __str__(self) -> str:
        return f"{self.kind}: --target {self.target} --only {self.number}: {self.detail}"


@dataclass(slots=True)
class Tally:
    """What was tried and what came of it."""

    outcomes: Counter[str] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)
    slowest: float = 0.0
    waited: int = 0  # longer by the clock than the limit, of which the processor worked less
    limit: float = LIMIT_S

    @property
    def tried(self) -> int:
        return sum(self.outcomes.values())

    def add(self, other: Tally) -> None:
        self.outcomes.update(other.outcomes)
        self.findings += other.findings
        self.slowest = max(self.slowest, other.slowest)
        self.waited += other.waited

    def __str__(self) -> str:
        of = ", ".join(f"{count} {outcome}" for outcome, count in sorted(self.outcomes.items()))
        return (
            f"{self.tried} inputs ({of}), slowest {self.slowest:.1f} s of the processor, {len(self.findings)} findings;"
            f" {self.waited} took more than {self.limit:g} s by the clock and less of the processor, which is not slow"
        )


def random_of(seed: int, target: str, number: int) -> Random:
    return Random(f"{seed} {target} {number}")


def attempt_once(target: Target, name: str, seed: int, number: int, folder: Path) -> str:
    """`accepted` or `refused`; whatever else the target raises comes through. The folder must not be there yet."""
    folder.mkdir()
    before = Path.cwd()
    os.chdir(folder)
    try:
        target.attempt(random_of(seed, name, number), folder)
    except LivecamError as error:
        _check_words(str(error))
        return _REFUSED
    finally:
        os.chdir(before)
    return _ACCEPTED


def _check_words(message: str) -> None:
    """A refusal is one line of our own, and none of Python's."""
    if "\n" in message.strip() or "object is not" in message or "Traceback" in message or not message.strip():
        raise BrokenPromiseError(f"a refusal in these words: {message[:300]!r}")


@dataclass(slots=True)
class Runner:
    """Runs the numbers `first` to `first + count` of a target, in a process that is begun anew when it is lost.

    An input that takes longer than `limit` seconds by the clock is run once more in a process of its own: it is slow if
    that takes longer than `limit` seconds of processor time, and not because the computer was busy with other things.
    """

    name: str
    make: Callable[[], Target]
    seed: int
    limit: float = LIMIT_S
    say: Callable[[str], None] = lambda note: None

    def run(self, count: int, first: int = 0) -> Tally:
        tally, number = Tally(limit=self.limit), first
        while number < first + count:
            number = self._in_a_process(number, first + count, tally)
        return tally

    def _in_a_process(self, number: int, end: int, tally: Tally) -> int:
        """The number to go on with."""
        process, answers = _begin(self.make, self.name, self.seed, (number, end))
        try:
            while number < end:
                answer = _next_answer(answers, _STARTING_S if tally.tried == 0 else _HANG_S)
                if answer is None:
                    self._note(tally, number, "hang", f"no answer within {_HANG_S:g} s")
                    return number + 1
                self._count(tally, number, answer)
                number += 1
        except EOFError:
            process.join(5)
            self._note(tally, number, "crash", f"the process ended with {process.exitcode}")
            return number + 1
        finally:
            answers.close()
            process.kill()
            process.join()
        return number

    def _count(self, tally: Tally, number: int, answer: Answer) -> None:
        if answer.outcome == _UNPREPARED:
            raise RuntimeError(f"the inputs of {self.name} cannot be made: {answer.detail}")
        if answer.outcome not in (_ACCEPTED, _REFUSED):
            self._note(tally, number, answer.outcome, answer.detail)
            return
        processor_s = answer.processor_s if answer.seconds <= self.limit else self._alone(number)
        tally.slowest = max(tally.slowest, processor_s)
        if processor_s > self.limit:
            self._note(tally, number, "slow", f"took {processor_s:.1f} s of the processor, alone")
            return
        tally.outcomes[answer.outcome] += 1
        tally.waited += answer.seconds > self.limit

    def _alone(self, number: int) -> float:
        """Processor seconds that the input takes in a process of its own; infinite if that does not answer."""
        process, answers = _begin(self.make, self.name, self.seed, (number, number + 1))
        try:
            answer = _next_answer(answers, _STARTING_S)
            return answer.processor_s if answer else float("inf")
        except EOFError:
            return float("inf")
        finally:
            answers.close()
            process.kill()
            process.join()

    def _note(self, tally: Tally, number: int, kind: str, detail: str) -> None:
        finding = Finding(self.name, number, kind, detail)
        tally.outcomes[kind] += 1
        tally.findings.append(finding)
        self.say(str(finding))


class Answer(NamedTuple):
    """What came of one input, and how long it took by the clock and on the processor."""

    outcome: str
    seconds: float
    processor_s: float
    detail: str


def _begin(
    make: Callable[[], Target], name: str, seed: int, numbers: tuple[int, int]
) -> tuple[BaseProcess, Connection]:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(theirs, make, name, seed, numbers), daemon=True)
    process.start()
    theirs.close()
    return process, ours


def _next_answer(answers: Connection, patience_s: float) -> Answer | None:
    """None when there is none in time; an EOFError when the process is gone."""
    return answers.recv() if answers.poll(patience_s) else None


def _work(answers: Connection, make: Callable[[], Target], name: str, seed: int, numbers: tuple[int, int]) -> None:
    """The other process: one answer for each number."""
    with tempfile.TemporaryDirectory(prefix="livecam-fuzz-") as place, _silence(Path(place) / "said"):
        root = Path(place)
        at_home(root / "home")
        target = make()
        (root / "prepared").mkdir()
        try:
            target.prepare(root / "prepared")
        except Exception as error:
            answers.send(Answer(_UNPREPARED, 0.0, 0.0, described(error)))
            raise
        for number in range(*numbers):
            answers.send(_answer(target, name, seed, number, root))


def _answer(target: Target, name: str, seed: int, number: int, root: Path) -> Answer:
    said = root / "said"
    os.truncate(said, 0)
    folder, start, processor = root / f"input-{number}", time.monotonic(), time.process_time()
    outcome, detail = "stack trace", ""
    try:
        outcome = attempt_once(target, name, seed, number, folder)
    except BaseException as error:  # whatever it is, it is what is looked for
        detail = described(error)
    seconds, processor_s = time.monotonic() - start, time.process_time() - processor
    shutil.rmtree(folder, ignore_errors=True)
    words = said.read_bytes()
    if not detail and b"Traceback (most recent call last)" in words:
        last = words.decode(errors="replace").strip().splitlines()[-1]
        outcome, detail = "stack trace", f"printed by another thread: {last[:300]}"
    return Answer(outcome, seconds, processor_s, detail)


def described(error: BaseException) -> str:
    """What was raised and the innermost line of ours that it passed."""
    ours = [frame for frame in traceback.extract_tb(error.__traceback__) if "/fuzz/" not in frame.filename]
    ours = [frame for frame in ours if "site-packages" not in frame.filename] or ours
    place = f" at {Path(ours[-1].filename).name}:{ours[-1].lineno}" if ours else ""
    return f"{type(error).__name__}: {str(error)[:300]}{place}"


def at_home(folder: Path) -> None:
    """A home and data folders of nobody, so that nothing of the person who runs this is touched."""
    folder.mkdir()
    for name in ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
        os.environ[name] = str(folder)
    os.environ.pop("DISPLAY", None)


@contextmanager
def _silence(said: Path) -> Iterator[None]:
    """What is printed goes into a file, that of libraries in C too."""
    said.touch()
    handle = os.open(said, os.O_WRONLY | os.O_APPEND)
    for stream in (1, 2):
        os.dup2(handle, stream)
    os.close(handle)
    yield
    sys.stdout.flush()


def snapshot(folder: Path) -> Mapping[str, bytes]:
    """Every file below a folder by its name."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def check_untouched(before: Mapping[str, bytes], folder: Path, *, allowed: Sequence[str] = ()) -> None:
    """BrokenPromiseError when a file is gone or changed that was there `before`."""
    after = snapshot(folder)
    for name, content in before.items():
        if name not in allowed and after.get(name) != content:
            raise BrokenPromiseError(f"the file {name} was {'changed' if name in after else 'lost'}")
