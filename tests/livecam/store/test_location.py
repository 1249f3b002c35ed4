"""Where a store is when nobody names a place."""

from __future__ import annotations

from pathlib import Path

import pytest

from livecam.core.errors import StoreError
from livecam.store.location import default_folder, require_store
from livecam.store.store import Store


def test_it_is_in_the_users_data_directory() -> None:
    assert default_folder({"XDG_DATA_HOME": "/data"}) == Path("/data/livecam/queue")


@pytest.mark.parametrize("environment", [{}, {"XDG_DATA_HOME": ""}, {"XDG_DATA_HOME": "data"}])
def test_without_a_proper_one_it_is_in_the_usual_place(environment: dict[str, str]) -> None:
    assert default_folder(environment) == Path.home() / ".local" / "share" / "livecam" / "queue"


@pytest.mark.parametrize("home", ["", "relative"])
def test_a_user_without_a_home_has_no_store_in_the_working_folder(home: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """As services and containers have it."""
    monkeypatch.setenv("HOME", home)

    assert default_folder({}).is_absolute()


def test_a_store_that_was_mistyped_is_answered_with_the_one_beside_it(tmp_path: Path) -> None:
    Store.open(tmp_path / "hard").close()

    with pytest.raises(StoreError, match=r"did you mean .*hard\?"):
        require_store(tmp_path / "hrad", None)


@pytest.mark.parametrize("folder", ["cam", "selections", "rounds/001/fine", "rounds/001/promoted"])
def test_clearing_leaves_no_picture_that_was_made_from_samples(tmp_path: Path, folder: str) -> None:
    with Store.open(tmp_path / "queue") as store:
        (store.folder / folder).mkdir(parents=True)
        (store.folder / folder / "face.png").touch()
        store.clear()

        assert not (store.folder / folder).exists()


def test_clearing_leaves_the_models(tmp_path: Path) -> None:
    with Store.open(tmp_path / "queue") as store:
        model = store.folder / "rounds/001/model/pupil.tflite"
        model.parent.mkdir(parents=True)
        model.touch()
        store.clear()

        assert model.exists()
