"""The settings file: what it holds comes back, and what cannot be right is said plainly."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from livecam.core.errors import SettingsError
from livecam.settings import Settings, as_toml, load


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_the_written_settings_read_back_as_the_defaults(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(as_toml(Settings()))
    assert load(tmp_path / "mine.toml", {}) == Settings()


def test_every_key_stands_in_the_written_file_with_its_meaning() -> None:
    text = as_toml(Settings())
    for section in Settings.model_fields:
        for key, field in type(getattr(Settings(), section)).model_fields.items():
            assert f"# {field.description}\n" in text, key


def test_flags_override_the_file_and_the_file_overrides_the_defaults(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text("[effect]\nstyle = 'swirl'\nstrength = 0.5\n")
    effect = load(tmp_path / "mine.toml", {"effect": {"strength": 0.25, "style": None}}).effect
    assert (effect.style, effect.strength, effect.hold_ms) == ("swirl", 0.25, 250)


def test_the_file_of_the_working_folder_is_read_when_none_is_named(tmp_path: Path) -> None:
    (tmp_path / "livecam.toml").write_text("[faces]\nmax_faces = 2\n")
    assert load(None, {}).faces.max_faces == 2


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[efect]\nstyle = 'swirl'", "unknown key 'efect'; did you mean 'effect'? known: source, faces"),
        ("[effect]\nstile = 'swirl'", "unknown key 'effect.stile'; did you mean 'style'? known: style, strength"),
        ("[effect]\nstrength = 7", "effect.strength cannot be 7: input should be less than or equal to 1"),
        (
            "[faces]\nfinder = 'eyes'",
            "cannot be 'eyes': input should be 'auto', 'mesh', 'dlib' or 'mediapipe'",
        ),
        ("effect = 3", "effect cannot be 3"),
        ("[effect", "is not a TOML file"),
    ],
)
def test_what_cannot_be_right_is_named_with_what_would_be(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "mine.toml").write_text(text)
    with pytest.raises(SettingsError) as error:
        load(tmp_path / "mine.toml", {})
    assert message in str(error.value)


def test_a_flag_that_cannot_be_right_is_named_like_a_key() -> None:
    with pytest.raises(SettingsError, match=r"source.fps cannot be -1"):
        load(None, {"source": {"fps": -1}})


def test_a_missing_file_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"no\.toml: No such file or directory; `livecam config --write` makes one"):
        load(tmp_path / "no.toml", {})


def test_a_file_of_random_bytes_is_not_a_settings_file(tmp_path: Path) -> None:
    (tmp_path / "noise.toml").write_bytes(bytes(range(256)))
    with pytest.raises(SettingsError, match="is not a TOML file"):
        load(tmp_path / "noise.toml", {})


def test_a_scalar_in_place_of_a_section_is_named_even_when_a_flag_is_given(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text("effect = 3")
    flags: dict[str, dict[str, Any]] = {"effect": {"style": "swirl"}}
    with pytest.raises(SettingsError, match="effect cannot be 3"):
        load(tmp_path / "mine.toml", flags)
