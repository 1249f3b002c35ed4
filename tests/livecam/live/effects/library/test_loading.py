"""Loading packs in a run: anew when a file is saved, the last good one when it is broken, by a thread when live."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from livecam.core.errors import PackError, SettingsError
from livecam.core.types import Image
from livecam.live.effects.controls import EffectControls
from livecam.live.effects.library.loading import PackLoader
from livecam.live.effects.library.trust import remember_trust
from livecam.live.effects.packs.python_code import EffectContext
from livecam.live.effects.stack import SelectableEffect
from livecam.settings import EffectSettings
from tests.fakes import grey, make_frame, make_scene
from tests.livecam.live.effects.packs.packs import LAYER, write_pack
from tests.screen import wait_until


@pytest.fixture(autouse=True)
def own_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    return tmp_path / "data/livecam/effects"


def loader(said: list[str] | None = None) -> PackLoader:
    settings = EffectSettings()
    context = EffectContext(EffectControls.starting(settings), settings)
    return PackLoader(context, (said if said is not None else []).append)


def save(folder: Path, text: str) -> None:
    """Saves as an editor does; the time of the file is another one even where clocks are coarse."""
    path = folder / "effect.toml"
    before = path.stat().st_mtime_ns
    path.write_text(text)
    os.utime(path, ns=(before + 10**9, before + 10**9))


def drawn(effect: SelectableEffect) -> Image:
    return effect.draw(make_scene(make_frame(grey())))


def test_what_is_saved_is_loaded_anew_and_a_mistake_keeps_the_last_good_one(tmp_path: Path) -> None:
    said: list[str] = []
    packs, folder = loader(said), write_pack(tmp_path / "mine")
    entry = str(folder)
    first = packs.get(entry)
    packs.look()
    assert packs.get(entry) is first
    save(folder, LAYER + LAYER)
    packs.look()
    assert len(packs.get(entry).pack.layers) == 2
    save(folder, LAYER + "opacty = 1")
    packs.look()
    packs.look()
    assert len(packs.get(entry).pack.layers) == 2
    save(folder, LAYER)
    packs.look()
    assert len(packs.get(entry).pack.layers) == 1
    assert [text.partition(";")[0] for text in said] == [
        f"{entry} is loaded anew", "mine/effect.toml:4: unknown key 'opacty'", f"{entry} is loaded anew",
    ]  # fmt: skip


def test_a_picture_that_is_saved_is_loaded_anew(tmp_path: Path) -> None:
    packs, folder = loader(), write_pack(tmp_path / "mine")
    first = packs.get(str(folder))
    write_pack(folder, size=24)
    packs.look()
    assert packs.get(str(folder)) is not first


@pytest.fixture
def live(tmp_path: Path) -> Iterator[tuple[SelectableEffect, list[str]]]:
    said: list[str] = []
    effect = SelectableEffect(EffectSettings(style=str(write_pack(tmp_path / "mine"))), say=said.append)
    with effect.watching():
        yield effect, said


def wait_for_picture(effect: SelectableEffect, right: Callable[[Image], bool]) -> None:
    wait_until(lambda: right(drawn(effect)), "another picture")


def is_grey(image: Image) -> bool:
    return bool((image == 128).all())


def test_a_file_that_is_saved_shows_in_a_live_run(live: tuple[SelectableEffect, list[str]], tmp_path: Path) -> None:
    effect, _ = live
    assert not is_grey(drawn(effect))
    save(tmp_path / "mine", LAYER + "opacity = 0")
    wait_for_picture(effect, is_grey)


def test_an_effect_chosen_in_a_live_run_is_loaded_beside_the_picture(live: tuple[SelectableEffect, list[str]]) -> None:
    effect, _ = live
    before = drawn(effect)
    effect.controls.style = "saucer,heart-eyes"
    wait_for_picture(effect, lambda image: not np.array_equal(image, before))
    assert [loaded.pack.name for loaded in effect.packs] == ["saucer", "heart-eyes"]


def test_an_effect_that_cannot_be_had_is_told_and_the_former_one_stays(
    live: tuple[SelectableEffect, list[str]], tmp_path: Path
) -> None:
    effect, said = live
    drawn(effect)
    name = effect.controls.style
    effect.controls.style = str(write_pack(tmp_path / "bad", "x"))
    wait_until(lambda: bool(drawn(effect).any() and said), "a word")
    assert effect.controls.style == name
    assert said[0].startswith("bad/effect.toml:1: ")


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ("saucr", "did you mean 'saucer'"),
        ("./none", "no folder './none'"),
        ("saucer,", "a name or a folder"),
        (",".join(["saucer"] * 9), "9 effects at once; at most 8"),
    ],
)
def test_a_name_that_stands_for_nothing_is_told(entry: str, told: str) -> None:
    with pytest.raises(SettingsError, match=told):
        SelectableEffect(EffectSettings(style=entry))


PAINTS = "def draw(image, face):\n    point = face.at('nose')\n    image[int(point.y), int(point.x)] = 255\n"


def test_python_of_a_folder_is_not_run_before_somebody_has_said_yes(tmp_path: Path) -> None:
    folder = write_pack(tmp_path / "mine", "name = 'mine'")
    (folder / "effect.py").write_text(PAINTS)
    with pytest.raises(PackError, match=r"is Python: it may do all that you may.*--allow-python"):
        loader().get(str(folder))
    remember_trust(folder)
    effect = SelectableEffect(EffectSettings(style=str(folder)))
    assert (drawn(effect) != 128).any(axis=2).sum() == 1


def test_the_yes_to_an_installed_pack_is_for_that_text(own_data: Path) -> None:
    folder = write_pack(own_data / "mine", "name = 'mine'")
    (folder / "effect.py").write_text(PAINTS)
    loaded = None
    with pytest.raises(PackError):
        loaded = loader().get("mine")
    from livecam.live.effects.packs.python_code import read_code

    remember_trust(folder, read_code(folder))
    loaded = loader().get("mine")
    (folder / "effect.py").write_text(PAINTS + "\n")
    with pytest.raises(PackError, match="is Python"):
        loader().get("mine")
    assert loaded.code is not None


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("def draw(image, face):\n    1/0\n", r"mine/effect.py:2: ZeroDivisionError"),
        ("def draw(image, face):\n    face.at('knee')\n", "unknown name 'knee'"),
    ],
)
def test_python_that_fails_in_a_picture_is_told_once_and_the_picture_goes_on(
    code: str, told: str, tmp_path: Path
) -> None:
    folder, said = write_pack(tmp_path / "mine"), []  # type: ignore[var-annotated]
    (folder / "effect.py").write_text(code)
    remember_trust(folder)
    effect = SelectableEffect(EffectSettings(style=str(folder)), say=said.append)
    pictures = [drawn(effect) for _ in range(3)]
    assert not is_grey(pictures[-1])
    assert len(said) == 1
    assert re.search(told, said[0])


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("def draw(:", r"effect\.py:1: SyntaxError"),
        ("x = 1", "neither draw"),
        ("import nothing_like_it", r"effect\.py:1: ModuleNotFoundError"),
        ("def create(context):\n    raise KeyError('a')", r"effect\.py:2: KeyError"),
    ],
)
def test_python_that_cannot_be_run_is_told(code: str, told: str, tmp_path: Path) -> None:
    folder = write_pack(tmp_path / "mine")
    (folder / "effect.py").write_text(code)
    remember_trust(folder)
    with pytest.raises(PackError, match=told):
        loader().get(str(folder))
