"""The judging of labels as a fold of events: whatever the keys, nothing is lost and nothing is invented."""

from __future__ import annotations

from functools import reduce

from hypothesis import given
from hypothesis import strategies as st

from labeler.actions import EVERYWHERE, JUDGING, Action
from labeler.session import (
    MOST_ZOOM,
    Decision,
    Judged,
    Panel,
    Session,
    Undone,
    Verdict,
    after,
    meaning,
    resumed,
)

ITEMS = ("a.png", "b.png", "c.png")
sessions = st.lists(st.text("abcdef", min_size=1, max_size=3), unique=True, max_size=6).map(tuple)
keys = st.lists(st.sampled_from(sorted({*EVERYWHERE.values(), *JUDGING.values()} - {Action.QUIT})), max_size=40)


def pressed(session: Session, *actions: Action) -> Session:
    return reduce(lambda now, action: after(now, meaning(now, action)), actions, session)


def journaled(session: Session, *actions: Action) -> list[Decision]:
    """What a journal would hold after these keys."""
    kept: list[Decision] = []
    for action in actions:
        event = meaning(session, action)
        if isinstance(event, Judged | Undone):
            kept.append(event)
        session = after(session, event)
    return kept


@given(sessions, keys)
def test_the_journal_alone_brings_back_every_verdict(items: tuple[str, ...], actions: list[Action]) -> None:
    live = pressed(Session(items), *actions)

    assert resumed(items, journaled(Session(items), *actions)).verdicts == live.verdicts


@given(sessions, keys, st.integers(0, 40))
def test_being_killed_in_the_middle_changes_nothing(items: tuple[str, ...], actions: list[Action], cut: int) -> None:
    before = journaled(Session(items), *actions[:cut])
    again = resumed(items, before)

    kept = [*before, *journaled(again, *actions[cut:])]

    assert resumed(items, kept).verdicts == pressed(again, *actions[cut:]).verdicts


@given(sessions, keys)
def test_the_position_never_leaves_the_pictures_and_their_end(items: tuple[str, ...], actions: list[Action]) -> None:
    assert 0 <= pressed(Session(items), *actions).position <= len(items)


@given(sessions, keys)
def test_the_zoom_stays_within_its_limits(items: tuple[str, ...], actions: list[Action]) -> None:
    assert 0 <= pressed(Session(items), *actions).zoom <= MOST_ZOOM


@given(sessions, keys)
def test_as_many_undos_as_decisions_leave_nothing(items: tuple[str, ...], actions: list[Action]) -> None:
    live = pressed(Session(items), *actions)

    assert not pressed(live, *[Action.UNDO] * len(live.history)).verdicts


@given(sessions, keys)
def test_an_undo_after_a_decision_brings_the_old_verdicts_back(items: tuple[str, ...], actions: list[Action]) -> None:
    live = pressed(Session(items), *actions)
    if live.current is None:
        return

    assert pressed(live, Action.REJECT, Action.UNDO).verdicts == live.verdicts


@given(sessions, keys)
def test_looking_decides_nothing(items: tuple[str, ...], actions: list[Action]) -> None:
    looking = [a for a in actions if a not in {Action.ACCEPT, Action.REJECT, Action.SKIP, Action.UNDO}]

    assert not pressed(Session(items), *looking).history


@given(sessions, keys)
def test_a_session_goes_on_at_the_first_picture_without_a_verdict(
    items: tuple[str, ...], actions: list[Action]
) -> None:
    again = resumed(items, journaled(Session(items), *actions))

    assert [item in again.verdicts for item in items[: again.position]] == [True] * again.position
    assert again.current not in again.verdicts


def test_true_false_and_skip_decide_and_go_on() -> None:
    session = pressed(Session(ITEMS), Action.ACCEPT, Action.REJECT, Action.SKIP)

    assert session.verdicts == dict(zip(ITEMS, [Verdict.TRUE, Verdict.FALSE, Verdict.SKIPPED], strict=True))


def test_the_end_is_a_stop_and_not_the_beginning_again() -> None:
    session = pressed(Session(ITEMS), *[Action.NEXT] * 5)

    assert session.current is None


def test_a_decision_at_the_end_is_explained() -> None:
    assert "p goes back" in pressed(Session(()), Action.ACCEPT).notice


def test_a_picture_judged_again_has_the_later_verdict() -> None:
    session = pressed(Session(ITEMS), Action.ACCEPT, Action.PREVIOUS, Action.REJECT)

    assert session.verdicts == {"a.png": Verdict.FALSE}


def test_undo_shows_the_picture_it_took_the_verdict_from() -> None:
    session = pressed(Session(ITEMS), Action.ACCEPT, Action.NEXT, Action.NEXT, Action.UNDO)

    assert session.current == "a.png"


def test_undo_with_nothing_to_undo_says_so() -> None:
    assert pressed(Session(ITEMS), Action.UNDO).notice == "there is nothing to undo"


def test_a_panel_closes_with_the_key_that_opened_it() -> None:
    panels = [pressed(Session(ITEMS), *[Action.HELP] * count).panel for count in (1, 2)]

    assert panels == [Panel.HELP, Panel.NONE]


def test_judgements_of_pictures_that_are_gone_are_passed_over() -> None:
    session = resumed(ITEMS, [Judged("gone.png", Verdict.TRUE), Judged("a.png", Verdict.FALSE)])

    assert (session.verdicts, session.current) == ({"a.png": Verdict.FALSE}, "b.png")


def test_quitting_ends_the_session() -> None:
    assert pressed(Session(ITEMS), Action.QUIT).finished
