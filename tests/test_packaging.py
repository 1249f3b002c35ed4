"""The wheel as a stranger gets it: built, installed into a new environment, and run from another folder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import zipfile
from collections import Counter
from email import message_from_bytes
from pathlib import Path

import av
import pytest

from tests.portability.targets import PYTHONS

ROOT = Path(__file__).parents[1]


def ran(*command: str | Path, cwd: Path) -> str:
    """What a command printed, in a world that knows nothing of this checkout."""
    hidden = ("PYTHONPATH", "PYTHONHOME", "DISPLAY", "WAYLAND_DISPLAY")
    environment = {key: value for key, value in os.environ.items() if key not in hidden}
    done = subprocess.run(
        list(map(str, command)), cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    ran(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT, cwd=folder)
    (built,) = folder.glob("livecam-*.whl")
    return built


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new environment with the wheel in it. Its dependencies are lent by this one, for no test may need a network;
    an editable installation is not lent with them, for that hangs on a .pth file, which Python reads only at home."""
    folder = tmp_path_factory.mktemp("environment")
    ran(sys.executable, "-m", "venv", "--without-pip", folder, cwd=folder)
    python = folder / "bin/python"
    ran(sys.executable, "-m", "pip", "--python", python, "install", "--no-deps", "--no-index", wheel, cwd=folder)
    site = Path(ran(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=folder).strip())
    (site / "lent.pth").write_text(sysconfig.get_path("platlib") + "\n")
    return folder


def test_the_installed_wheel_runs_the_demo(environment: Path, tmp_path: Path) -> None:
    livecam = environment / "bin/livecam"
    ran(livecam, "run", "--source", "demo", "--frames", "30", "--sink", "out.mp4", cwd=tmp_path)

    with av.open(tmp_path / "out.mp4") as video:
        assert sum(1 for _ in video.decode(video=0)) == 30


@pytest.mark.parametrize("name", ["demo/portrait.png", "effects/sweat/drop.png", "models/pupil.tflite"])
def test_an_installed_wheel_finds_its_own_assets(environment: Path, tmp_path: Path, name: str) -> None:
    asked = f"from livecam.core.assets import asset; print(asset({name!r}))"

    assert Path(ran(environment / "bin/python", "-c", asked, cwd=tmp_path).strip()).is_relative_to(environment)


@pytest.mark.parametrize("script", ["livecam", "livecam-label", "livecam-train"])
def test_every_script_is_installed_and_can_help(environment: Path, tmp_path: Path, script: str) -> None:
    assert "Usage" in ran(environment / "bin" / script, "--help", cwd=tmp_path)


def test_the_wheel_holds_every_asset_once_and_nothing_else(wheel: Path) -> None:
    files = (path for path in (ROOT / "assets").rglob("*") if path.is_file() and not path.name.startswith("."))
    files = (path for path in files if path.parent.name != "__pycache__")

    with zipfile.ZipFile(wheel) as archive:
        inside = Counter(name for name in archive.namelist() if name.startswith("livecam/assets/"))

    assert inside == Counter(f"livecam/{path.relative_to(ROOT).as_posix()}" for path in files)


def test_the_wheel_tells_its_terms_and_brings_their_texts(wheel: Path) -> None:
    """By PEP 639: an expression of licences, and a file for each, among them that of the models of others."""
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        about = message_from_bytes(archive.read(name))
        texts = [name for name in archive.namelist() if "/licenses/" in name]

    cards = [json.loads(path.read_text(encoding="utf-8")) for path in (ROOT / "assets/models").glob("*.json")]
    theirs = {card["licence"] for card in cards if "licence" in card}
    assert theirs <= set(about["License-Expression"].split(" AND "))
    assert all(any(licence in text for text in texts) for licence in theirs)
    assert sorted(about.get_all("License-File") or ()) == sorted(text.partition("/licenses/")[2] for text in texts)


def test_the_wheel_names_the_pythons_it_is_tested_with(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        about = message_from_bytes(archive.read(name))

    assert about["Requires-Python"] == f">={PYTHONS[0]}"
    named = {line.rpartition(":: ")[2] for line in about.get_all("Classifier") or () if "Python :: 3." in line}
    assert named == set(PYTHONS)


def test_the_wheel_holds_three_packages(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        tops = {name.split("/")[0] for name in archive.namelist()}

    assert {top for top in tops if not top.endswith(".dist-info")} == {"livecam", "labeler", "training"}
