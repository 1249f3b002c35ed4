"""The page: what is drawn where, and the way back from a click to the picture."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labeler.desktop import primitives
from labeler.desktop.app import Hearing
from labeler.desktop.eye_marks import MarkKind, mark
from labeler.desktop.eye_view import LEAST_SCALE, EyeView, eye_view
from labeler.desktop.page import EYES, HEIGHT, WIDTH, PageContent, RenderedPage, load_map, page
from labeler.desktop.text_panels import StatusInfo, summary, total
from labeler.desktop.window import KeyPressed, MouseButton, MouseInput, WindowClosed
from labeler.session.actions import LabelingAction, LabelingMode, PlacePupil, ResizeIris, UserInput
from labeler.session.item import LabelingItem
from labeler.session.keys import KEYS
from labeler.session.state import Contrast, ViewState
from livecam.core.types import Image, Point, Side
from tests.fakes import grey
from tests.labeler.session.person import Person, shelf
from tests.labeler.session.shelf import Shelf, make_picture, make_sample

FACTS = StatusInfo("queue")
points = st.builds(Point, st.floats(-50, 200), st.floats(-50, 200))


def the_item(person: Person) -> LabelingItem:
    assert person.session.item
    return person.session.item


def view(person: Person, side: Side, zoom: int = 0) -> EyeView:
    return eye_view(the_item(person), side, EYES[side], zoom)


def drawn(person: Person, picture: Image | None = None, map_picture: Image | None = None) -> RenderedPage:
    """The page before a person."""
    sample = person.controller.sample(person.session)
    before = PageContent(sample, make_picture() if picture is None else picture, map_picture) if sample else None
    return page(person.session, before, FACTS)


def colours(image: Image, area: primitives.Area) -> set[primitives.Colour]:
    blue, green, red = np.unique(area.of(image).reshape(-1, 3), axis=0).T.tolist()
    return set(zip(blue, green, red, strict=True))


@given(points, st.sampled_from(Side), st.integers(-6, 10))
def test_a_click_leads_back_to_the_point_that_was_drawn_there(point: Point, side: Side, zoom: int) -> None:
    eye = view(Person(shelf()), side, zoom)

    assert eye.to_picture(eye.to_page(point)) == pytest.approx(point, abs=1e-9)


def test_a_pixel_of_the_picture_is_enlarged_around_its_own_centre() -> None:
    picture = grey(160, 120, 0)
    picture[50, 112] = 255
    person = Person(shelf())
    eye = view(person, Side.LEFT)
    canvas = primitives.blank(WIDTH, HEIGHT)
    eye.draw(canvas, picture, ViewState(smooth=False))
    rows, columns = np.nonzero(canvas[..., 0] == 255)

    middle = Point(float(columns.mean()), float(rows.mean()))
    assert eye.to_picture(middle) == pytest.approx((112, 50), abs=0.5 / eye.scale)


def test_an_eye_is_at_least_eight_times_as_large_as_it_was() -> None:
    near = replace(the_item(Person(shelf())), unit=400.0)

    assert eye_view(near, Side.LEFT, EYES[Side.LEFT], 0).scale == LEAST_SCALE


@pytest.mark.parametrize(
    ("mode", "wishes", "kinds"),
    [
        (LabelingMode.ANNOTATE, (), {MarkKind.PREDICTION}),
        (LabelingMode.ANNOTATE, (LabelingAction.LEFT,), {MarkKind.DRAFT, MarkKind.PREDICTION}),
        (
            LabelingMode.ANNOTATE,
            (LabelingAction.LEFT, LabelingAction.ACCEPT, LabelingAction.PREVIOUS),
            {MarkKind.ACCEPTED},
        ),
        (
            LabelingMode.ANNOTATE,
            (LabelingAction.ACCEPT, LabelingAction.PREVIOUS, LabelingAction.LEFT),
            {MarkKind.ACCEPTED, MarkKind.DRAFT},
        ),
        (LabelingMode.REVIEW, (), {MarkKind.PREDICTION}),
        (LabelingMode.REVIEW, (LabelingAction.REJECT, LabelingAction.PREVIOUS), {MarkKind.REJECTED}),
        (LabelingMode.REVIEW, (LabelingAction.ACCEPT, LabelingAction.PREVIOUS), {MarkKind.ACCEPTED}),
    ],
)
def test_a_prediction_looks_different_until_it_is_moved_or_accepted(
    mode: LabelingMode, wishes: tuple[UserInput, ...], kinds: set[MarkKind]
) -> None:
    person = Person(shelf(), mode).wishes(*wishes)

    assert {mark(person.session, the_item(person), side).kind for side in Side} == kinds


@pytest.mark.parametrize(
    ("wishes", "words"),
    [
        ((), "prediction, confidence 0.40"),
        ((LabelingAction.CLOSED,), "placed: closed"),
        ((LabelingAction.OCCLUDED,), "placed: iris hidden"),
        ((LabelingAction.LEFT,), "placed"),
    ],
)
def test_the_caption_says_what_is_known_of_an_eye(wishes: tuple[UserInput, ...], words: str) -> None:
    person = Person(shelf()).wishes(*wishes)

    assert mark(person.session, the_item(person), Side.RIGHT).words() == words


def test_an_eye_without_a_prediction_says_so() -> None:
    person = Person(Shelf.of(make_sample(without=set(Side))))

    assert mark(person.session, the_item(person), Side.LEFT).words() == "no prediction"


@pytest.mark.parametrize(
    ("wishes", "colour"),
    [
        ((), primitives.AMBER),
        ((LabelingAction.LEFT,), primitives.CYAN),
        ((LabelingAction.ACCEPT, LabelingAction.PREVIOUS), primitives.GREEN),
    ],
)
def test_each_kind_has_its_colour(wishes: tuple[UserInput, ...], colour: primitives.Colour) -> None:
    middle = primitives.Area(100, 150, 450, 300)
    seen = np.array(list(colours(drawn(Person(shelf()).wishes(*wishes)).image, middle)))

    # Lines at fractions of a pixel are nowhere quite full.
    assert np.abs(seen - colour).max(axis=1).min() < 40


def test_landmarks_show_with_their_key() -> None:
    plain = drawn(Person(shelf(), LabelingMode.REVIEW)).image

    assert primitives.PINK in colours(
        drawn(Person(shelf(), LabelingMode.REVIEW).wishes(LabelingAction.LANDMARKS)).image, EYES[Side.LEFT]
    )
    assert primitives.PINK not in colours(plain, EYES[Side.LEFT])


def test_what_is_drawn_can_be_hidden() -> None:
    middle = primitives.Area(100, 150, 450, 300)

    assert len(colours(drawn(Person(shelf()).wishes(LabelingAction.BARE)).image, middle)) == 1


def test_stretched_contrast_uses_all_levels() -> None:
    picture = grey(160, 120, 100)
    picture[40:60, 105:115] = 120
    person = Person(shelf())
    canvas = primitives.blank(WIDTH, HEIGHT)
    view(person, Side.LEFT).draw(canvas, picture, ViewState(contrast=Contrast.STRETCHED, smooth=False))

    assert (canvas.min(), canvas.max()) == (0, 255)


def test_the_activation_map_is_shown_where_there_is_one(tmp_path: Path) -> None:
    store = shelf()
    store.folder = tmp_path
    (tmp_path / "cam").mkdir()
    cv2.imwrite(str(tmp_path / "cam" / f"{make_sample(0).id}.png"), np.full((40, 50, 3), (10, 20, 200), np.uint8))
    person = Person(store, LabelingMode.REVIEW).wishes(LabelingAction.MAP)

    shown = drawn(person, map_picture=load_map(person.controller.map_path(person.session)))

    assert shown.image[52 + 235, 640].tolist() == [10, 20, 200]


@pytest.mark.parametrize(
    "action", [LabelingAction.HELP, LabelingAction.LABELS, LabelingAction.ZOOM_IN, LabelingAction.SKIP]
)
def test_every_page_has_one_size(action: LabelingAction) -> None:
    assert drawn(Person(shelf(1)).wishes(action)).image.shape == (HEIGHT, WIDTH, 3)


def test_the_end_is_a_summary() -> None:
    person = Person(shelf(3)).wishes(LabelingAction.ACCEPT, LabelingAction.SKIP, LabelingAction.ACCEPT)

    assert summary(person.session, FACTS) == ("ann: 2 accepted, 1 skipped", "nothing is left")


def test_what_was_passed_over_is_counted_as_left() -> None:
    person = Person(shelf(3)).wishes(LabelingAction.NEXT, LabelingAction.ACCEPT, LabelingAction.ACCEPT)

    assert summary(person.session, FACTS)[-1] == "1 left undecided"


def test_the_total_does_not_change_while_deciding() -> None:
    person = Person(shelf(5))

    assert [total(person.wishes(LabelingAction.ACCEPT).session) for _ in range(5)] == [5] * 5


def test_a_click_on_an_eye_places_it_and_the_wheel_widens_it() -> None:
    person = Person(shelf())
    x, y = view(person, Side.LEFT).to_page(Point(111, 49))
    heard = [MouseInput(MouseButton.CLICK, Point(x, y)), MouseInput(MouseButton.WHEEL, Point(x, y), -2)]

    placed, widened = (Hearing(KEYS[LabelingMode.ANNOTATE], drawn(person)).parse(each) for each in heard)

    assert isinstance(placed, PlacePupil)
    assert placed.point == pytest.approx((111, 49))
    assert widened == ResizeIris(Side.LEFT, -2)


@pytest.mark.parametrize(
    ("heard", "wish"),
    [
        (WindowClosed(), LabelingAction.QUIT),
        (KeyPressed("c"), LabelingAction.CLOSED),
        (KeyPressed("F5"), None),
        (MouseInput(MouseButton.CLICK, Point(5, 5)), None),
    ],
)
def test_keys_and_the_closing_of_the_window_are_wishes(
    heard: KeyPressed | MouseInput | WindowClosed, wish: UserInput | None
) -> None:
    assert Hearing(KEYS[LabelingMode.ANNOTATE], drawn(Person(shelf()))).parse(heard) == wish


def test_esc_asks_for_what_closes_the_help_and_a_closed_window_ends_all_the_same() -> None:
    hearing = Hearing(KEYS[LabelingMode.REVIEW], drawn(Person(shelf())), escape=LabelingAction.HELP)
    heard = (KeyPressed("Escape"), KeyPressed("q"), WindowClosed())

    assert [hearing.parse(each) for each in heard] == [LabelingAction.HELP, LabelingAction.QUIT, LabelingAction.QUIT]


def test_long_words_are_cut_in_their_middle() -> None:
    assert primitives.fitting("/a/very/long/path/to/the/queue", 120).startswith("/a")


@pytest.mark.parametrize("how", [{"repeated": True}, {"unseen": True}])
def test_no_answer_comes_from_a_held_key_or_one_older_than_the_picture(how: dict[str, bool]) -> None:
    hearing = Hearing(KEYS[LabelingMode.REVIEW], drawn(Person(shelf())))

    assert [hearing.parse(KeyPressed(key, **how)) for key in "fd u"] == [None] * 4


def test_moves_go_on_while_their_key_is_held_and_the_help_comes_at_any_time() -> None:
    hearing = Hearing(KEYS[LabelingMode.ANNOTATE], drawn(Person(shelf())))

    assert hearing.parse(KeyPressed("ArrowLeft", repeated=True)) is LabelingAction.LEFT
    assert hearing.parse(KeyPressed("?", unseen=True)) is LabelingAction.HELP
