"""From pictures with boxes to a detector: what is read, planned and said; the whole of it once, tiny."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

from livecam.core.assets import asset
from livecam.core.types import Box
from livecam.perception.targets.boxes.candidates import Guess, add
from livecam.perception.targets.boxes.page_boxes import LabelledBox, PageBoxes, write_table
from livecam.perception.targets.detector import Target
from livecam.perception.targets.network import open_target_detector
from tests.training.target_detector.drawn import make_page, write_folder
from training.cli.main import app
from training.engine.files import DatasetError, RunError
from training.engine.trainer import Trainer
from training.target_detector import confidence_calibration
from training.target_detector.custom import demo, interruption, planning, report
from training.target_detector.custom.judging import Expectation, JudgedPage
from training.target_detector.custom.recipe import CustomSettings, check_place, prepare, teach
from training.target_detector.data.dataset import LabelledPage
from training.target_detector.evaluation import PeakConfidence
from training.target_detector.export import UNFITTED
from training.target_detector.recipe import PageGroup, Watch, calibrated

TINY = CustomSettings(start="", steps=4, folds=2, batch=2, width=8, size=64, half=False)


def page_of(name: str, side: float, size: tuple[int, int]) -> LabelledPage:
    return make_page(name, Box(40, 40, side, side), *size)


def test_scans_of_any_resolution_are_brought_to_one_size_and_maps_are_not() -> None:
    scans = [page_of(f"{k}", 20.0 * k, (400 * k, 300 * k)) for k in (1, 2, 3)]
    maps = [page_of(f"{k}", 20.0, (400 * k, 300 * k)) for k in (1, 2, 3)]
    as_scans, as_maps = planning.plan(scans), planning.plan(maps)
    assert [as_scans.factor(page) * page.boxes[0].width for page in scans] == pytest.approx([36] * 3, rel=0.01)
    assert (as_maps.page_pixels, as_maps.factor(maps[2])) == (0, pytest.approx(1.8))


@pytest.mark.parametrize("side", [12.0, 15.0, 30.0, 120.0])
def test_a_target_of_any_size_comes_to_the_size_that_the_network_knows(side: float) -> None:
    plan = planning.plan([page_of("1", side, (800, 600)), page_of("2", side, (800, 600))])
    assert plan.box.width == pytest.approx(36, rel=0.01)


def test_targets_of_many_sizes_are_searched_at_more_scales() -> None:
    pages = [page_of(str(k), side, (800, 600)) for k, side in enumerate((10, 20, 40, 80, 160))]
    plan = planning.plan(pages)
    seen = [36 * page.boxes[0].width / 40 * scale for page in pages for scale in plan.scales]
    assert len(plan.scales) > 3
    assert all(any(18 <= 36 * page.boxes[0].width / 40 * scale <= 64 for scale in plan.scales) for page in pages), seen


def test_targets_of_no_size_to_speak_of_are_refused() -> None:
    with pytest.raises(DatasetError, match="they need 4 at least"):
        planning.plan([page_of("1", 2.0, (400, 300))])


def _one_page(folder: Path) -> None:
    write_table(folder / "boxes.csv", [PageBoxes("1.png", (LabelledBox(Box(40, 60, 30, 30)),)), PageBoxes("2.png")])


def _no_target(folder: Path) -> None:
    write_table(folder / "boxes.csv", [PageBoxes("1.png"), PageBoxes("2.png")])


def _no_boxes(folder: Path) -> None:
    (folder / "boxes.csv").unlink()


def _two_classes(folder: Path) -> None:
    boxes = tuple(LabelledBox(Box(40 * k, 60, 30, 30), kind) for k, kind in enumerate(("cat", "dog")))
    write_table(folder / "boxes.csv", [PageBoxes("1.png", boxes), PageBoxes("2.png", boxes)])


def _large(folder: Path) -> None:
    boxes = [Box(40, 60, 9, 9)] * 5 + [Box(0, 0, 390, 290)]
    write_table(folder / "boxes.csv", [PageBoxes(f"{k}.png", tuple(map(LabelledBox, boxes))) for k in (1, 2)])


def _masks(folder: Path) -> None:
    (folder / "masks").mkdir()
    cv2.imwrite(str(folder / "masks" / "1.png"), np.zeros((30, 40), np.uint8))


def _twins(folder: Path) -> None:
    (folder / "masks").mkdir()
    cv2.imwrite(str(folder / "masks" / "1.png"), np.zeros((300, 400), np.uint8))
    (folder / "pages" / "1.bmp").write_bytes((folder / "pages" / "1.png").read_bytes())


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (_one_page, "only 1 page of .* has a target; at least 2"),
        (_no_target, "no page of .* has a target"),
        (_no_boxes, "no boxes; draw them: livecam-label boxes"),
        (_two_classes, r"2 classes \(cat, dog\); say which with --class"),
        (_large, "is larger than a crop"),
        (_masks, "not as large as its page"),
        (_twins, "could be of 1.png or of 1.bmp"),
    ],
)
def test_what_cannot_be_learnt_from_is_said(tmp_path: Path, spoil: object, said: str) -> None:
    folder = write_folder(tmp_path / "book", 3)
    spoil(folder)  # type: ignore[operator]
    with pytest.raises(DatasetError, match=said):
        prepare(folder, CustomSettings())


def test_a_class_is_chosen_by_its_name(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "book", 3)
    _two_classes(folder)
    lesson = prepare(folder, CustomSettings(kind="dog"))
    assert [len(page.boxes) for page in lesson.pages] == [1, 1]


def test_a_model_goes_neither_over_what_ships_nor_among_other_things(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("dear")
    for place, said in ((asset("models"), "models that ship"), (tmp_path, "other things are there")):
        with pytest.raises(DatasetError, match=said):
            check_place(place)


@pytest.mark.parametrize("spoil", [_one_page, _no_boxes])
def test_a_folder_that_cannot_be_learnt_from_makes_no_folder(tmp_path: Path, spoil: object) -> None:
    folder, out = write_folder(tmp_path / "book", 3), tmp_path / "new" / "model"
    spoil(folder)  # type: ignore[operator]
    assert CliRunner().invoke(app, ["targets", str(folder), "--out", str(out)]).exit_code
    assert sorted(each.name for each in tmp_path.iterdir()) == ["book"]


def _interrupted_at(step: int) -> Watch:
    def watched(name: str, parts: Iterable[Any], count: int) -> Iterator[Any]:
        for at, part in enumerate(parts, 1):
            yield part
            if at == step:
                raise KeyboardInterrupt

    return watched


@pytest.mark.tensorflow
def test_what_is_interrupted_before_the_first_check_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, out = write_folder(tmp_path / "book", 3), tmp_path / "new" / "model"
    monkeypatch.setattr(Trainer, "_keep", _interrupt)
    with pytest.raises(KeyboardInterrupt):
        teach(folder, prepare(folder, TINY), out, TINY, lambda name, parts, count: parts)
    assert interruption.left_in_words(out) == "stopped before the first check of a run, nothing is kept"
    assert sorted(each.name for each in tmp_path.iterdir()) == ["book"]


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.tensorflow
def test_what_is_interrupted_says_where_it_goes_on_and_does(tmp_path: Path) -> None:
    folder, out = write_folder(tmp_path / "book", 3), tmp_path / "model"
    lesson = prepare(folder, TINY)
    with pytest.raises(KeyboardInterrupt):
        teach(folder, lesson, out, TINY, _interrupted_at(2))
    run = out / "work" / "fold0"
    assert interruption.left_in_words(out) == f"stopped; the same command goes on at step 2 of 4 of {run}"
    with pytest.raises(KeyboardInterrupt):
        teach(folder, lesson, out, TINY, _interrupted_at(2))
    assert interruption.left_in_words(out) == f"stopped; the same command goes on at step 4 of 4 of {run}"


@pytest.mark.tensorflow
def test_ctrl_c_ends_the_command_with_a_word_and_no_folder(tmp_path: Path) -> None:
    folder, out = write_folder(tmp_path / "book", 3), tmp_path / "model"
    command = [sys.executable, "-m", "training", "targets", str(folder), "--out", str(out), "--start", "none"]
    settings = ["--steps", "4000", "--width", "8", "--size", "64", "--batch", "2"]
    with subprocess.Popen([*command, *settings], stderr=subprocess.PIPE, text=True) as process:
        _wait_for(out / "work" / "fold0" / "settings.json", process)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
    assert (process.returncode, said.splitlines()[-1]) == (
        130,
        "livecam-train: stopped before the first check of a run, nothing is kept",
    )
    assert not out.exists()


def _wait_for(path: Path, process: subprocess.Popen[str]) -> None:
    for _ in range(600):
        if path.exists() or process.poll() is not None:
            return
        time.sleep(0.1)


def test_what_was_judged_of_a_queue_is_learnt_at_the_scale_of_its_page(tmp_path: Path) -> None:
    folder, queue = write_folder(tmp_path / "book", 3), tmp_path / "queue"
    image = cv2.imread(str(folder / "pages" / "1.png"))
    add(queue, image, "1.png", [Guess(Box(100, 100, 30, 30), 0.5)], factor=1.2, model="m")
    with pytest.raises(DatasetError, match="nobody has judged"):
        prepare(folder, CustomSettings(queue=queue))
    tile = next((queue / "pages").iterdir())
    write_table(queue / "boxes.csv", [PageBoxes(f"pages/{tile.name}", (LabelledBox(Box(9, 9, 30, 30), "lookalike"),))])
    lesson = prepare(folder, CustomSettings(queue=queue))
    assert [(len(each.boxes), len(each.lookalikes), each.name.split("#")[0]) for each in lesson.tiles] == [
        (0, 1, "1.png")
    ]
    assert lesson.tiles[0].factor == pytest.approx(lesson.pages[0].working)


def judged(right: float, wrong: float, painted: float = 0.1) -> JudgedPage:
    page = make_page()
    box = page.boxes[0]
    true = Target(box.x + 5, box.y + 5, right, box, right)
    false = Target(5, 5, wrong, Box(0, 0, 10, 10), wrong)
    pairs = sorted(((true, True), (false, False)), key=lambda pair: -pair[0].score)
    return JudgedPage(page, tuple(t for t, _ in pairs), tuple(h for _, h in pairs), false._replace(score=painted))


def test_what_to_expect_is_said_with_an_interval_and_what_more_pages_bring() -> None:
    pages = [judged(0.9, 0.2), judged(0.8, 0.3), judged(0.4, 0.6), judged(0.9, 0.1, painted=0.7)]
    worse = [judged(0.6, 0.5), judged(0.5, 0.5), judged(0.3, 0.7), judged(0.6, 0.5)]
    expected = Expectation(pages, 0.5, (worse, pages), (4, 8))
    words = " ".join(expected.words())
    assert (expected.first.hits, expected.told_empty.hits, expected.recall.hits) == (3, 3, 3)
    assert all(part in words for part in ("3 of 4 pages", "95 % certainty", "more pages would halve", "painted out"))


def test_the_report_shows_what_was_missed(tmp_path: Path) -> None:
    report.write(tmp_path / "r.html", Expectation([judged(0.4, 0.6), judged(0.9, 0.1)], 0.5), ["words"], "a test")
    html = (tmp_path / "r.html").read_text()
    assert (html.count("<img"), "1.png: candidate 2, 0.40" in html, "1.png: wrong, 0.60" in html) == (2, True, True)


def test_the_threshold_leaves_what_is_wrong_below() -> None:
    pages = [judged(0.9, 0.3, 0.2), judged(0.8, 0.4, 0.3), judged(0.85, 0.35, 0.3), judged(0.9, 0.2, 0.2)]
    group = PageGroup(
        [page.best() for page in pages],
        [page.without() for page in pages],
        [case for page in pages for case in page.candidates()],
    )
    how = calibrated(planning.plan([make_page(), make_page("2.png")]).search(UNFITTED), [group])
    scores = [how.calibration.score(height, 0.0) >= how.threshold for height in (0.8, 0.4)]
    assert scores == [True, False]


def test_one_page_in_the_middle_hardly_moves_what_counts_as_found() -> None:
    found = [confidence(0.6 + 0.04 * k, hit=True) for k in range(8)]
    empty = [confidence(0.2 + 0.04 * k) for k in range(8)]
    plan, levels = planning.plan([make_page(), make_page("2.png")]), []
    for without in (empty, [*empty, confidence(0.78)]):
        how = calibrated(plan.search(UNFITTED), [PageGroup(found, without, found)])
        levels.append(min(h for h in np.arange(0.3, 1, 0.01) if how.calibration.score(h, 0.0) >= how.threshold))
    assert 0.5 <= levels[0] <= 0.6
    assert levels[1] - levels[0] < 0.08


def test_wrong_candidates_beside_the_best_say_nothing_of_pages_without_a_target() -> None:
    found, empty = [confidence(0.9, hit=True)] * 9 + [confidence(0.7)], [confidence(0.5)] * 10
    group = PageGroup(found, empty, [*found, *[confidence(0.85)] * 10])
    how = calibrated(planning.plan([make_page(), make_page("2.png")]).search(UNFITTED), [group])
    assert how.calibration == confidence_calibration.calibrated(found, empty)


def confidence(height: float, *, hit: bool = False) -> PeakConfidence:
    return PeakConfidence(height, 0.0, 0.0, hit)


def test_the_demo_draws_pages_with_one_target_and_look_alikes(tmp_path: Path) -> None:
    settings = demo.DemoSettings(labelled=3, empty=1, unseen=1, width=300, height=200, birds=8)
    assert len(list(demo.write(tmp_path / "demo", settings, seed=1))) == 4
    lesson = prepare(tmp_path / "demo" / "labelled", replace(TINY, size=160))
    assert [(len(page.boxes), bool(page.lookalikes)) for page in lesson.pages] == [(1, True), (1, True), (0, False)]
    with pytest.raises(DatasetError, match="something is there already"):
        next(demo.write(tmp_path / "demo", settings, seed=1))


@pytest.mark.tensorflow
def test_a_folder_becomes_a_model_with_a_card_and_a_report(tmp_path: Path) -> None:
    folder, out = write_folder(tmp_path / "book", 3), tmp_path / "model"
    lesson = prepare(folder, TINY)
    taught = teach(folder, lesson, out, TINY, lambda name, parts, count: parts)
    card = json.loads((out / "model.json").read_text())
    assert (card["trained_on"], card["scores"]["pages"]) == ("3 pages of book with 3 targets, begun from nothing", 3)
    assert open_target_detector(taught.model, threads=1).search.page_pixels > 0
    assert "What to expect" in taught.page.read_text()
    assert not (out / "work" / "pages").exists()


@pytest.mark.tensorflow
def test_training_begins_with_what_an_exported_model_says() -> None:
    from training.engine.tensorflow import tensorflow
    from training.target_detector.models import centre_net
    from training.target_detector.start_weights import begin_with, width_of
    from training.target_detector.tasks import inputs

    file = asset("models/waldo.tflite")
    crops = tensorflow().constant(
        inputs([np.random.default_rng(k).integers(0, 256, (96, 96, 3), np.uint8) for k in (1, 2)])
    )
    network = centre_net(width_of(file))
    begin_with(network, file, crops)
    still, learning = (np.asarray(network(crops, training=training)) for training in (False, True))
    assert np.abs(still - learning).max() < 0.05
    with pytest.raises(RunError, match="of another network"):
        begin_with(centre_net(16), file, crops)


def test_a_network_that_has_learnt_nothing_calls_nothing_found() -> None:
    found, empty = [confidence(0.3, hit=True)] + [confidence(0.5)] * 9, [confidence(0.5)] * 10
    how = calibrated(
        planning.plan([make_page(), make_page("2.png")]).search(UNFITTED), [PageGroup(found, empty, found)]
    )
    assert all(how.calibration.score(height, 0.0) < how.threshold for height in (0.01, 0.3, 0.5, 0.99))
    words = " ".join(Expectation([judged(0.3, 0.2), judged(0.2, 0.3)], 0.5).words())
    assert "it calls nothing found" in words
