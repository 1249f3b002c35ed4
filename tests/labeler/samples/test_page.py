"""The page: what is drawn where, and the way back from a click to the picture."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labeler import ink
from labeler.actions import Action
from labeler.samples.actions import Mode, Place, Widen, Wish
from labeler.samples.eye_view import LEAST_SCALE, EyeView, eye_view
from labeler.samples.item import Item
from labeler.samples.marks import Kind, mark
from labeler.samples.page import EYES, HEIGHT, WIDTH, Before, Page, load_map, page
from labeler.samples.panels import Facts, summary, total
from labeler.samples.session import Contrast, View
from labeler.samples.sitting import wish_of
from labeler.window import Button, Closed, Key, Mouse
from livecam.core.scene import Image, Point, Side
from tests.fakes import grey
from tests.labeler.samples.person import Person, shelf
from tests.labeler.samples.shelf import Shelf, make_picture, make_sample

FACTS = Facts("queue")
points = st.builds(Point, st.floats(-50, 200), st.floats(-50, 200))


def the_item(person: Person) -> Item:
    assert person.session.item
    return person.session.item


def view(person: Person, side: Side, zoom: int = 0) -> EyeView:
    return eye_view(the_item(person), side, EYES[side], zoom)


def drawn(person: Person, picture: Image | None = None, map_picture: Image | None = None) -> Page:
    """The page before a person."""
    sample = person.desk.sample(person.session)
    before = Before(sample, make_picture() if picture is None else picture, map_picture) if sample else None
    return page(person.session, before, FACTS)


def colours(image: Image, area: ink.Area) -> set[ink.Colour]:
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
    canvas = ink.blank(WIDTH, HEIGHT)
    eye.draw(canvas, picture, View(smooth=False))
    rows, columns = np.nonzero(canvas[..., 0] == 255)

    middle = Point(float(columns.mean()), float(rows.mean()))
    assert eye.to_picture(middle) == pytest.approx((112, 50), abs=0.5 / eye.scale)


def test_an_eye_is_at_least_eight_times_as_large_as_it_was() -> None:
    near = replace(the_item(Person(shelf())), unit=400.0)

    assert eye_view(near, Side.LEFT, EYES[Side.LEFT], 0).scale == LEAST_SCALE


@pytest.mark.parametrize(
    ("mode", "wishes", "kinds"),
    [
        (Mode.ANNOTATE, (), {Kind.GUESS}),
        (Mode.ANNOTATE, (Action.LEFT,), {Kind.DRAFT, Kind.GUESS}),
        (Mode.ANNOTATE, (Action.LEFT, Action.ACCEPT, Action.PREVIOUS), {Kind.ACCEPTED}),
        (Mode.ANNOTATE, (Action.ACCEPT, Action.PREVIOUS, Action.LEFT), {Kind.ACCEPTED, Kind.DRAFT}),
        (Mode.REVIEW, (), {Kind.GUESS}),
        (Mode.REVIEW, (Action.REJECT, Action.PREVIOUS), {Kind.REJECTED}),
        (Mode.REVIEW, (Action.ACCEPT, Action.PREVIOUS), {Kind.ACCEPTED}),
    ],
)
def test_a_guess_looks_different_until_it_is_moved_or_accepted(
    mode: Mode, wishes: tuple[Wish, ...], kinds: set[Kind]
) -> None:
    person = Person(shelf(), mode).wishes(*wishes)

    assert {mark(person.session, the_item(person), side).kind for side in Side} == kinds


@pytest.mark.parametrize(
    ("wishes", "words"),
    [
        ((), "guess, confidence 0.40"),
        ((Action.CLOSED,), "placed: closed"),
        ((Action.OCCLUDED,), "placed: iris hidden"),
        ((Action.LEFT,), "placed"),
    ],
)
def test_the_caption_says_what_is_known_of_an_eye(wishes: tuple[Wish, ...], words: str) -> None:
    person = Person(shelf()).wishes(*wishes)

    assert mark(person.session, the_item(person), Side.RIGHT).words == words


def test_an_eye_without_a_guess_says_so() -> None:
    person = Person(Shelf.of(make_sample(without=set(Side))))

    assert mark(person.session, the_item(person), Side.LEFT).words == "no guess"


@pytest.mark.parametrize(
    ("wishes", "colour"),
    [((), ink.AMBER), ((Action.LEFT,), ink.CYAN), ((Action.ACCEPT, Action.PREVIOUS), ink.GREEN)],
)
def test_each_kind_has_its_colour(wishes: tuple[Wish, ...], colour: ink.Colour) -> None:
    middle = ink.Area(100, 150, 450, 300)
    seen = np.array(list(colours(drawn(Person(shelf()).wishes(*wishes)).image, middle)))

    # Lines at fractions of a pixel are nowhere quite full.
    assert np.abs(seen - colour).max(axis=1).min() < 40


def test_landmarks_show_with_their_key() -> None:
    plain = drawn(Person(shelf(), Mode.REVIEW)).image

    assert ink.PINK in colours(drawn(Person(shelf(), Mode.REVIEW).wishes(Action.LANDMARKS)).image, EYES[Side.LEFT])
    assert ink.PINK not in colours(plain, EYES[Side.LEFT])


def test_what_is_drawn_can_be_hidden() -> None:
    middle = ink.Area(100, 150, 450, 300)

    assert len(colours(drawn(Person(shelf()).wishes(Action.BARE)).image, middle)) == 1


def test_stretched_contrast_uses_all_levels() -> None:
    picture = grey(160, 120, 100)
    picture[40:60, 105:115] = 120
    person = Person(shelf())
    canvas = ink.blank(WIDTH, HEIGHT)
    view(person, Side.LEFT).draw(canvas, picture, View(contrast=Contrast.STRETCHED, smooth=False))

    assert (canvas.min(), canvas.max()) == (0, 255)


def test_the_activation_map_is_shown_where_there_is_one(tmp_path: Path) -> None:
    store = shelf()
    store.folder = tmp_path
    (tmp_path / "cam").mkdir()
    cv2.imwrite(str(tmp_path / "cam" / f"{make_sample(0).id}.png"), np.full((40, 50, 3), (10, 20, 200), np.uint8))
    person = Person(store, Mode.REVIEW).wishes(Action.MAP)

    shown = drawn(person, map_picture=load_map(person.desk.map_path(person.session)))

    assert shown.image[52 + 235, 640].tolist() == [10, 20, 200]


@pytest.mark.parametrize("action", [Action.HELP, Action.LABELS, Action.ZOOM_IN, Action.SKIP])
def test_every_page_has_one_size(action: Action) -> None:
    assert drawn(Person(shelf(1)).wishes(action)).image.shape == (HEIGHT, WIDTH, 3)


def test_the_end_is_a_summary() -> None:
    person = Person(shelf(3)).wishes(Action.ACCEPT, Action.SKIP, Action.ACCEPT)

    assert summary(person.session, FACTS) == ("ann: 2 accepted, 1 skipped", "nothing is left")


def test_what_was_passed_over_is_counted_as_left() -> None:
    person = Person(shelf(3)).wishes(Action.NEXT, Action.ACCEPT, Action.ACCEPT)

    assert summary(person.session, FACTS)[-1] == "1 left undecided"


def test_the_total_does_not_change_while_deciding() -> None:
    person = Person(shelf(5))

    assert [total(person.wishes(Action.ACCEPT).session) for _ in range(5)] == [5] * 5


def test_a_click_on_an_eye_places_it_and_the_wheel_widens_it() -> None:
    person = Person(shelf())
    x, y = view(person, Side.LEFT).to_page(Point(111, 49))
    heard = [Mouse(Button.CLICK, Point(x, y)), Mouse(Button.WHEEL, Point(x, y), -2)]

    placed, widened = (wish_of(Mode.ANNOTATE, each, drawn(person)) for each in heard)

    assert isinstance(placed, Place)
    assert placed.point == pytest.approx((111, 49))
    assert widened == Widen(Side.LEFT, -2)


@pytest.mark.parametrize(
    ("heard", "wish"),
    [(Closed(), Action.QUIT), (Key("c"), Action.CLOSED), (Key("F5"), None), (Mouse(Button.CLICK, Point(5, 5)), None)],
)
def test_keys_and_the_closing_of_the_window_are_wishes(heard: Key | Mouse | Closed, wish: Wish | None) -> None:
    assert wish_of(Mode.ANNOTATE, heard, drawn(Person(shelf()))) == wish


def test_long_words_are_cut_in_their_middle() -> None:
    assert ink.fitting("/a/very/long/path/to/the/queue", 120).startswith("/a")
