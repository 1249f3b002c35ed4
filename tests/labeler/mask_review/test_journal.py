"""Decisions on disk: whole lines only, one writer, and clear words when something is wrong."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labeler.formats.tutorial import MaskVerdict
from labeler.mask_review.journal import Journal
from labeler.mask_review.state import JudgementUndone, MaskJudged
from livecam.core.errors import SinkError, SourceError

pytestmark = pytest.mark.kills

A, B = MaskJudged("a.png", MaskVerdict.TRUE), MaskJudged("눈 1.png", MaskVerdict.FALSE)
decisions = st.one_of(
    st.builds(MaskJudged, st.text(max_size=8), st.sampled_from(MaskVerdict)), st.just(JudgementUndone())
)


def noon() -> datetime:
    return datetime(2026, 1, 1, 12, tzinfo=UTC)


def written(path: Path, *kept: MaskJudged | JudgementUndone) -> Path:
    with Journal(path, clock=noon) as journal:
        for decision in kept:
            journal.append(decision)
    return path


@given(kept=st.lists(decisions, max_size=6))
def test_what_was_appended_is_there_when_it_is_opened_again(
    tmp_path_factory: pytest.TempPathFactory, kept: list[MaskJudged | JudgementUndone]
) -> None:
    with Journal(written(tmp_path_factory.mktemp("journal") / "j", *kept)) as journal:
        assert journal.past == tuple(kept)


@given(lost=st.integers(1, 200))
def test_a_line_cut_short_by_a_crash_is_taken_off_and_the_others_stay(
    tmp_path_factory: pytest.TempPathFactory, lost: int
) -> None:
    path = written(tmp_path_factory.mktemp("journal") / "j", A, JudgementUndone(), B)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(path.read_bytes()[: -min(lost, len(lines[-1]))])

    written(path, B)

    assert path.read_bytes().splitlines(keepends=True) == lines


def test_a_second_labeler_is_sent_away(tmp_path: Path) -> None:
    with Journal(tmp_path / "j"), pytest.raises(SinkError, match="in use by another"):
        Journal(tmp_path / "j")


def test_a_line_that_is_no_decision_is_named(tmp_path: Path) -> None:
    path = written(tmp_path / "j", A)
    path.write_bytes(path.read_bytes() + b'{"schema": 1, "event": "guessed"}\n')

    with pytest.raises(SourceError, match="line 2 of"):
        Journal(path)


def test_a_newer_schema_is_refused(tmp_path: Path) -> None:
    (tmp_path / "j").write_text('{"schema": 2, "event": "undone"}\n')

    with pytest.raises(SourceError, match="schema 1"):
        Journal(tmp_path / "j")


def test_a_journal_that_cannot_be_made_says_which_flag_helps(tmp_path: Path) -> None:
    with pytest.raises(SinkError, match="--journal"):
        Journal(tmp_path / "no such folder" / "j")


@contextmanager
def files_no_longer_than(size: int) -> Iterator[None]:
    """A disk that is full after so many bytes, in the middle of a write too."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_is_an_error_and_leaves_the_journal_as_it_was(tmp_path: Path) -> None:
    path = written(tmp_path / "j", A)
    before = path.read_bytes()

    with Journal(path) as journal, files_no_longer_than(len(before) + 20), pytest.raises(SinkError, match="make room"):
        journal.append(B)

    assert path.read_bytes() == before
