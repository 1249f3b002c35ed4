"""The set-up as a person meets it: what it lists, and what it says when it cannot go on."""

from __future__ import annotations

import importlib.util
import io
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]


def shell(*command: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        cwd=cwd,
        env={**os.environ, "PYTHON": "", "VENV": ".venv", **environment},
        check=False,
    )


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """What the set-up reads, without an environment."""
    shutil.copytree(ROOT / ".ci", tmp_path / ".ci")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    "target", ["run", "test", "check", "bench", "golden", "overlays", "release", "docs", "clean", "help"]
)
def test_help_lists_every_target(target: str) -> None:
    listed = shell("make", "help", cwd=ROOT).stdout

    assert f"\n  {target} " in listed


def test_without_a_usable_python_the_set_up_says_which_one_it_wants(checkout: Path) -> None:
    tried = shell(".ci/setup", "live", cwd=checkout, PYTHON="/nowhere/python3")

    assert tried.returncode == 1
    assert "there is no '/nowhere/python3' here" in tried.stderr


def test_a_name_that_is_no_python_is_said_also_where_all_is_set_up(checkout: Path) -> None:
    up_to_date(checkout)

    tried = shell(".ci/setup", "live", cwd=checkout, PYTHON="/bin/false")

    assert (tried.returncode, "'/bin/false' is no Python that runs" in tried.stderr) == (1, True)


def test_an_up_to_date_set_is_left_alone(checkout: Path) -> None:
    """What would install is not there, so that anything but leaving it alone fails."""
    up_to_date(checkout)
    (checkout / ".ci/pip_install.py").unlink()

    assert shell(".ci/setup", "live", cwd=checkout).returncode == 0


def up_to_date(checkout: Path) -> None:
    key = shell("sh", "-c", "{ cat pyproject.toml .ci/setup; pwd; } | cksum | cut -d' ' -f1", cwd=checkout)
    python = checkout / ".venv/bin/python"
    python.parent.mkdir(parents=True)
    python.symlink_to("/bin/true")
    (checkout / f".venv/live-{key.stdout.strip()}.stamp").touch()


def test_a_changed_project_file_is_set_up_again(checkout: Path) -> None:
    (checkout / ".venv").mkdir()
    (checkout / ".venv/live-1.stamp").touch()

    assert shell(".ci/setup", "live", cwd=checkout, PYTHON="/nowhere/python3").returncode == 1


@pytest.mark.parametrize(
    ("has", "said"), [("12", "sudo apt-get install python3.12-venv"), ("none", "uv python install")]
)
def test_advice_for_a_python_is_what_the_packages_of_the_system_have(checkout: Path, has: str, said: str) -> None:
    """On a computer without Python, whose apt-cache knows one version or none."""
    commands = checkout / "bin"
    commands.mkdir()
    for name in ("sh", "cat", "cksum", "cut", "tail", "dirname"):
        (commands / name).symlink_to(str(shutil.which(name)))
    (commands / "apt-cache").write_text(f'#!/bin/sh\n[ "$3" = python3.{has}-venv ]\n')
    (commands / "apt-cache").chmod(0o755)

    tried = shell("/bin/sh", ".ci/setup", "live", cwd=checkout, PATH=str(commands))

    assert (tried.returncode, said in tried.stderr) == (1, True)


# What pip prints, each line once.
FETCHING = (
    "Collecting numpy>=1.26 (from livecam)",
    "  Downloading numpy-2.3.5-cp311-cp311-manylinux_2_27_x86_64.whl.metadata (62 kB)",
    "Collecting opencv_python<6",
    "  Downloading numpy-2.3.5-cp311-cp311-manylinux_2_27_x86_64.whl (16.9 MB)",
    "  Using cached opencv_python-5.0.0-cp37-abi3-manylinux_2_28_x86_64.whl (63.0 MB)",
)


def test_progress_tells_what_is_fetched_and_then_what_is_installed(checkout: Path) -> None:
    progress = pip_install()
    now, out = [0.0], io.StringIO()
    installation, report = progress.Installation(checkout), progress.Report(out, lambda: now[0])
    for line in FETCHING:
        installation.read(line)
    now[0] = 11.0
    report.tell(installation)
    installation.read("Installing collected packages: numpy, opencv-python")
    now[0] = 13.0
    report.tell(installation)
    (checkout / "numpy-2.3.5.dist-info").mkdir()
    now[0] = 23.1
    report.tell(installation)

    assert out.getvalue().splitlines() == [
        "livecam: 0:11  fetching: 2 of at least 2 packages, 80 MB, now opencv_python",
        "livecam: 0:13  installing: 0 of 2",
        "livecam: 0:23  installing: 1 of 2, about 0:36 left",
    ]


@pytest.mark.parametrize(
    ("said", "cause"),
    [
        (
            "WARNING: Retrying ... Failed to establish a new connection: [Errno 101] Network is unreachable",
            "no network?",
        ),
        ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device", "the disk is full"),
        ("ERROR: something else", "the lines above say why"),
    ],
)
def test_why_pip_failed_is_said(tmp_path: Path, capfd: pytest.CaptureFixture[str], said: str, cause: str) -> None:
    python = tmp_path / "bin/python"
    (tmp_path / "lib/python3.11/site-packages").mkdir(parents=True)
    python.parent.mkdir()
    python.write_text(f"#!/bin/sh\necho '{said}'\nexit 3\n")
    python.chmod(0o755)

    code = pip_install().install(tmp_path, ["livecam"])

    assert (code, cause in capfd.readouterr().err) == (3, True)


def pip_install() -> Any:
    """The module of the set-up, which is no package."""
    spec = importlib.util.spec_from_file_location("pip_install", ROOT / ".ci/pip_install.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
