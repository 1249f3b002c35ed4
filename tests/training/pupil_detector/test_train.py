"""Training for real, but tiny: it learns, resumes, exports, and refuses what cannot work."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from livecam.core.errors import AssetError, LivecamError
from livecam.perception.pupils.network.detector import NetworkPupilDetector
from livecam.perception.pupils.network.model_card import CropSpec, Decoding
from livecam.settings import PupilSettings
from tests.training.eyes import make_eye, make_synthetic
from training.data.dataset import gathered, save, split_by_group
from training.engine.export import check_export
from training.engine.files import RunError
from training.pupil_detector.tasks import HeatmapTask, WarmStartedTask, task_named
from training.pupil_detector.train import FitSettings, fit

pytestmark = pytest.mark.tensorflow

pytest.importorskip("tensorflow", reason="training needs the extra 'training'")
TINY = FitSettings(steps=60, batch=16, check_every=20, seed=3, held_out=0.15)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data") / "synthetic"
    save(make_synthetic(300), folder, {"made_by": "a test"})
    return folder


@pytest.fixture(scope="module")
def run(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that was stopped at its first check and then started again."""
    folder = tmp_path_factory.mktemp("run") / "heatmap"
    next(fit(HeatmapTask(), [data], folder, TINY))
    for _ in fit(HeatmapTask(), [data], folder, TINY):
        pass
    return folder


@pytest.mark.slow
def test_a_run_that_was_interrupted_goes_on_where_it_was(run: Path) -> None:
    steps = [line.split(",")[0] for line in (run / "log.csv").read_text().splitlines()]
    assert steps == ["step", "20", "40", "60"]


def test_a_run_that_was_interrupted_ends_as_one_that_was_not(run: Path, data: Path, tmp_path: Path) -> None:
    list(fit(HeatmapTask(), [data], tmp_path / "run", TINY))
    losses = [
        [line.split(",")[2:4] for line in (place / "log.csv").read_text().splitlines()[1:]]
        for place in (run, tmp_path / "run")
    ]
    assert np.array(losses[0], float) == pytest.approx(np.array(losses[1], float), rel=1e-3)


@pytest.mark.slow
def test_a_run_that_goes_on_from_another_begins_where_that_ended(run: Path, data: Path, tmp_path: Path) -> None:
    settings = replace(TINY, steps=2, check_every=1, learning_rate=1e-6)
    first = next(fit(WarmStartedTask(HeatmapTask(), run / "best.weights.h5"), [data], tmp_path / "run", settings))
    before = min(float(line.split(",")[3]) for line in (run / "log.csv").read_text().splitlines()[1:])
    assert first.error == pytest.approx(before, rel=0.1)


def test_weights_of_another_network_are_no_start(tmp_path: Path) -> None:
    (tmp_path / "other.weights.h5").write_bytes(b"nothing of the kind")
    with pytest.raises(RunError, match="cannot go on from"):
        task_named("heatmap", start=tmp_path / "other.weights.h5").build()


def test_a_state_that_is_damaged_is_an_error_that_names_the_run(data: Path, tmp_path: Path) -> None:
    next(fit(HeatmapTask(), [data], tmp_path / "run", TINY))
    for part in (tmp_path / "run/state").glob("ckpt-*"):
        part.write_bytes(part.read_bytes()[:20])
    with pytest.raises(RunError, match="is damaged"):
        next(fit(HeatmapTask(), [data], tmp_path / "run", TINY))


def test_training_lowers_the_loss(run: Path) -> None:
    losses = [float(line.split(",")[2]) for line in (run / "log.csv").read_text().splitlines()[1:]]
    assert losses[-1] < losses[0]


def test_a_run_remembers_settings_commit_and_data(run: Path) -> None:
    kept = json.loads((run / "settings.json").read_text())
    assert (kept["settings"]["seed"], len(kept["data"][0]), "commit" in kept) == (3, 64, True)


def test_a_run_with_other_settings_is_not_continued(run: Path, data: Path) -> None:
    with pytest.raises(RunError, match="other settings"):
        next(fit(HeatmapTask(), [data], run, replace(TINY, seed=4)))


def test_a_run_whose_settings_are_damaged_is_not_continued(data: Path, tmp_path: Path) -> None:
    (tmp_path / "settings.json").write_text("{")
    with pytest.raises(RunError, match="damaged"):
        next(fit(HeatmapTask(), [data], tmp_path, TINY))


def test_a_run_that_cannot_be_written_is_an_error(data: Path, tmp_path: Path) -> None:
    (tmp_path / "run").write_text("a file")
    with pytest.raises(LivecamError, match="cannot write"):
        next(fit(HeatmapTask(), [data], tmp_path / "run", TINY))


