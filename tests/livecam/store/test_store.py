"""A store gives back what it was given."""

from __future__ import annotations

import dataclasses
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from livecam.core.errors import StoreError
from livecam.core.types import EyeState, Point, Pupil, Side
from livecam.store.samples import LabelAction, LabelEvent, Prediction, SampleState, SamplingReason, Split
from livecam.store.store import Store
from tests.fakes import make_noise, make_sample
from tests.livecam.store.conftest import Place

ANY_FLOAT = st.floats(allow_nan=False, allow_infinity=False, width=64)
ANY_TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
PUPILS = st.builds(Pupil, st.builds(Point, ANY_FLOAT, ANY_FLOAT), ANY_FLOAT, ANY_FLOAT, st.sampled_from(EyeState))
PREDICTIONS = st.lists(st.builds(Prediction, ANY_TEXT, ANY_TEXT, st.sampled_from(Side), st.none() | PUPILS)).map(tuple)


def test_a_picture_comes_back_pixel_by_pixel(store: Store) -> None:
    sample, picture = make_sample()

    store.add(sample, picture)

    assert np.array_equal(store.picture(sample.id), picture)


def test_a_sample_comes_back_with_every_field(store: Store) -> None:
    sample, picture = make_sample(
        3, seconds=0.1 + 0.2, source="rtsp://straße/1", reason=SamplingReason.JUMP, split=Split.TEST
    )

    store.add(sample, picture)

    assert _values(store.sample(sample.id).sample) == _values(sample)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(predictions=PREDICTIONS, session=ANY_TEXT, seconds=ANY_FLOAT, priority=ANY_FLOAT)
def test_no_digit_and_no_letter_is_lost(
    store: Store, predictions: tuple[Prediction, ...], session: str, seconds: float, priority: float
) -> None:
    sample, picture = make_sample(
        picture=make_noise(width=8, height=6),
        predictions=predictions,
        session=session,
        seconds=seconds,
        priority=priority,
    )

    store.clear()
    store.add(sample, picture)

    assert _values(store.sample(sample.id).sample) == _values(sample)


def test_a_name_that_no_encoding_knows_is_kept_readable(store: Store) -> None:
    """File names may be any bytes; Python holds those that are no text as lone surrogates."""
    sample, picture = make_sample(source=os.fsdecode(b"holiday-\xff.mp4"))

    store.add(sample, picture)

    assert store.sample(sample.id).sample.source == r"holiday-\udcff.mp4"


def test_the_same_pixels_are_kept_once(store: Store) -> None:
    sample, picture = make_sample()

    assert [store.add(sample, picture), store.add(sample, picture)] == [True, False]


def test_a_new_sample_is_new(store: Store) -> None:
    sample, picture = make_sample()

    store.add(sample, picture)

    assert store.sample(sample.id).state is SampleState.NEW


def test_a_decision_is_there_when_the_store_is_opened_again(place: Place) -> None:
    sample, picture = make_sample()
    with place.open() as store:
        store.add(sample, picture)
        store.append_events([LabelEvent(sample.id, LabelAction.SKIP, "anna")])

    with place.open() as store:
        assert store.sample(sample.id).state is SampleState.SKIPPED


def test_a_picture_lies_where_the_store_says(store: Store) -> None:
    sample, picture = make_sample()

    store.add(sample, picture)

    assert store.picture_path(sample.id).read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "a" * 63, "A" * 64, "f" * 64 + "\n"])
def test_what_cannot_be_an_id_leads_nowhere(store: Store, name: str) -> None:
    with pytest.raises(StoreError, match="no sample is called"):
        store.picture_path(name)


def test_an_unknown_sample_is_told(store: Store) -> None:
    with pytest.raises(StoreError, match="no sample is called 'ffff"):
        store.sample("f" * 64)


def test_the_picture_of_an_unknown_sample_is_told(store: Store) -> None:
    with pytest.raises(StoreError, match="is missing"):
        store.picture("f" * 64)


@pytest.mark.parametrize(
    "wrong", [{"id": "0" * 64}, {"size": (40, 48)}, {"priority": float("nan")}, {"seconds": float("inf")}]
)
def test_a_sample_that_is_not_about_its_picture_is_a_mistake(store: Store, wrong: dict[str, object]) -> None:
    sample, picture = make_sample(**wrong)

    with pytest.raises(ValueError):
        store.add(sample, picture)


def test_a_grey_picture_is_a_mistake(store: Store) -> None:
    sample, picture = make_sample()

    with pytest.raises(ValueError, match="uint8"):
        store.add(sample, picture[:, :, 0])


def test_the_folder_is_for_its_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "queue"
    with Store.open(folder):
        modes = [path.stat().st_mode & 0o777 for path in (folder, folder / "pictures", folder / "queue.db")]

    assert modes == [0o700, 0o700, 0o600]


def test_a_folder_that_others_could_read_is_closed_to_them(tmp_path: Path) -> None:
    folder = tmp_path / "queue"
    folder.mkdir(mode=0o755)

    with Store.open(folder):
        assert folder.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("name", ["100% sure?", "übung #2", "a&b=c;d'e"])
def test_a_folder_may_be_called_anything(tmp_path: Path, name: str) -> None:
    with Store.open(tmp_path / name) as store:
        store.add(*make_sample())

    assert (tmp_path / name / "queue.db").is_file()


def test_several_threads_may_use_one_store(store: Store) -> None:
    made = [make_sample(number) for number in range(24)]

    def keep(number: int) -> int:
        sample, picture = made[number]
        store.add(sample, picture)
        return store.append_events([LabelEvent(sample.id, LabelAction.SKIP, "anna")])[0].number

    with ThreadPoolExecutor(8) as threads:
        numbers = list(threads.map(keep, range(24)))

    assert sorted(numbers) == [event.number for event in store.events()]
    assert store.counts().states[SampleState.SKIPPED] == 24


def test_an_empty_folder_is_made_a_store_and_a_full_one_is_not(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").touch()

    with pytest.raises(StoreError, match="other things"):
        Store.open(tmp_path)


def test_a_store_knows_its_address_but_tells_no_password(place: Place) -> None:
    with place.open() as store:
        assert store.url.startswith(("sqlite:///", "postgresql://"))


def _values(sample: object) -> dict[str, object]:
    values = {field.name: getattr(sample, field.name) for field in dataclasses.fields(sample)}  # type: ignore[arg-type]
    return {**values, "landmarks": values["landmarks"].tolist()}
