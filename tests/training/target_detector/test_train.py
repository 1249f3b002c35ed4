"""Training for real, but tiny: it learns, goes on where it was killed, exports, and refuses what cannot work."""

from __future__ import annotations

import csv
import json
import shutil
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from livecam.core.errors import AssetError
from livecam.core.types import Box
from livecam.perception.targets.network import open_target_detector
from tests.training.target_detector.drawn import make_page, write_folder
from training.engine.export import check_export
from training.engine.files import RunError
from training.target_detector.data.dataset import LabelledPage, open_pages

pytest.importorskip("tensorflow", reason="training needs the extra 'training'")

from training.target_detector import export, recipe
from training.target_detector.data.augmentation import NONE
from training.target_detector.data.sampling import SamplingMix
from training.target_detector.losses import LossName
from training.target_detector.start_weights import convolutions
from training.target_detector.train import Schedule, TargetFitSettings, fit, read_peaks

pytestmark = pytest.mark.tensorflow

TINY = TargetFitSettings(
    width=8, steps=60, batch=8, check_every=20, seed=3, mine_at=(0.5,), mix=SamplingMix(size=64, jitter=NONE)
)


def pages() -> tuple[LabelledPage, ...]:
    return make_page("1.png"), make_page("2.png", seed=2)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that was stopped at its first check and then started again."""
    folder = tmp_path_factory.mktemp("run") / "centre"
    next(fit(pages(), folder, TINY))
    for _ in fit(pages(), folder, TINY):
        pass
    return folder


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same run in one go."""
    folder = tmp_path_factory.mktemp("whole") / "centre"
    for _ in fit(pages(), folder, TINY):
        pass
    return folder


def column(run: Path, name: str) -> list[float]:
    return [float(row[name]) for row in csv.DictReader((run / "log.csv").read_text().splitlines())]


@pytest.mark.slow
def test_a_run_that_was_killed_goes_on_where_it_was(run: Path) -> None:
    assert column(run, "step") == [20, 40, 60]


@pytest.mark.slow
def test_a_run_that_was_killed_does_not_begin_again(tmp_path: Path) -> None:
    settings = replace(TINY, steps=3, check_every=1, mine_at=())
    next(fit(pages(), tmp_path / "run", settings))
    assert [check.step for check in fit(pages(), tmp_path / "run", settings)] == [2, 3]


@pytest.mark.slow
def test_a_run_that_was_killed_learns_what_it_would_have_learnt(run: Path, whole: Path) -> None:
    assert column(run, "judged") == pytest.approx(column(whole, "judged"), rel=1e-3)


@pytest.mark.slow
def test_the_curves_of_a_run_that_was_killed_begin_where_it_began(tmp_path: Path) -> None:
    settings = replace(TINY, steps=4, check_every=1, mine_at=())
    killed, once = tmp_path / "killed", tmp_path / "once"
    for _ in recipe.train(pages(), once, settings):
        pass
    next(recipe.train(pages(), killed, settings))
    for _ in recipe.train(pages(), killed, settings):
        pass
    one, other = (cv2.imread(str(run / "curves.png")).astype(int) for run in (once, killed))
    assert (np.abs(one - other).max(axis=2) > 30).mean() < 0.005


def test_training_lowers_the_loss(run: Path) -> None:
    judged = column(run, "judged")
    assert judged[-1] < judged[0]


@pytest.mark.slow
def test_the_best_weights_are_kept_when_later_ones_are_worse(run: Path, tmp_path: Path) -> None:
    unsteady = replace(TINY, batch=1, learning_rate=0.01, schedule=Schedule.PLATEAU)
    settings = replace(unsteady, steps=6, check_every=1, start=str(run), mine_at=())
    judged, kept = [], []
    for check in fit(pages(), tmp_path / "run", settings):
        judged.append(check.judged)
        kept.append((tmp_path / "run/best.weights.h5").read_bytes())
    best = [judged.index(min(judged[: number + 1])) for number in range(len(judged))]
    assert best[-1] < len(judged) - 1, judged
    assert [kept[number] == kept[first] for number, first in enumerate(best)] == [True] * len(judged)


def test_the_rate_falls_along_a_cosine(run: Path) -> None:
    rates = column(run, "rate")
    assert rates == sorted(rates, reverse=True)


@pytest.mark.slow
def test_a_plateau_keeps_the_rate_while_the_loss_falls(tmp_path: Path) -> None:
    settings = replace(TINY, steps=20, check_every=10, schedule=Schedule.PLATEAU)
    assert [check.rate for check in fit(pages(), tmp_path / "run", settings)] == [settings.learning_rate] * 2


