"""What takes long tells how far it is."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest

from livecam.cli.progress import ProgressReporter, tell_stages, track_progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def clock(step: float) -> Callable[[], float]:
    times = iter(range(1000))
    return lambda: next(times) * step


def test_elsewhere_than_on_a_terminal_it_is_a_line_now_and_then() -> None:
    stream = io.StringIO()
    with ProgressReporter("livecam", 120.0, stream=stream, clock=clock(5)) as progress:
        for done in range(0, 50, 10):
            progress.update(done)

    assert stream.getvalue().splitlines() == [
        "livecam: 8% done, about 1 min 50 s left",
        "livecam: 25% done, about 1 min 00 s left",
    ]


def test_on_a_terminal_it_is_a_bar() -> None:
    stream = Terminal()
    with ProgressReporter("livecam", 10.0, stream=stream) as progress:
        progress.update(5.0)
        progress.update(99.0)

    assert "100%" in stream.getvalue()


def test_nothing_is_said_of_an_unknown_length() -> None:
    stream = Terminal()
    with ProgressReporter("livecam", None, stream=stream) as progress:
        progress.update(5.0)

    assert stream.getvalue() == ""


def test_elsewhere_a_stage_is_a_line_where_nothing_was_said_for_long() -> None:
    stream = io.StringIO()
    with tell_stages("livecam", stream=stream, clock=clock(4)) as tell:
        for doing in ("loading", "reading", "racing", "encoding"):
            tell(doing)

    assert stream.getvalue() == "livecam: racing\n"


def test_on_a_terminal_a_stage_turns() -> None:
    stream = Terminal()
    with tell_stages("livecam", stream=stream) as tell:
        tell("racing")

    assert "racing" in stream.getvalue()


@pytest.fixture
def _slow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("livecam.cli.progress.QUIET_SECONDS", 0.0)


@pytest.mark.usefixtures("_slow")
def test_of_many_pictures_it_is_told_how_many_are_done(capsys: pytest.CaptureFixture[str]) -> None:
    assert list(track_progress("livecam", ["a", "b", "c", "d"])) == ["a", "b", "c", "d"]
    assert "livecam: 75% done" in capsys.readouterr().err


@pytest.mark.usefixtures("_slow")
def test_of_one_picture_it_is_not(capsys: pytest.CaptureFixture[str]) -> None:
    assert list(track_progress("livecam", ["a"])) == ["a"]
    assert capsys.readouterr().err == ""
