"""The command line: quick help, one-line errors, and commands that make what they say."""

from __future__ import annotations

import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest
from typer.testing import CliRunner

from livecam.perception.pupils.network.detector import NetworkPupilDetector
from livecam.settings import PupilSettings
from training.cli.main import app
from training.data.dataset import load

pytestmark = pytest.mark.tensorflow

MAIN = "from training.cli.main import main; main()"
FACES = Path(__file__).parents[3] / "../shared/data/pupils/faces"


def train(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", MAIN, *arguments], capture_output=True, text=True, check=False)


def test_help_names_every_command_and_loads_no_tensorflow() -> None:
    code = (
        "import sys\nfrom typer.testing import CliRunner\nfrom training.cli.main import app\n"
        "print(CliRunner().invoke(app, ['--help']).output)\n"
        "assert not {'tensorflow', 'mediapipe', 'dlib'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert all(name in done.stdout for name in ("coarse", "synth", "gazeshift", "fit", "evaluate", "export", "all"))


def test_synth_makes_a_data_set_and_a_sheet_to_look_at(tmp_path: Path) -> None:
    train("synth", "--count", "24", "--out", str(tmp_path / "set"), "--workers", "1")
    assert (len(load(tmp_path / "set")), (tmp_path / "set/sheet.png").exists()) == (24, True)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["coarse", "nowhere", "--out", "x"], "nowhere is not there"),
        (["gazeshift", ".", "nothing.csv", "--out", "x"], "nothing.csv"),
        (["fit", "nowhere", "--out", "x"], "nowhere is not a data set"),
        (["export", "nowhere"], "nowhere is not a run of livecam-train fit"),
        (["evaluate", "cpu", "nowhere"], "nowhere is not a data set"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(tmp_path: Path, arguments: list[str], said: str) -> None:
    done = train(*arguments)
    lines = [line for line in done.stderr.splitlines() if line.startswith("livecam-train:")]
    assert (done.returncode, "Traceback" in done.stderr, said in lines[0]) == (2, False, True)


@pytest.mark.slow
def test_coarse_goes_on_where_it_was_and_leaves_test_people_out(tmp_path: Path) -> None:
    if not FACES.is_dir():
        pytest.skip("needs the portraits")
    pictures = [str(FACES / f"london_{number}.jpg") for number in ("001", "003", "007")]
    done = train("coarse", *pictures, "--out", str(tmp_path), "--face", "dlib", "--least", "0", "--workers", "1")
    first = {path: path.stat().st_mtime_ns for path in (tmp_path / "parts").iterdir()}
    train("coarse", *pictures, "--out", str(tmp_path), "--face", "dlib", "--least", "0", "--workers", "1")
    second = {path: path.stat().st_mtime_ns for path in (tmp_path / "parts").iterdir()}
    assert (first == second, set(load(tmp_path).groups), done.returncode) == (True, {"london_001", "london_003"}, 0)


@pytest.mark.timeout(600)
def test_the_whole_recipe_runs_small_on_what_ships_and_writes_nowhere_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app, ["all", "--smoke", "--out", "made"])
    model = tmp_path / "made" / "models" / "pupil.tflite"

    assert (done.exit_code, [path.name for path in tmp_path.iterdir()]) == (0, ["made"]), done.output
    assert NetworkPupilDetector.open(PupilSettings(model=model)).card.sha256 == sha256(model.read_bytes()).hexdigest()


def test_what_the_whole_recipe_lacks_is_told_before_it_begins(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["all", "--data", str(tmp_path), "--out", str(tmp_path / "made")])

    assert (done.exit_code, list(tmp_path.iterdir())) == (2, [])
    assert f"livecam-train portraits PICTURES --out {tmp_path}" in done.output


@pytest.mark.parametrize(
    "words",
    [("round", "none"), ("select", "none", "--budget", "3"), ("quality", "none"), ("cam", "ffff", "--store", "none")],
    ids=" ".join,
)
def test_a_store_that_is_not_there_is_told_and_not_made(tmp_path: Path, words: tuple[str, ...]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", MAIN, *words], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert done.returncode == 2
    assert "there is no sample store in 'none'" in done.stderr
    assert list(tmp_path.iterdir()) == []
