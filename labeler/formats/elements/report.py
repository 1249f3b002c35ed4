"""What an import left out and what it passed over, counted and named: nothing vanishes without a word."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from labeler.formats.elements.parsing import parse_errors
from livecam.core.errors import SourceError

_SHOWN = 10  # of each kind; the rest is counted


@dataclass(slots=True)
class ImportReport:
    """Filled while a file is read; `lines` is what its user should know."""

    left_out: list[str] = field(default_factory=list)  # a reason for each item
    unclear: Counter[str] = field(default_factory=Counter)  # what may have been a label, and why it became none
    passed_over: Counter[str] = field(default_factory=Counter)  # what is about something else
    notes: Counter[str] = field(default_factory=Counter)  # about what did come in

    @contextmanager
    def item(self, where: str) -> Iterator[None]:
        """What goes wrong inside leaves this item out, and none but this one."""
        try:
            with parse_errors(where):
                yield
        except SourceError as error:
            self.leave_out(str(error))

    def leave_out(self, reason: str) -> None:
        self.left_out.append(reason)

    def doubt(self, what: str, why: str) -> None:
        """A part of an item that may be a label, such as a point called `pupil` that says not of which eye."""
        self.unclear[f"{what}: {why}"] += 1

    def pass_over(self, what: str) -> None:
        """A part of an item that is none: `what` names it, such as `the point 'nose'`."""
        self.passed_over[what] += 1

    def note(self, text: str) -> None:
        """Something that is worth knowing of an item which came in; the same text is said once, with its count."""
        self.notes[text] += 1

    def lines(self) -> list[str]:
        """One for each thing that was left out or passed over; empty when all came in."""
        lines = [f"left out: {reason}" for reason in self.left_out[:_SHOWN]]
        if len(self.left_out) > _SHOWN:
            lines.append(f"left out: {len(self.left_out) - _SHOWN} more")
        lines += _counted("not understood", self.unclear) + _counted("passed over", self.passed_over)
        return lines + _counted("note", self.notes)

    def refuse(self) -> None:
        """SourceError for the first thing that was left out or not understood."""
        problems = [*self.left_out, *self.unclear]
        if problems:
            more = f"; and {len(problems) - 1} more" if len(problems) > 1 else ""
            raise SourceError(f"{problems[0]}{more}; nothing was imported, for it was to be strict")


def _counted(word: str, counts: Counter[str]) -> list[str]:
    lines = [
        f"{word}: {text}" + (f" ({count} times)" if count > 1 else "") for text, count in counts.most_common(_SHOWN)
    ]
    if len(counts) > _SHOWN:
        rest = sum(count for _, count in counts.most_common()[_SHOWN:])
        lines.append(f"{word}: {rest} more of {len(counts) - _SHOWN} other kinds")
    return lines
