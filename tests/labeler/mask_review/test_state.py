"""The judging of labels as a fold of events: whatever the keys, nothing is lost and nothing is invented."""

from __future__ import annotations

from functools import reduce

from hypothesis import given
from hypothesis import strategies as st

from labeler.formats.tutorial import MaskVerdict
from labeler.mask_review.state import (
    MOST_ZOOM,
    Decision,
    JudgementUndone,
    MaskJudged,
    ReviewPanel,
    ReviewState,
    after,
    meaning,
    resumed,
)
from labeler.session.actions import LabelingAction
from labeler.session.keys import EVERYWHERE, JUDGING

ITEMS = ("a.png", "b.png", "c.png")
sessions = st.lists(st.text("abcdef", min_size=1, max_size=3), unique=True, max_size=6).map(tuple)
keys = st.lists(st.sampled_from(sorted({*EVERYWHERE.values(), *JUDGING.values()} - {LabelingAction.QUIT})), max_size=40)


def pressed(session: ReviewState, *actions: LabelingAction) -> ReviewState:
    return reduce(lambda now, action: after(now, meaning(now, action)), actions, session)


def journaled(session: ReviewState, *actions: LabelingAction) -> list[Decision]:
    """What a journal would hold after these keys."""
    kept: list[Decision] = []
    for action in actions:
        event = meaning(session, action)
        if isinstance(event, MaskJudged | JudgementUndone):
            kept.append(event)
        session = after(session, event)
    return kept


@given(sessions, keys)
def test_the_journal_alone_brings_back_every_verdict(items: tuple[str, ...], actions: list[LabelingAction]) -> None:
    live = pressed(ReviewState(items), *actions)

    assert resumed(items, journaled(ReviewState(items), *actions)).verdicts == live.verdicts


@given(sessions, keys, st.integers(0, 40))
def test_being_killed_in_the_middle_changes_nothing(
    items: tuple[str, ...], actions: list[LabelingAction], cut: int
) -> None:
    before = journaled(ReviewState(items), *actions[:cut])
    again = resumed(items, before)

    kept = [*before, *journaled(again, *actions[cut:])]

    assert resumed(items, kept).verdicts == pressed(again, *actions[cut:]).verdicts


@given(sessions, keys)
def test_the_position_never_leaves_the_pictures_and_their_end(
    items: tuple[str, ...], actions: list[LabelingAction]
) -> None:
    assert 0 <= pressed(ReviewState(items), *actions).position <= len(items)


@given(sessions, keys)
def test_the_zoom_stays_within_its_limits(items: tuple[str, ...], actions: list[LabelingAction]) -> None:
    assert 0 <= pressed(ReviewState(items), *actions).zoom <= MOST_ZOOM


@given(sessions, keys)
def test_as_many_undos_as_decisions_leave_nothing(items: tuple[str, ...], actions: list[LabelingAction]) -> None:
    live = pressed(ReviewState(items), *actions)

    assert not pressed(live, *[LabelingAction.UNDO] * len(live.history)).verdicts


@given(sessions, keys)
def test_an_undo_after_a_decision_brings_the_old_verdicts_back(
    items: tuple[str, ...], actions: list[LabelingAction]
) -> None:
    live = pressed(ReviewState(items), *actions)
    if live.current is None:
        return

    assert pressed(live, LabelingAction.REJECT, LabelingAction.UNDO).verdicts == live.verdicts


@given(sessions, keys)
def test_looking_decides_nothing(items: tuple[str, ...], actions: list[LabelingAction]) -> None:
    looking = [
        a
        for a in actions
        if a not in {LabelingAction.ACCEPT, LabelingAction.REJECT, LabelingAction.SKIP, LabelingAction.UNDO}
    ]

    assert not pressed(ReviewState(items), *looking).history


@given(sessions, keys)
def test_a_session_goes_on_at_the_first_picture_without_a_verdict(
    items: tuple[str, ...], actions: list[LabelingAction]
) -> None:
    again = resumed(items, journaled(ReviewState(items), *actions))

    assert [item in again.verdicts for item in items[: again.position]] == [True] * again.position
    assert again.current not in again.verdicts


def test_true_false_and_skip_decide_and_go_on() -> None:
    session = pressed(ReviewState(ITEMS), LabelingAction.ACCEPT, LabelingAction.REJECT, LabelingAction.SKIP)

    assert session.verdicts == dict(zip(ITEMS, [MaskVerdict.TRUE, MaskVerdict.FALSE, MaskVerdict.SKIPPED], strict=True))


def test_the_end_is_a_stop_and_not_the_beginning_again() -> None:
    session = pressed(ReviewState(ITEMS), *[LabelingAction.NEXT] * 5)

    assert session.current is None


def test_a_decision_at_the_end_is_explained() -> None:
    assert "p goes back" in pressed(ReviewState(()), LabelingAction.ACCEPT).notice


def test_a_picture_judged_again_has_the_later_verdict() -> None:
    session = pressed(ReviewState(ITEMS), LabelingAction.ACCEPT, LabelingAction.PREVIOUS, LabelingAction.REJECT)

    assert session.verdicts == {"a.png": MaskVerdict.FALSE}


def test_undo_shows_the_picture_it_took_the_verdict_from() -> None:
    session = pressed(
        ReviewState(ITEMS), LabelingAction.ACCEPT, LabelingAction.NEXT, LabelingAction.NEXT, LabelingAction.UNDO
    )

    assert session.current == "a.png"


def test_undo_with_nothing_to_undo_says_so() -> None:
    assert pressed(ReviewState(ITEMS), LabelingAction.UNDO).notice == "there is nothing to undo"


def test_a_panel_closes_with_the_key_that_opened_it() -> None:
    panels = [pressed(ReviewState(ITEMS), *[LabelingAction.HELP] * count).panel for count in (1, 2)]

    assert panels == [ReviewPanel.HELP, ReviewPanel.NONE]


def test_judgements_of_pictures_that_are_gone_are_passed_over() -> None:
    session = resumed(ITEMS, [MaskJudged("gone.png", MaskVerdict.TRUE), MaskJudged("a.png", MaskVerdict.FALSE)])

    assert (session.verdicts, session.current) == ({"a.png": MaskVerdict.FALSE}, "b.png")


def test_quitting_ends_the_session() -> None:
    assert pressed(ReviewState(ITEMS), LabelingAction.QUIT).finished
