"""The commands as a person types them: they make what they say, and say in one line what is wrong."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import cv2
import pytest

from tests.training.target_detector.drawn import write_arrays, write_folder

pytestmark = pytest.mark.tensorflow

MAIN = "from training.cli.main import main; main()"
SMALL = ["--width", "520", "--height", "330", "--head", "6", "8"]


def segment(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", MAIN, "segment", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_help_names_every_command_and_loads_no_tensorflow() -> None:
    code = (
        "import sys\nfrom typer.testing import CliRunner\nfrom training.cli.main import app\n"
        "print(CliRunner().invoke(app, ['segment', '--help']).output)\nassert 'tensorflow' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    names = ("synth", "histogram", "preview", "fit", "mine-preview", "evaluate", "export", "all")
    assert all(name in done.stdout for name in names)


def test_synth_draws_pages_that_can_be_learnt_from(tmp_path: Path) -> None:
    segment("synth", "--out", str(tmp_path), "--count", "2", "--workers", "1", *SMALL)
    counted = segment("histogram", str(tmp_path))
    assert ("weights printed" in counted.stdout, "label 255" in counted.stdout) == (True, True)


def test_a_preview_shows_crops_above_their_masks(tmp_path: Path) -> None:
    book = write_arrays(tmp_path / "book")
    segment("preview", str(book), "--out", str(tmp_path / "batch.png"), "--size", "64", "--true", "1")
    sheet = cv2.imread(str(tmp_path / "batch.png"))
    masks = sheet.reshape(8, 64, 512, 3)[1::2]
    assert (sheet.shape, int(masks.max()), len(set(masks.ravel().tolist()))) == ((512, 512, 3), 255, 2)


def test_the_stripe_filter_can_be_judged(tmp_path: Path) -> None:
    book = write_folder(tmp_path / "book")
    done = segment("evaluate", str(book), "stripes", "--out", str(tmp_path / "figures.json"))
    assert (done.returncode, json.loads((tmp_path / "figures.json").read_text())["stripes"]["hit@1"]["count"]) == (0, 3)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["fit", "nowhere", "--out", "OUT"], "nowhere is not there"),
        (["fit", "BOOK", "--out", "OUT", "--loss", "clever"], "--loss clever is not known"),
        (["fit", "BOOK", "--out", "OUT", "--schedule", "never"], "--schedule never is not known"),
        (["fit", "BOOK", "--out", "OUT", "--model", "tutorial", "--weights", "heavy"], "must be sane, printed"),
        (["fit", "BOOK", "--out", "OUT", "--leave", "5"], "fold 5 of 3"),
        (["fit", "BOOK", "--out", "BOOK/boxes.csv"], "cannot write into"),
        (["fit", "BOOK", "--out", "OUT", "--weights", "printed"], "are those of --model tutorial"),
        (["fit", "BOOK", "--out", "OUT", "--size", "100"], "use 96 or 112"),
        (["preview", "BOOK", "--size", "100"], "use 96 or 112"),
        (["evaluate", "BOOK", "stripes", "--out", "BOOK"], "is a directory"),
        (["export", "nowhere", "BOOK", "--out", "model.json"], "ends in .tflite"),
        (["fit", "BOOK", "--out", "OUT", "--size", "512"], "a panel needs 512x512"),
        (["fit", "BOOK", "--out", "OUT", "--model", "yolo"], "use centre or tutorial"),
        (["evaluate", "BOOK", "nowhere"], "nowhere is not a run"),
        (["evaluate", "BOOK", "nothing.tflite"], "nothing"),
        (["export", "nowhere", "BOOK"], "nowhere is not a run"),
        (["mine-preview", "nowhere", "BOOK"], "nowhere is not a run"),
        (["synth", "--out", "OUT", "--head", "90", "99"], "too small for heads"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(tmp_path: Path, arguments: list[str], said: str) -> None:
    book = write_folder(tmp_path / "book")
    places = {"OUT": str(tmp_path / "out")}
    done = segment(*[places.get(argument, argument.replace("BOOK", str(book))) for argument in arguments])
    lines = [line for line in done.stderr.splitlines() if line.startswith("livecam-train:")]
    assert (done.returncode, "Traceback" in done.stderr, bool(lines) and said in lines[0]) == (2, False, True), (
        done.stderr
    )
    assert not Path("nowhere").exists()


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_the_whole_recipe_runs_small(tmp_path: Path) -> None:
    pytest.importorskip("tensorflow", reason="the whole recipe needs the extra 'training'")
    pytest.importorskip("matplotlib", reason="the whole recipe needs the extra 'training'")
    book = write_folder(tmp_path / "book")
    done = segment("all", "--smoke", "--data", str(book), "--work", str(tmp_path / "w"), "--out", str(tmp_path / "out"))
    made = sorted(path.name for path in (tmp_path / "out").iterdir())
    wanted = ["waldo-synthetic.json", "waldo-synthetic.tflite", "waldo.json", "waldo.tflite"]
    assert (done.returncode, made) == (0, wanted), done.stderr[-2000:]
