"""The catalogue: the same texts in both languages, all of which a window can write, and which language is chosen."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from labeler.desktop.page import page
from labeler.desktop.text_panels import StatusInfo
from labeler.mask_review.page import page as mask_page
from labeler.mask_review.state import ReviewPanel, ReviewState, resumed
from labeler.session.actions import LabelingAction, LabelingMode
from labeler.session.keys import FOLDER_HELP, HELP, help_lines
from labeler.session.state import SidePanel
from labeler.texts.catalogue import Language, catalogue, has_text, language_of, system_language, text
from livecam.drawing.text import render_text
from livecam.store.samples import LabelAction, SamplingReason
from tests.labeler.session.person import Person, shelf


def test_both_languages_say_the_same_with_the_same_values() -> None:
    values = [
        {key: sorted(re.findall(r"\{(\w+)\}", words)) for key, words in catalogue(language).items()}
        for language in Language
    ]

    assert values[0] == values[1]


def test_everything_that_can_be_told_has_a_text() -> None:
    wanted = [f"action.{action.value}" for action in LabelAction]
    wanted += [f"why.{reason.value}" for reason in SamplingReason]
    wanted += [words for rows in (*HELP.values(), FOLDER_HELP) for _, words in rows]

    assert [key for key in wanted if not has_text(key)] == []


def test_a_window_can_write_every_character() -> None:
    unknown = render_text("\u0000", 48)
    used = set("".join("".join(catalogue(language).values()) for language in Language)) - {"?"}

    missing = [character for character in used if np.array_equal(render_text(character, 48), unknown)]
    assert sorted(missing) == []


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({"LANG": "ko_KR.UTF-8"}, Language.KOREAN),
        ({"LANG": "ko_KR.UTF-8", "LC_ALL": "C"}, Language.ENGLISH),
        ({"LC_MESSAGES": "ko", "LANG": "en_GB"}, Language.KOREAN),
        ({"LANG": "kok_IN"}, Language.ENGLISH),
    ],
)
def test_the_locale_chooses(environment: dict[str, str], language: Language) -> None:
    assert system_language(environment) is language


def test_a_browsers_tag_is_understood() -> None:
    assert [language_of(tag) for tag in ("ko-KR", "en-US", "")] == [Language.KOREAN, Language.ENGLISH, Language.ENGLISH]


def test_notices_are_in_the_persons_language() -> None:
    person = Person(shelf(1), LabelingMode.REVIEW, language=Language.KOREAN)
    nothing = person.wishes(LabelingAction.UNDO).session.message
    taken = person.wishes(LabelingAction.ACCEPT, LabelingAction.UNDO).session.message

    assert (nothing, taken) == ("되돌릴 것이 없습니다", "되돌림: 확정")


def test_the_windows_are_written_in_korean() -> None:
    """What is drawn differs from English wherever there are words."""
    people = [Person(shelf(), language=language).wishes(LabelingAction.HELP) for language in Language]
    assert people[0].session.view.panel is SidePanel.HELP
    shown = [page(person.session, None, StatusInfo("queue")).image for person in people]
    folders = [
        mask_page(_with_help(language), np.zeros((9, 9, 3), np.uint8), kept="here").astype(int) for language in Language
    ]

    assert (shown[0] != shown[1])[60:500].any(axis=2).sum() > 5000
    assert (folders[0] != folders[1]).any(axis=2).sum() > 3000
    assert help_lines(LabelingMode.REVIEW, {}, Language.KOREAN)[0][1] == text(Language.KOREAN, "help.accept")


def _with_help(language: Language) -> ReviewState:
    return replace(resumed({"a.png": None}, ()), language=language, panel=ReviewPanel.HELP)
