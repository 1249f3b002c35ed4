"""`livecam bench` as a person types it."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import cv2
import pytest

from livecam.core.assets import asset

SPREAD = {"p50", "p95", "p99", "max"}
SMALL = ("--size", "320x240", "--frames", "12", "--warmup", "6", "--paths", "cpu", "--face", "dlib")


def bench(*flags: str, folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "livecam", "bench", *flags]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("bench")


@pytest.fixture(scope="module")
def done(folder: Path) -> subprocess.CompletedProcess[str]:
    return bench(*SMALL, "--json", "figures.json", "--plot", "figures.png", folder=folder)


@pytest.fixture(scope="module")
def figures(folder: Path, done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads((folder / "figures.json").read_text())
    return found


def test_the_figures_say_what_they_were_taken_on(figures: dict[str, Any]) -> None:
    assert {"machine", "versions", "source", "size", "frames", "paths", "ratios"} <= set(figures)
    assert (figures["source"], figures["size"], figures["frames"]) == ("demo", [320, 240], 12)


def test_opencv_shares_nothing_out_as_in_a_live_run(figures: dict[str, Any]) -> None:
    assert figures["machine"]["opencv_threads"] == 1


def test_a_path_has_every_figure(figures: dict[str, Any]) -> None:
    (path,) = figures["paths"]

    wanted = {"name", "face", "fps", "stages", "cpu_ms", "rss_mb", "startup_s", "found", "confidence"}
    assert wanted <= {key for key, value in path.items() if value is not None}


def test_every_stage_of_a_frame_is_measured(figures: dict[str, Any]) -> None:
    stages = figures["paths"][0]["stages"]

    assert {"detect", "landmarks", "track", "crop", "pupil", "draw", "show", "encode"} <= set(stages)
    assert all(set(stage) >= SPREAD for stage in stages.values())


def test_the_stages_add_up_to_most_of_a_frame_and_no_more(figures: dict[str, Any]) -> None:
    path = figures["paths"][0]
    beside = ("detect", "encode")

    total = sum(stage["mean_a_frame"] for name, stage in path["stages"].items() if name not in beside)

    assert 0.5 * 1000 / path["fps"] < total < 2 * 1000 / path["fps"]


def test_the_demo_has_a_face_in_every_frame_and_the_empty_room_in_none(figures: dict[str, Any]) -> None:
    path = figures["paths"][0]

    assert (path["found"], path["without_face"]["found"]) == (1.0, 0.0)


def test_a_ratio_to_a_reference_that_did_not_run_is_unknown(figures: dict[str, Any]) -> None:
    assert figures["ratios"] == {"tflite_to_mediapipe": None, "cpu_to_mediapipe": None}


def test_the_table_names_the_path(done: subprocess.CompletedProcess[str], figures: dict[str, Any]) -> None:
    assert "cpu dlib" in done.stdout


def test_the_plot_is_a_picture(folder: Path, figures: dict[str, Any]) -> None:
    picture = cv2.imread(str(folder / "figures.png"))

    assert picture.shape[1] == 1000
    assert (picture < 128).any()


def test_a_plot_without_matplotlib_is_refused_before_measuring(tmp_path: Path) -> None:
    program = "import sys; sys.modules['matplotlib'] = None\nfrom livecam.__main__ import main; main()"
    command = [sys.executable, "-c", program, "bench", "--plot", "figures.png"]
    refused = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert (refused.returncode, "drawing a plot needs the extra 'plots'" in refused.stderr) == (2, True)


def test_what_collecting_costs_is_measured(figures: dict[str, Any]) -> None:
    collecting = figures["paths"][0]["collecting"]

    assert {"ratio", "cpu_ratio", "frame", "collect", "kept"} <= set(collecting)
    assert collecting["ratio"] == pytest.approx(figures["paths"][0]["fps"] / collecting["fps"], rel=0.01)


def test_mediapipe_itself_is_timed_on_the_same_frames(tmp_path: Path) -> None:
    pytest.importorskip("mediapipe")
    done = bench(*SMALL, "--reference", "mediapipe", "--json", "-", folder=tmp_path)
    assert (done.returncode, "landmark_projection_calculator" in done.stderr) == (0, False), done.stderr
    figures = json.loads(done.stdout)
    path, reference = figures["paths"][0]["perceive"]["p50"], figures["reference"]["perceive"]["p50"]
    assert figures["ratios"]["cpu_to_mediapipe"] == pytest.approx(path / reference, rel=0.01)


def test_runtimes_and_threads_are_compared_where_they_are_installed(tmp_path: Path) -> None:
    flags = ("--threads-sweep", "--runtimes", "litert,tflite-runtime", "--json", "-")
    done = bench(*SMALL, *flags, folder=tmp_path)
    assert done.returncode == 0, done.stderr
    rows = {(row["runtime"], row["threads"]): row["pupil"] for row in json.loads(done.stdout)["sweep"]}
    assert {(runtime, threads) for runtime in ("litert", "tflite-runtime") for threads in (1, 2)} <= set(rows)
    installed = {"litert"} | ({"tflite-runtime"} if find_spec("tflite_runtime") else set())
    assert {runtime for (runtime, _), taken in rows.items() if taken} == installed


@pytest.mark.parametrize(
    ("flags", "complaint"),
    [
        (("--paths", "cpu,gpu"), "--paths does not know 'gpu'; known: cpu, tflite, tutorial"),
        (("--face", "auto"), "--face does not know 'auto'; known: mesh, dlib, mediapipe"),
        (("--runtimes", "torch"), "--runtimes does not know 'torch'; known: litert, tflite-runtime"),
        (("--size", "8x8"), "--size cannot be '8x8'"),
        (("--source", "nothing.mp4"), "there is no video 'nothing.mp4'"),
        (("--accuracy", "nowhere"), "there is no clip 'nowhere'; name a video with its truth"),
        (("--plot", "plot.svg"), "--plot cannot be 'plot.svg'; name a .png file"),
        (("--json", "nowhere/figures.json"), "cannot write nowhere/figures.json"),
        (("--effect", "sparkle"), "sparkle"),
        (("--paths", "tflite", "--model", str(asset("models/waldo.tflite"))), "a pupil model is wanted here"),
    ],
)
def test_what_cannot_be_right_is_said_before_measuring(flags: tuple[str, ...], complaint: str, tmp_path: Path) -> None:
    refused = bench(*SMALL, *flags, folder=tmp_path)

    assert refused.returncode == 2
    assert complaint in refused.stderr


def test_accuracy_alone_times_nothing(folder: Path) -> None:
    portrait = asset("demo/portrait.png")
    (folder / "truth.csv").write_text(f"image,lx,ly,rx,ry,group\n{portrait},0,0,1,0,open\n")
    done = bench(
        *("--frames", "0", "--accuracy", str(folder), "--paths", "cpu", "--face", "mesh", "--json", "-"), folder=folder
    )
    assert done.returncode == 0, done.stderr
    (row,) = json.loads(done.stdout)["paths"]
    assert (row["name"], row["face"], row["accuracy"]["n"], row["accuracy"]["found"]) == ("cpu", "mesh", 1, 1)


def test_to_time_nothing_and_score_nothing_is_refused(folder: Path) -> None:
    done = bench("--frames", "0", folder=folder)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
