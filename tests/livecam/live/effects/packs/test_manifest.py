"""What is told of an effect.toml that cannot be: file, line, what is wrong, and what would be right."""

from __future__ import annotations

from pathlib import Path

import pytest

from livecam.core.errors import PackError
from livecam.live.effects.packs.toml_lines import line_of
from tests.livecam.live.effects.packs.packs import LAYER, load, write_pack

WRONG = {
    'name = "mine\n': (1, "this is no TOML"),
    "format = 2\n" + LAYER: (1, "newer than 1; update livecam"),
    'name = "Mine!"\n' + LAYER: (1, "small letters, digits and hyphens"),
    "colour = 1\n" + LAYER: (1, "unknown key 'colour'; known"),
    LAYER + "opacty = 1": (4, "unknown key 'opacty'; did you mean 'opacity'"),
    LAYER + 'opacity = "smil"': (4, "unknown name 'smil'; did you mean 'smile'"),
    LAYER + 'opacity = "smile +"': (4, "layer.opacity: 'smile \\+' is no formula"),
    LAYER + "opacity = []": (4, "layer.opacity: a list is no number"),
    LAYER + 'size = ["1", "mouth"]': (4, "unknown name 'mouth'; did you mean 'mouth_open'"),
    LAYER + 'blend = "burn"': (4, "'normal', 'multiply', 'screen' or 'add'"),
    LAYER + 'anchor2 = "eyes"': (4, "did you mean 'anchor'"),
    '\n[[layer]]\npicture = "a.png"\nanchor = "eyse"': (4, "there is no anchor 'eyse'; did you mean 'eyes'"),
    '[[layer]]\npicture = "a.png"\nanchor = { landmarks = [70] }': (3, "less than or equal to 67"),
    '[[layer]]\npicture = "a.png"\nanchor = { landmarks = [1, 2], weights = [1] }': (3, "as many weights"),
    '[[layer]]\npicture = "a.png"\nanchor = { landmarks = [1, 2, 3], weights = [1, 1e308, -1e308] }': (
        3,
        "weights cannot",
    ),
    LAYER + "offset = [1e308, 0]": (4, "between -1e9 and 1e9"),
    LAYER + 'on = "hiccup"': (4, "there is no event 'hiccup'; known: blink"),
    LAYER + 'within = "white"': (4, "no other layer named 'white'"),
    LAYER + LAYER.replace("a.png", "b.png"): (5, "the picture 'b.png' is missing; there are a.png"),
    LAYER.replace("a.png", "../a.png"): (2, "outside the folder"),
    LAYER.replace("a.png", "/etc/passwd"): (2, "outside the folder"),
    LAYER.replace("a.png", "*/*.png"): (2, "a \\* may stand in the name"),
    LAYER + 'warp = "bulge"': (1, "one of picture, warp and pack; it has picture and warp"),
    '[[layer]]\nanchor = "eyes"': (1, "it has none of them"),
    '[[layer]]\nwarp = "bulge"': (1, "needs an amount"),
    '[[layer]]\nwarp = "quake"\namount = 0.1': (2, "anchor it to pupils"),
    '[[layer]]\nwarp = "ripple"\namount = [1, 2]': (3, "takes one amount"),
    '[[layer]]\nwarp = "bulge"\nanchor = "screen"\namount = 1': (3, "bends a part of a face"),
    '[[layer]]\npack = "nobody"': (2, "there is no effect 'nobody'"),
    '[values]\na = "b"\nb = "a"\n' + LAYER: (2, "a -> b -> a need each other"),
    "[values]\ntime = 1\n" + LAYER: (2, "'time' has a meaning already"),
    "[values]\na = 1\n\n[[layer]]\npicture = 'a.png'\n[layer.values]\nb = 'c'": (7, "unknown name 'c'"),
    LAYER * 500: (301, "500 layers; at most 100"),
    "title = ''": (None, "there is no \\[\\[layer\\]\\]"),
    "layer = 3": (1, "layer cannot be 3"),
    "[[layer]]\npicture = 3": (2, "picture cannot be 3"),
}


@pytest.mark.parametrize("text", WRONG, ids=lambda text: " ".join(text.split())[:40])
def test_what_is_wrong_is_told_with_its_line(text: str, tmp_path: Path) -> None:
    line, told = WRONG[text]
    where = f"mine/effect.toml:{line}: " if line else "mine/effect.toml: "
    with pytest.raises(PackError, match=f"^{where}.*{told}") as caught:
        load(write_pack(tmp_path / "mine", text))
    assert len(str(caught.value)) < 700


def test_a_folder_without_a_manifest_is_told(tmp_path: Path) -> None:
    with pytest.raises(PackError, match=r"is no effect: there is no effect.toml"):
        load(tmp_path)


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"[" * 100_000, b"a = " + b"[" * 90_000, b"#" * 300_000])
def test_a_file_that_is_something_else_is_told(content: bytes, tmp_path: Path) -> None:
    folder = write_pack(tmp_path / "mine")
    (folder / "effect.toml").write_bytes(content)
    with pytest.raises(PackError, match=r"mine/effect\.toml"):
        load(folder)


def test_packs_that_need_each_other_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    for name, other in (("one", "two"), ("two", "one")):
        write_pack(tmp_path / "livecam/effects" / name, f'[[layer]]\npack = "{other}"')
    with pytest.raises(PackError, match="the packs one -> two -> one need each other"):
        load(tmp_path / "livecam/effects/one")


def test_a_pack_that_needs_itself_under_the_name_of_its_folder_is_told_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_pack(tmp_path / "mine", 'name = "another"\n[[layer]]\npack = "mine"')
    with pytest.raises(PackError, match=r"^mine/effect.toml:\d+: the packs mine -> mine need each other"):
        load(Path("mine"))


def test_lines_are_found_in_tables_arrays_and_dotted_keys() -> None:
    text = 'a = 1\nb.c = 2\n[t]\n"d" = 3\n[[e]]\nf = 1\n[[e]]\nf = 2\n[e.g]\nh = 1 # [x]\n'
    places = (["a"], ["b", "c"], ["t", "d"], ["e", 0, "f"], ["e", 1, "f"], ["e", 1, "g", "h"], ["e", 1, "z"], ["y"])
    assert [line_of(text, place) for place in places] == [1, 2, 4, 6, 8, 10, 7, None]