def test_a_run_remembers_settings_commit_and_pages(run: Path) -> None:
    kept = json.loads((run / "settings.json").read_text())
    assert (kept["settings"]["seed"], kept["pages"], len(kept["data"]), "commit" in kept) == (
        3,
        ["1.png", "2.png"],
        64,
        True,
    )


def test_a_run_with_other_settings_is_not_continued(run: Path) -> None:
    with pytest.raises(RunError, match="other settings or pages"):
        next(fit(pages(), run, replace(TINY, seed=4)))


def test_a_run_with_other_pages_is_not_continued(run: Path) -> None:
    with pytest.raises(RunError, match="other settings or pages"):
        next(fit(pages()[:1], run, TINY))


def test_a_rate_far_too_high_stops_the_run_and_leaves_no_weights(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="lower the learning rate"):
        list(fit(pages(), tmp_path / "run", replace(TINY, learning_rate=float("inf"))))
    assert not (tmp_path / "run/best.weights.h5").exists()


@pytest.mark.slow
def test_a_run_can_begin_with_the_weights_of_another(run: Path, tmp_path: Path) -> None:
    settings = replace(TINY, steps=1, check_every=1, start=str(run), learning_rate=1e-6)
    first = next(fit(pages(), tmp_path / "run", settings))
    assert first.judged == pytest.approx(column(run, "judged")[-1], rel=0.25)


def test_weights_that_do_not_fit_are_an_error(run: Path, tmp_path: Path) -> None:
    with pytest.raises(RunError, match="no weights that fit"):
        next(fit(pages(), tmp_path / "run", replace(TINY, width=12, start=str(run))))


@pytest.mark.slow
def test_a_run_that_could_not_begin_can_be_begun_otherwise(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="no weights"):
        next(fit(pages(), tmp_path / "run", replace(TINY, start="nowhere")))
    settings = replace(TINY, steps=1, check_every=1, mine_at=())
    assert next(fit(pages(), tmp_path / "run", settings)).step == 1


