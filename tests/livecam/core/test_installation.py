"""The command that adds an extra is one that works for the installation at hand."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from livecam.core.errors import MissingExtraError
from livecam.core.installation import Installation, Installer, extra_advice, this_installation

PYTHON = ".venv/bin/python"


@pytest.mark.parametrize(
    ("installation", "command"),
    [
        (Installation(PYTHON, Installer.PIP, checkout="."), f"{PYTHON} -m pip install -e '.[dlib]'"),
        (Installation(PYTHON, Installer.PIP), f"{PYTHON} -m pip install 'livecam[dlib]'"),
        (Installation("/usr/bin/python3", Installer.PIP, externally_managed=True), "--break-system-packages"),
        (Installation(PYTHON, Installer.PIPX), "pipx inject livecam 'livecam[dlib]'"),
        (
            Installation(PYTHON, Installer.UV_TOOL, origin="file:///w/livecam.whl", extras=("serve",)),
            "uv tool install --force 'livecam[dlib,serve] @ file:///w/livecam.whl'",
        ),
        (Installation(PYTHON, Installer.UV), f"uv pip install --python {PYTHON} 'livecam[dlib]'"),
        (Installation("my env/python", Installer.PIP), "'my env/python' -m pip install 'livecam[dlib]'"),
    ],
)
def test_an_extra_is_added_by_what_installed_livecam(installation: Installation, command: str) -> None:
    assert command in installation.adding("dlib")


@pytest.mark.parametrize(
    ("installation", "command"),
    [
        (Installation(PYTHON, Installer.PIP, checkout="."), f"{PYTHON} -m pip install --force-reinstall -e ."),
        (
            Installation(PYTHON, Installer.PIP, origin="file:///w/l.whl"),
            f"{PYTHON} -m pip install --force-reinstall file:",
        ),
        (Installation(PYTHON, Installer.PIPX), "pipx reinstall livecam"),
        (Installation(PYTHON, Installer.UV_TOOL), "uv tool upgrade --reinstall livecam"),
    ],
)
def test_installing_again_takes_the_same_way(installation: Installation, command: str) -> None:
    assert command in installation.again()


def test_in_this_checkout_the_advice_is_an_editable_installation(monkeypatch: pytest.MonkeyPatch) -> None:
    checkout = Path(__file__).parents[3]
    monkeypatch.chdir(checkout)

    words = shlex.split(str(MissingExtraError("--face dlib", "dlib")).partition("install it with: ")[2])

    assert (Path(words[0]).absolute(), words[1:]) == (Path(sys.executable), ["-m", "pip", "install", "-e", ".[dlib]"])


def test_a_wheel_in_a_uv_tool_is_named_by_its_file(tmp_path: Path) -> None:
    """Asked of a new environment with livecam's metadata as uv leaves it, and our source on its path."""
    source = Path(__file__).parents[3]
    venv.create(tmp_path / "tool", symlinks=True)
    packages = next((tmp_path / "tool").glob("lib/python3*/site-packages"))
    (packages / "livecam").symlink_to(source / "livecam")
    metadata = packages / "livecam-0.2.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: livecam\nVersion: 0.2.0\n")
    (metadata / "direct_url.json").write_text(json.dumps({"url": "file:///w/livecam-0.2.0.whl", "archive_info": {}}))
    (tmp_path / "tool/uv-receipt.toml").write_text(
        '[tool]\nrequirements = [{ name = "livecam", extras = ["serve"] }]\n'
    )

    asked = "from livecam.core.installation import this_installation; print(this_installation().adding('dlib'))"
    done = subprocess.run(
        [tmp_path / "tool/bin/python", "-c", asked], capture_output=True, text=True, check=True, cwd=tmp_path, env={}
    )

    assert done.stdout.strip() == "uv tool install --force 'livecam[dlib,serve] @ file:///w/livecam-0.2.0.whl'"


def test_what_runs_here_has_a_python_that_can_be_called() -> None:
    assert Path(this_installation().python).exists()


@pytest.mark.parametrize(
    ("extra", "system", "said"),
    [
        ("dlib", "Darwin x86_64", "Darwin x86_64 cannot have it"),
        ("dlib", "Darwin arm64", "pip install"),
        ("mediapipe", "Linux aarch64", "made for Linux x86_64, Windows, Darwin"),
        ("tflite-runtime", "Windows AMD64", "cannot have it"),
        ("virtualcam", "Windows AMD64", "pip install"),
    ],
)
def test_an_extra_that_this_system_cannot_have_says_so(extra: str, system: str, said: str) -> None:
    assert said in extra_advice(extra, (3, 11), system)
