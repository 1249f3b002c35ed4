"""The steps from pictures to a shipped pupil model: synthesis, training, export, evaluation, and all of them."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from livecam.benchmark.labelled_photographs import read_labelled_photographs
from livecam.core.interfaces import PupilDetector
from livecam.perception.faces.factory import open_stills
from livecam.perception.pupils.network.detector import NetworkPupilDetector
from livecam.perception.pupils.network.model_card import Convention, PupilConfidenceCalibration, read_card
from livecam.settings import FaceDetectorName, FaceSettings, PupilSettings
from training.data.contact_sheet import contact_sheet, write_picture
from training.data.dataset import EyeDataset, gathered, is_held_out, load, manifest, save, split_by_group
from training.data.limbus import clicked_beside
from training.data.portraits import LabelledPortrait, read_labels
from training.engine.export import check_export, write_model
from training.engine.files import DatasetError, RunError, write_json
from training.engine.parallel import spread
from training.engine.plots import write_lines
from training.engine.run_folder import best_weights, git_commit, read_log, run_settings
from training.engine.trainer import CheckpointResult
from training.pupil_detector import confidence_calibration, evaluation, export, report
from training.pupil_detector.export import Quantisation
from training.pupil_detector.tasks import HeatmapTask, Task
from training.pupil_detector.train import FitSettings, fit
from training.synthesis import gaze_shift, render_eyes
from training.synthesis.compose_faces import compose_face

Thing = TypeVar("Thing")
Watch = Callable[[str, Iterable[Any], int], Iterable[Any]]  # shows how far a step is: name, parts, how many

_RECALIBRATED = "; confidence fitted anew by livecam-train recalibrate at "
CALIBRATED_FACES = 100  # a held-out person
_FEW = 3  # people
STILL_SHARE = 1 / 3  # portraits and gazeshift are one to two


def synth(count: int, out: Path, *, seed: int, workers: int, watch: Watch) -> EyeDataset:
    """`livecam-train synth`."""
    about = {"made_by": "synth", "count": count, "seed": seed}
    jobs = render_eyes.chunks(count, seed)
    return _made(out, about, watch("synth", spread(render_eyes.synthesise, jobs, workers=workers), len(jobs)))


def shift_gaze(
    portraits: Sequence[LabelledPortrait], out: Path, *, count: int, seed: int, workers: int, watch: Watch
) -> EyeDataset:
    """`livecam-train gazeshift`."""
    each = max(2, count // len(portraits))
    about = {"made_by": "gazeshift", "count": each * len(portraits), "seed": seed, "people": len(portraits)}
    jobs = [
        gaze_shift.RedirectJob(portrait, each, STILL_SHARE, seed, number) for number, portrait in enumerate(portraits)
    ]
    return _made(out, about, watch("gazeshift", spread(gaze_shift.shifted, jobs, workers=workers), len(jobs)))


def _made(out: Path, about: dict[str, Any], parts: Iterable[list[Any]]) -> EyeDataset:
    if (out / "manifest.json").exists() and manifest(out)["about"] == about:
        return load(out)
    eyes = gathered(eye for part in parts for eye in part)
    save(eyes, out, about)
    write_picture(out / "sheet.png", contact_sheet(eyes))
    return eyes


def train(task: Task, data: Sequence[Path], run: Path, settings: FitSettings) -> Iterator[CheckpointResult]:
    """`livecam-train fit`; the curves are drawn anew after every check."""
    for progress in fit(task, data, run, settings):
        history = read_log(run)
        curves = {name: (history["step"], history[name]) for name in ("loss", "error")}
        write_lines(run / "curves.png", curves, "step", "loss; error of held-out people, crop px")
        write_json(run / "scores.json", asdict(progress))
        yield progress


def starting_point(place: Path) -> Path:
    """The weights of a run, or a file of weights; RunError when they are not there."""
    weights = best_weights(place) if place.is_dir() else place
    if not weights.is_file():
        raise RunError(f"{weights} is not there; name the folder of a run or a .weights.h5 file")
    return weights


def ship(
    run: Path,
    data: Sequence[Path],
    out: Path,
    *,
    quantisation: Quantisation,
    faces: tuple[Path, Path] | None,
    staged_faces: int,
    watch: Watch,
) -> dict[str, float]:
    """`livecam-train export`: converts, checks, calibrates on held-out people when there are portraits, and writes."""
    task = HeatmapTask()
    model = export.load_run(run, task)
    eyes = export.held_out(data, run_settings(run)["settings"]["held_out"])
    content = export.converted(model, task, eyes, quantisation)
    apart = export.difference(content, model, task, eyes)
    check_export(content, apart, quantisation.limits)
    scores = {"tflite_and_keras_apart_px": apart}
    calibration, convention = export.UNFITTED, Convention()
    if faces is not None:
        with tempfile.TemporaryDirectory() as folder:
            draft = Path(folder) / "draft.tflite"
            blank = export.provenance(run, data, scores)
            export.write(content, draft, task, calibration=calibration, provenance=blank)
            calibration, fitted = _calibrated(draft, faces, set(eyes.groups.tolist()), staged_faces, watch)
        scores |= fitted
        right, down = clicked_beside(read_labels(*faces))
        convention = Convention(clicked_right=round(right, 4), clicked_down=round(down, 4))
    export.write(
        content,
        out,
        task,
        calibration=calibration,
        convention=convention,
        provenance=export.provenance(run, data, scores),
    )
    export.write_weights(run, out)
    return scores


def _calibrated(
    model: Path, faces: tuple[Path, Path], people: set[str], count: int, watch: Watch
) -> tuple[PupilConfidenceCalibration, dict[str, float]]:
    known = read_labels(*faces)
    portraits = [portrait for portrait in known if portrait.group in people]
    if not portraits and len(known) > _FEW:
        raise DatasetError("none of the held-out people has a portrait; the confidence cannot be calibrated")
    # Of one or two people none can be held out; the scores say so.
    learnt = {} if portraits else {"calibrated_on_learnt_people": 1.0}
    portraits = portraits or known
    network = NetworkPupilDetector.open(PupilSettings(model=model))
    shown = [
        face
        for number, portrait in watch("calibrate", enumerate(portraits), len(portraits))
        for face in compose_face(portrait, count, number)
    ]
    judged = confidence_calibration.judge(network, shown)
    calibration, error = confidence_calibration.calibrate(confidence_calibration.as_on_webcams(judged))
    return calibration, {**confidence_calibration.scores(judged), "calibration_error": error, **learnt}


def recalibrate(model: Path, faces: tuple[Path, Path], *, staged_faces: int, watch: Watch) -> dict[str, float]:
    """`livecam-train recalibrate`: fits the confidence of a model's card anew, as the recipe does; the model stays.

    AssetError for a model without a card, DatasetError for portraits that cannot be read.
    """
    card, content = read_card(model)
    share = FitSettings().held_out
    people = {portrait.group for portrait in read_labels(*faces) if is_held_out(portrait.group, share)}
    calibration, fitted = _calibrated(model, faces, people, staged_faces, watch)
    scores = {**card.provenance.scores, **{name: round(score, 4) for name, score in fitted.items()}}
    told = card.provenance.recipe.split(_RECALIBRATED)[0] + _RECALIBRATED + git_commit()
    provenance = card.provenance.model_copy(update={"scores": scores, "recipe": told})
    write_model(content, card.model_copy(update={"calibration": calibration, "provenance": provenance}), model)
    return fitted


def evaluate(
    detector: PupilDetector,
    target: Path,
    out: Path,
    *,
    face: FaceDetectorName,
    most: int,
    watch: Watch,
    held_out: float = 1.0,
) -> dict[str, Any]:
    """`livecam-train evaluate`: of labelled photographs (truth.csv) or of a data set, of which a run that learnt from
    it is only shown the share of people it has not seen."""
    if (target / "truth.csv").exists():
        labelled = read_labelled_photographs(target)
        photographs = labelled[:: -(-len(labelled) // most)]
        answers = evaluation.evaluate_images(open_stills(FaceSettings(finder=face)), detector, photographs)
        return report.write_report(list(watch("evaluate", answers, len(photographs))), out)
    eyes = load(target)
    if held_out < 1:
        eyes = eyes.chosen(split_by_group(eyes, held_out)[1])
    which = np.random.default_rng(0).permutation(len(eyes))[:most]
    return report.write_report(
        list(watch("evaluate", evaluation.evaluate_dataset(detector, eyes.chosen(which)), len(which))), out
    )