def test_damaged_peaks_are_an_error(tmp_path: Path) -> None:
    (tmp_path / "peaks.json").write_text("[[")
    with pytest.raises(RunError, match="damaged"):
        read_peaks(tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("loss", list(LossName))
@pytest.mark.parametrize(("model", "width"), [("tutorial", 4), ("centre", 8)])
def test_both_networks_learn_by_every_loss(tmp_path: Path, model: str, width: int, loss: LossName) -> None:
    settings = replace(TINY, model=model, width=width, mask=loss, steps=20, check_every=10, mine_at=())
    first, last = fit(pages(), tmp_path / "run", settings)
    assert last.judged < first.judged


@pytest.mark.slow
def test_false_places_are_mined_anew_as_the_run_goes_on(run: Path, tmp_path: Path) -> None:
    settings = replace(TINY, steps=4, check_every=1, mine_at=(0.25, 0.75), start=str(run))
    double = make_page(box=Box(200, 120, 18, 18), width=1400, height=880)
    page = replace(double, boxes=(Box(900, 600, 18, 18),))
    mined = []
    for _ in fit([page], tmp_path / "run", settings):
        mined.append(read_peaks(tmp_path / "run"))
    assert [len(peaks) > 0 for peaks in mined] == [False, True, True, True]
    assert [mined[1] == mined[2], mined[2] == mined[3]] == [True, False]


@pytest.mark.slow
def test_the_rate_falls_by_a_fifth_where_the_loss_no_longer_falls(tmp_path: Path) -> None:
    # With so small a rate the weights stand still, and with them the loss.
    still = replace(TINY, model="tutorial", width=4, steps=8, check_every=1, learning_rate=1e-30, mine_at=())
    settings = replace(still, schedule=Schedule.PLATEAU)
    rates = [check.rate / 1e-30 for check in fit(pages(), tmp_path / "run", settings)]
    assert (rates[1], rates[-1]) == (pytest.approx(1.0), pytest.approx(0.2))


@pytest.mark.slow
def test_the_tutorials_network_is_judged_as_ours_is(tmp_path: Path) -> None:
    opened = open_pages(write_folder(tmp_path / "book"))
    settings = replace(TINY, model="tutorial", width=4, steps=2, check_every=2, mine_at=())
    for _ in fit(opened[:2], tmp_path / "run", settings):
        pass
    judged = recipe.judged(str(tmp_path / "run"), opened)
    figures = recipe.evaluate(judged, painted=False, changes=False, watch=lambda _, parts, __: parts)
    assert figures["hit@1"]["count"] == 1


def test_an_export_says_nothing_of_how_it_is_done(run: Path, capfd: pytest.CaptureFixture[str]) -> None:
    export.converted(export.load_run(run))
    out, err = capfd.readouterr()
    # What is left of TensorFlow's own log is off in the command line.
    assert (out, "flatbuffer_helpers" in err, "mlir_graph" in err) == ("", False, False)


def test_an_exported_run_says_what_the_run_says(run: Path) -> None:
    network = export.load_run(run)
    content = export.converted(network)
    card = export.card_for(content, network.task, export.search((30.0, 30.0)), export.About("a test", {}))
    assert export.difference(network, export.as_network(content, card)) < export.LIMITS.apart


def test_an_export_in_8_bits_says_nearly_the_same_and_can_be_begun_with(run: Path, tmp_path: Path) -> None:
    files = [tmp_path / "half.tflite", tmp_path / "whole.tflite"]
    for out, seen in zip(files, ((), pages()), strict=True):
        export.export(run, out, export.search((30.0, 30.0)), export.About("a test", {}), seen)
    half, whole = (open_target_detector(out, threads=1).network for out in files)
    assert whole.__class__ is half.__class__
    assert 0 < export.difference(half, whole) < export.LIMITS_INT8.apart
    assert files[1].stat().st_size < files[0].stat().st_size
    kinds = {kernel.kernel.dtype for out in files for kernel in convolutions(out.read_bytes(), out)}
    assert kinds == {np.dtype(np.float32)}
    kernels = [convolutions(out.read_bytes(), out)[0].kernel for out in files]
    assert kernels[0] == pytest.approx(kernels[1], abs=0.01 * float(np.abs(kernels[0]).max()))


def test_an_exported_run_is_opened_by_the_live_program(run: Path, tmp_path: Path) -> None:
    out = tmp_path / "target.tflite"
    export.export(run, out, export.search((30.0, 30.0)), export.About("a test", {}))
    assert open_target_detector(out, threads=1).search.trained_on == "a test"  # type: ignore[attr-defined]


def test_an_export_whose_card_is_lost_is_refused(run: Path, tmp_path: Path) -> None:
    out = tmp_path / "target.tflite"
    export.export(run, out, export.search((30.0, 30.0)), export.About("a test", {}))
    out.with_suffix(".json").unlink()
    with pytest.raises(AssetError, match="card"):
        open_target_detector(out)


def test_a_model_that_changed_too_much_is_not_exported() -> None:
    with pytest.raises(RunError, match=r"0\.100 off"):
        check_export(b"small", 0.1, export.LIMITS)


def test_a_run_that_does_not_survive_its_conversion_is_not_exported(run: Path, tmp_path: Path) -> None:
    copy = tmp_path / "run"
    shutil.copytree(run, copy)
    model = export.load_run(copy).model
    # More than half precision can hold.
    model.get_layer("logits").bias.assign([-1e6, -1e6])
    model.get_layer("logits").kernel.assign(1e6 * np.sign(model.get_layer("logits").kernel))
    model.save_weights(str(copy / "best.weights.h5"))
    with pytest.raises(RunError, match="off the trained one"):
        export.export(copy, tmp_path / "target.tflite", export.search((30.0, 30.0)), export.About("a test", {}))
    assert not (tmp_path / "target.tflite").exists()


def test_a_model_that_is_no_number_off_is_not_exported() -> None:
    with pytest.raises(RunError, match="off"):
        check_export(b"small", float("nan"), export.LIMITS)


def test_a_model_that_is_too_large_is_not_exported() -> None:
    with pytest.raises(RunError, match="1000000"):
        check_export(bytes(1_000_001), 0.0, export.LIMITS)


def test_a_folder_that_is_no_run_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="is not a run"):
        export.load_run(tmp_path)


def test_a_run_is_judged_by_the_pages_it_never_saw(tmp_path: Path) -> None:
    opened = open_pages(write_folder(tmp_path / "book"))
    for _ in fit(opened[:2], tmp_path / "run", replace(TINY, steps=2, check_every=2, mine_at=())):
        pass
    assert [page.name for part in recipe.judged(str(tmp_path / "run"), opened) for page in part.pages] == ["3.png"]


def test_a_run_that_saw_every_page_cannot_be_judged(tmp_path: Path) -> None:
    opened = open_pages(write_folder(tmp_path / "book"))
    for _ in fit(opened, tmp_path / "run", replace(TINY, steps=2, check_every=2, mine_at=())):
        pass
    with pytest.raises(RunError, match="every page with a target"):
        recipe.judged(str(tmp_path / "run"), opened)


def test_the_shipped_box_is_the_usual_one() -> None:
    one, other = make_page(), make_page(width=800, height=600)
    assert export.typical_box((one, other, one)) == (pytest.approx(30 * one.working, abs=0.1),) * 2


def test_best_weights_are_finite(run: Path) -> None:
    assert all(np.isfinite(weights).all() for weights in export.load_run(run).model.get_weights())