def test_an_exported_run_finds_pupils_as_the_run_does(run: Path, data: Path, tmp_path: Path) -> None:
    from training.pupil_detector import export

    task = HeatmapTask()
    eyes = export.held_out([data], TINY.held_out)
    model = export.load_run(run, task)
    content = export.converted(model, task, eyes, export.Quantisation.INT8)
    assert export.difference(content, model, task, eyes) < export.Quantisation.INT8.limits.apart


def test_an_exported_run_is_read_by_the_live_program(run: Path, data: Path, tmp_path: Path) -> None:
    from training.pupil_detector import export

    model = export.as_tflite(run, tmp_path / "run.tflite")
    grey = np.full((48, 64), 90, np.uint8)
    assert len(NetworkPupilDetector.open(PupilSettings(model=model)).run_network([grey, grey])) == 2


def test_a_model_that_changed_too_much_is_not_exported() -> None:
    from training.pupil_detector import export

    with pytest.raises(RunError, match=r"0\.300 px off"):
        check_export(b"small", 0.3, export.Quantisation.INT8.limits)


def test_a_model_that_is_not_a_number_off_is_not_exported() -> None:
    from training.pupil_detector import export

    with pytest.raises(RunError, match="px off"):
        check_export(b"small", float("nan"), export.Quantisation.INT8.limits)


@pytest.mark.parametrize(
    ("name", "limit"), [("int8", 100_000), ("dynamic", 100_000), ("float16", 200_000), ("none", 400_000)]
)
def test_how_large_a_model_may_be_depends_on_how_its_numbers_are_stored(name: str, limit: int) -> None:
    from training.pupil_detector import export

    limits = export.Quantisation(name).limits
    check_export(bytes(limit), 0.0, limits)
    with pytest.raises(RunError, match=f"at most {limit} are right"):
        check_export(bytes(limit + 1), 0.0, limits)


def test_the_shipped_kind_of_net_has_under_fifty_thousand_numbers() -> None:
    from training.pupil_detector.models import heatmap

    assert heatmap(CropSpec(), Decoding()).count_params() < 50_000


@dataclass(frozen=True)
class Exploding(HeatmapTask):
    """A task whose loss becomes NaN at once."""

    def loss(self, labels: tuple[Any, ...], outputs: Any) -> Any:
        return super().loss(labels, outputs) * float("nan")


def test_a_loss_that_is_no_number_stops_the_run_and_leaves_no_weights(data: Path, tmp_path: Path) -> None:
    with pytest.raises(RunError, match="loss became nan"):
        list(fit(Exploding(), [data], tmp_path / "run", TINY))
    assert not (tmp_path / "run/best.weights.h5").exists()


def test_nobody_is_both_trained_on_and_held_out() -> None:
    eyes = gathered([make_eye(group=f"person {k % 40}") for k in range(200)])
    training, held_out = split_by_group(eyes, 0.3)
    assert not set(eyes.groups[training]) & set(eyes.groups[held_out])


def test_a_person_stays_on_its_side_when_others_join() -> None:
    few = gathered([make_eye(group=f"person {k}") for k in range(40)])
    many = gathered([make_eye(group=f"person {k}") for k in range(80)])
    assert set(few.groups[split_by_group(few, 0.3)[1]]) <= set(many.groups[split_by_group(many, 0.3)[1]])


def test_one_person_is_too_few_to_hold_anyone_out() -> None:
    with pytest.raises(RunError, match="too few"):
        split_by_group(gathered([make_eye(), make_eye()]), 0.1)


def test_an_unknown_model_is_an_error_that_names_the_known_ones() -> None:
    with pytest.raises(RunError, match="heatmap or resnet50"):
        task_named("vgg")


def test_a_folder_that_is_no_run_is_an_error(tmp_path: Path) -> None:
    from training.pupil_detector import export

    with pytest.raises(RunError, match="is not a run of livecam-train fit"):
        export.load_run(tmp_path, HeatmapTask())


def test_a_run_is_judged_only_on_people_of_its_data_that_it_has_not_seen(run: Path, data: Path, tmp_path: Path) -> None:
    from training.pupil_detector import export

    save(make_synthetic(8, seed=9), tmp_path / "other", {"made_by": "a test"})
    shares = [export.unseen_share(run, folder) for folder in (data, tmp_path / "other", tmp_path)]
    assert shares == [TINY.held_out, 1.0, 1.0]


def test_an_export_whose_card_is_lost_is_refused_by_the_live_program(run: Path, tmp_path: Path) -> None:
    from training.pupil_detector import export

    model = export.as_tflite(run, tmp_path / "run.tflite")
    model.with_suffix(".json").unlink()
    with pytest.raises(AssetError, match="card"):
        NetworkPupilDetector.open(PupilSettings(model=model))


def test_resnet_weights_that_are_none_are_an_error_not_a_stack_trace(tmp_path: Path) -> None:
    (tmp_path / "weights.h5").write_bytes(b"nothing of the kind")
    with pytest.raises(RunError, match="ResNet50V2"):
        task_named("resnet50", tmp_path / "weights.h5").build()
