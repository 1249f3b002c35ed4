"""The settings file: what it holds comes back, and what cannot be right is said plainly."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from livecam.core.errors import SettingsError
from livecam.settings import Settings
from livecam.settings_file import as_changes, as_toml, find_origins, load


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_the_written_settings_read_back_as_the_defaults(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(as_toml(Settings()))
    assert load(tmp_path / "mine.toml", {}) == Settings()


def test_every_key_stands_in_the_written_file_with_its_meaning() -> None:
    text = as_toml(Settings())
    for section in Settings.model_fields:
        lines = text.split(f"[{section}]\n")[1].split("\n\n")[0].splitlines()
        assert len(lines) == 2 * len(type(getattr(Settings(), section)).model_fields)
        for meaning, value in zip(lines[::2], lines[1::2], strict=True):
            assert re.fullmatch(r"# \S.{9,}", meaning), value


def test_a_changed_file_sets_what_differs_and_holds_the_rest_as_comments(tmp_path: Path) -> None:
    flags = {"effect": {"strength": 0.25}, "output": {"sinks": ["null"]}, "keys": {"run": {"quit": ["q", "Escape"]}}}
    text = as_changes(load(None, flags))
    (tmp_path / "mine.toml").write_text(text)

    assert [line for line in text.splitlines() if line and line[0] not in "#["] == [
        "strength = 0.25",
        'sinks = ["null"]',
        'run = { "quit" = ["q", "Escape"] }',
    ]
    assert '# style = "saucer"' in text
    assert load(tmp_path / "mine.toml", {}) == load(None, flags)


def test_every_value_tells_where_it_is_from(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text("[effect]\nstyle = 'swirl'\nstrength = 0.5\n")
    flags = {"effect": {"strength": 0.25, "style": None}}
    text = as_toml(load(tmp_path / "mine.toml", flags), find_origins(tmp_path / "mine.toml", flags))

    assert f'style = "swirl"  # {tmp_path / "mine.toml"}\n' in text
    assert "strength = 0.25  # flag\n" in text
    assert "hold_ms = 250.0  # default\n" in text


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


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le"])
def test_a_mark_at_the_beginning_of_the_file_is_passed_over(tmp_path: Path, encoding: str) -> None:
    """UTF-16 is what `>` writes in an older PowerShell."""
    (tmp_path / "mine.toml").write_bytes("[effect]\r\nstyle = 'swirl'\r\n".encode(encoding))
    assert load(tmp_path / "mine.toml", {}).effect.style == "swirl"


def test_the_home_folder_and_variables_are_expanded_in_every_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/anna")
    monkeypatch.setenv("USERPROFILE", "/home/anna")
    monkeypatch.setenv("CLIPS", "/clips")
    Path("livecam.toml").write_text(
        "[source]\nsource = '$CLIPS/a.mp4'\n[pupils]\nmodel = '~/m.tflite'\n"
        "[output]\nsinks = ['~/out.mp4', 'null', '${CLIPS}/b.mkv']\nfolder = '~'\n[collect]\nqueue = '$CLIPS'\n"
    )

    read = load(None, {})

    assert (read.source.source, read.pupils.model) == ("/clips/a.mp4", Path("/home/anna/m.tflite"))
    assert read.output.sinks == ("/home/anna/out.mp4", "null", "/clips/b.mkv")
    assert (read.output.folder, read.collect.queue) == (Path("/home/anna"), Path("/clips"))


def test_relative_paths_of_a_file_are_relative_to_that_file(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "mine.toml").write_text("[source]\nsource = 'a.mp4'\n[collect]\nqueue = 'queue'\n")

    read = load(tmp_path / "sub" / "mine.toml", {})

    assert (read.source.source, read.collect.queue) == (str(tmp_path / "sub" / "a.mp4"), tmp_path / "sub" / "queue")


def test_relative_paths_of_flags_are_relative_to_the_working_folder(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "mine.toml").write_text("[source]\nsource = 'a.mp4'\n")

    assert load(tmp_path / "sub" / "mine.toml", {"source": {"source": "b.mp4"}}).source.source == "b.mp4"


@pytest.mark.parametrize("name", ["0", "auto", "demo", "rtsp://host/$HOME", "https://host/~x"])
def test_a_source_that_is_no_path_stays_as_it_is(name: str, tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "mine.toml").write_text(f"[source]\nsource = '{name}'\n")

    assert load(tmp_path / "sub" / "mine.toml", {}).source.source == name


def test_a_file_whose_name_looks_like_a_variable_is_itself(tmp_path: Path) -> None:
    (tmp_path / "$HOME.mp4").touch()

    assert load(None, {"source": {"source": "$HOME.mp4"}}).source.source == "$HOME.mp4"


def test_settings_that_are_no_utf_8_are_told_without_words_of_python(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_bytes(b"\xff\xfe\0")
    with pytest.raises(SettingsError, match=r"a\.toml is not a TOML file: byte 0 is no UTF-8; save it as UTF-8"):
        load(tmp_path / "a.toml", {})


def test_folders_of_effects_are_relative_to_the_file_and_names_stay(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other/mine.toml").write_text('[effect]\nstyle = "saucer, ./love,../kept"')
    style = load(tmp_path / "other/mine.toml", {}).effect.style
    assert style == f"saucer,{tmp_path / 'other/love'},{tmp_path / 'other/../kept'}"


def test_a_camera_or_a_screen_by_name_is_no_file_beside_the_settings(tmp_path: Path) -> None:
    folder, read = tmp_path / "sub", []
    (folder / "clips").mkdir(parents=True)
    file = folder / "livecam.toml"
    for name in ("OBS Virtual Camera", "screen:2", "clips", "clip.mp4"):
        file.write_text(f'[source]\nsource = "{name}"\n')
        read.append(load(file, {}).source.source)
    assert read == ["OBS Virtual Camera", "screen:2", str(folder / "clips"), str(folder / "clip.mp4")]
