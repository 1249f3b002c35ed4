"""The set-up as a person meets it: what it lists, and what it says when it cannot go on."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def shell(*command: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        cwd=cwd,
        env={**os.environ, "VENV": ".venv", **environment},
        check=False,
    )


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """What the set-up reads, without an environment."""
    shutil.copytree(ROOT / ".ci", tmp_path / ".ci")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


@pytest.mark.parametrize("target", ["run", "test", "check", "bench", "golden", "overlays", "release", "clean", "help"])
def test_help_lists_every_target(target: str) -> None:
    listed = shell("make", "help", cwd=ROOT).stdout

    assert f"\n  {target} " in listed


def test_without_a_usable_python_the_set_up_says_which_one_it_wants(checkout: Path) -> None:
    tried = shell(".ci/setup", "live", cwd=checkout, PYTHON="/nowhere/python3")

    assert tried.returncode == 1
    assert "there is no '/nowhere/python3' here" in tried.stderr


def test_an_up_to_date_set_is_left_alone(checkout: Path) -> None:
    """The Python asked for does not exist, so that anything but leaving it alone fails."""
    key = shell("sh", "-c", "{ cat pyproject.toml; pwd; } | cksum | cut -d' ' -f1", cwd=checkout).stdout.strip()
    python = checkout / ".venv/bin/python"
    python.parent.mkdir(parents=True)
    python.symlink_to("/bin/true")
    (checkout / f".venv/live-{key}.stamp").touch()

    assert shell(".ci/setup", "live", cwd=checkout, PYTHON="/nowhere/python3").returncode == 0


def test_a_changed_project_file_is_set_up_again(checkout: Path) -> None:
    (checkout / ".venv").mkdir()
    (checkout / ".venv/live-1.stamp").touch()

    assert shell(".ci/setup", "live", cwd=checkout, PYTHON="/nowhere/python3").returncode == 1
