"""`livecam effects`: begin, check, preview, install, list, remove; and what is told of packs that cannot be."""

from __future__ import annotations

import io
import json
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from livecam.__main__ import main
from livecam.live.effects.library.locations import names
from tests.livecam.live.effects.packs.packs import LAYER, write_pack

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)

    def run(*words: str) -> tuple[int, str]:
        monkeypatch.setattr("sys.argv", ["livecam", "effects", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return int(ended.value.code or 0), said.out + said.err

    return run


def listed(run: Run) -> dict[str, dict[str, str]]:
    return {row["name"]: row for row in json.loads(run("list", "--json")[1])}


def test_an_effect_from_nothing_to_installed_and_away_again(run: Run, tmp_path: Path) -> None:
    assert run("new", "love")[0] == 0
    code, said = run("check", "love", "--json")
    assert (code, json.loads(said)["name"], json.loads(said)["layers"]) == (0, "love", 1)
    assert run("install", "love")[0] == 0
    assert "love" in names()
    assert listed(run)["love"]["origin"] == "installed by you"
    assert run("remove", "love")[0] == 0
    assert "love" not in names()
    assert (tmp_path / "love/effect.toml").is_file()


def test_a_preview_is_a_moving_picture(run: Run, tmp_path: Path) -> None:
    write_pack(tmp_path / "mine")
    assert run("preview", "./mine", "--seconds", "0.3")[0] == 0
    assert (tmp_path / "mine/preview.gif").read_bytes()[:6] == b"GIF89a"


def zipped(path: Path, files: dict[str, bytes]) -> str:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return str(path)


def pack_files(folder: Path, below: str = "") -> dict[str, bytes]:
    write_pack(folder)
    return {f"{below}{path.name}": path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("below", ["", "mine/"])
def test_a_zip_is_installed_whether_or_not_a_folder_is_in_it(below: str, run: Run, tmp_path: Path) -> None:
    files = pack_files(tmp_path / "src", below)
    files[f"{below}effect.toml"] = b'name = "mine"\n' + LAYER.encode()
    assert run("install", zipped(tmp_path / "mine.zip", files))[0] == 0
    assert {path.name for path in (tmp_path / "data/livecam/effects/mine").iterdir()} == {"effect.toml", "a.png"}


def wicked(folder: Path) -> dict[str, tuple[bytes, str]]:
    good = pack_files(folder / "good")

    def made(extra: dict[str, bytes]) -> bytes:
        return Path(zipped(folder / "made.zip", {**good, **extra})).read_bytes()

    link = io.BytesIO()
    with zipfile.ZipFile(link, "w") as archive:
        info = zipfile.ZipInfo("a.png")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, "/etc/passwd")
    return {
        "up.zip": (made({"../../evil.py": b"1"}), "outside its folder"),
        "root.zip": (made({"/evil.py": b"1"}), "outside its folder"),
        "windows.zip": (made({"..\\evil.py": b"1"}), "outside its folder"),
        "drive.zip": (made({"C:evil.py": b"1"}), "outside its folder"),
        "link.zip": (link.getvalue(), "holds the link"),
        "bomb.zip": (made({"big.png": bytes(65 << 20)}), "at most 64"),
        "many.zip": (made({f"{number}.txt": b"" for number in range(301)}), "at most 300"),
        "empty.zip": (Path(zipped(folder / "made.zip", {})).read_bytes(), "holds no effect.toml"),
        "cut.zip": (made({})[:80], "damaged or no zip"),
        "text.zip": (b"hello", "damaged or no zip"),
    }


def test_a_wicked_zip_leaves_nothing_behind(run: Run, tmp_path: Path) -> None:
    for name, (content, told) in wicked(tmp_path / "zips").items():
        (tmp_path / name).write_bytes(content)
        code, said = run("install", name)
        assert (code, told in said, said.count("\n")) == (2, True, 1), f"{name}: {said}"
    assert not list(tmp_path.rglob("evil*"))
    assert not (tmp_path / "data/livecam/effects").exists()


def test_a_zip_that_lies_about_sizes_is_told(run: Run, tmp_path: Path) -> None:
    content = bytearray(Path(zipped(tmp_path / "a.zip", {"effect.toml": bytes(100_000)})).read_bytes())
    place = content.rfind(b"PK\x01\x02") + 24
    content[place : place + 4] = (10).to_bytes(4, "little")
    (tmp_path / "a.zip").write_bytes(bytes(content))
    code, said = run("install", "a.zip")
    assert (code, said.count("\n")) == (2, 1)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("new", "Bad Name"), "small letters, digits and hyphens"),
        (("new", "taken"), "there is a 'taken' already"),
        (("check", "./taken"), "no effect: there is no effect.toml"),
        (("check", "nobody"), "there is no effect 'nobody'"),
        (("install", "absent"), "there is no folder or zip 'absent'"),
        (("remove", "saucer"), "'saucer' ships with livecam; only what you installed"),
        (("remove", "nobody"), "there is no effect 'nobody'; you installed none"),
        (("preview", "saucer", "--out", "no/such/a.gif"), "cannot write"),
    ],
)
def test_what_cannot_be_is_told_in_a_line(words: tuple[str, ...], told: str, run: Run, tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    code, said = run(*words)
    assert (code, told in said, said.count("\n")) == (2, True, 1), said


def test_two_of_one_name_are_told(run: Run, tmp_path: Path) -> None:
    write_pack(tmp_path / "mine", 'name = "saucer"\n' + LAYER)
    assert "the name 'saucer' is taken" in run("install", "mine")[1]
    write_pack(tmp_path / "mine")
    assert run("install", "mine")[0] == 0
    assert "--replace" in run("install", "mine")[1]
    assert run("install", "mine", "--replace")[0] == 0
    write_pack(tmp_path / "data/livecam/effects/saucer")
    assert "the 'saucer' before is the one that is taken" in run("list")[1]


def test_python_asks_first_and_says_why(run: Run, tmp_path: Path) -> None:
    folder = write_pack(tmp_path / "mine")
    (folder / "effect.py").write_text("open('ran', 'w')\ndef draw(image, face):\n    pass\n")
    for words in (("install", "mine"), ("check", "./mine"), ("preview", "./mine")):
        code, said = run(*words)
        assert (code, "Python: it may do all that you may" in said) == (2, True), said
    assert not (tmp_path / "ran").exists()
    assert run("install", "mine", "--allow-python")[0] == 0
    assert run("check", "mine", "--allow-python")[0] == 0
    assert (tmp_path / "ran").exists()


def test_an_effect_that_breaks_a_promise_is_told(run: Run, tmp_path: Path) -> None:
    folder = write_pack(tmp_path / "mine")
    (folder / "effect.py").write_text(
        "class E:\n    def draw(self, scene):\n        return scene.frame.image\ndef create(context):\n    return E()\n"
    )
    code, said = run("check", "./mine", "--allow-python")
    assert (code, "gives the frame itself; return a new image" in said) == (2, True), said


def test_a_python_package_brings_effects_by_entry_points(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = tmp_path / "site"
    write_pack(site / "love_package/love")
    for folder in (site / "love_package", site / "love_package/love"):
        (folder / "__init__.py").write_text("")
    (site / "love-1.dist-info").mkdir()
    (site / "love-1.dist-info/METADATA").write_text("Metadata-Version: 2.1\nName: love\nVersion: 1\n")
    (site / "love-1.dist-info/entry_points.txt").write_text("[livecam.effects]\nlove = love_package.love\n")
    monkeypatch.syspath_prepend(str(site))
    assert listed(run)["love"]["origin"] == "comes with a Python package"
    assert run("check", "love")[0] == 0


def test_a_python_package_that_is_broken_takes_no_other_effect_along(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "site/broken-1.dist-info"
    broken.mkdir(parents=True)
    (broken / "METADATA").write_text("Metadata-Version: 2.1\nName: broken\nVersion: 1\n")
    (broken / "entry_points.txt").write_text("[livecam.effects]\nbroken = nothing.there\n")
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    wrong = "the effect 'broken' of a Python package (nothing.there) cannot be loaded"
    assert listed(run)["broken"]["error"].startswith(wrong)
    assert ("saucer" in names(), "broken" in names()) == (True, False)
    code, said = run("check", "broken")
    assert (code, wrong in said, len(said.splitlines())) == (2, True, 1)


def test_what_ships_is_listed_with_its_title(run: Run) -> None:
    shown = listed(run)
    assert [shown[name]["title"] for name in ("saucer", "heart-eyes")] == ["Saucer eyes", "Heart eyes"]
    assert np.all([not row.get("error") for row in shown.values()])
