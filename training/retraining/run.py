"""A retraining round: labels to data sets, training, export, calibration, comparison, promotion of a better model."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from livecam.perception.pupils.model_library import MODEL, WEIGHTS
from livecam.perception.pupils.network.detector import NetworkPupilDetector
from livecam.perception.pupils.network.model_card import PupilConfidenceCalibration, read_card
from livecam.settings import PupilSettings
from livecam.store.judging import JudgesByWord
from livecam.store.store import Store
from training.data.dataset import manifest
from training.engine.export import check_export
from training.engine.files import RunError, replacing, sha256, write_json
from training.engine.run_folder import run_settings
from training.pupil_detector import confidence_calibration, export, recipe
from training.pupil_detector.export import Quantisation
from training.pupil_detector.recipe import Watch
from training.pupil_detector.tasks import HeatmapTask, WarmStartedTask
from training.pupil_detector.train import FitSettings
from training.retraining.comparison import Comparison, ModelVerdict, blocks, errors, judged
from training.retraining.datasets import as_staged, fine_set, replay_set
from training.retraining.model_registry import ModelRegistry, exclusive_round, promote, recover
from training.retraining.plan import LabelSnapshot, RoundPlan, RoundSettings, planned
from training.retraining.pseudo_labels import PROMOTED, pseudo_labelled_set

SCHEMA = 2
MIX = {"fine": 2.0, PROMOTED: 0.5, "synthetic": 1.0, "portrait": 0.5, "gazeshift": 1.0, "coarse": 0.25}
_CALIBRATING = 60  # eyes, below which the confidence keeps its weights


@dataclass(frozen=True, slots=True)
class RoundResult:
    """What a round came to; written once, never changed."""

    number: int
    base: str
    model: str
    position: Comparison  # pupil distances, of the worse eye
    state: Comparison  # share of samples in which an eye's state is wrong
    calibration_error: float | None
    promoted: bool
    why: str
    data: dict[str, str]  # manifests' hashes


def work_round(
    store: Store, settings: RoundSettings, data: Sequence[Path], watch: Watch, by_word: JudgesByWord | None = None
) -> RoundResult:
    """`livecam-train round`: goes on with an interrupted round, else begins a new one.

    DatasetError when too little is labelled; a round that is killed anywhere leaves the old model in place.
    """
    places = ModelRegistry(store.folder)
    with exclusive_round(places):
        recover(places)
        plan, labelled = planned(store, places, settings, data, by_word)
        folder = places.round(plan.number)
        _keep_base(places, folder / "base")
        sets = _data(store, plan, labelled, folder, watch)
        _fit(plan, folder, sets, watch)
        error = _export(store, plan, labelled, folder, sets)
        record = _judged(store, plan, labelled, folder, sets, error)
        write_json(folder / "round.json", {"schema": SCHEMA, **asdict(record), "plan": asdict(plan)})
        if record.promoted:
            promote(places, plan.number, record.why)
        return record


def _keep_base(places: ModelRegistry, base: Path) -> None:
    """The model it starts from, copied, so that a rollback meanwhile changes nothing here; the card comes last."""
    if (base / MODEL).with_suffix(".json").exists():
        return
    for name in (WEIGHTS, MODEL, "pupil.json"):
        with replacing(base / name) as stream:
            stream.write(_content(places.model.with_name(name)))


def _data(store: Store, plan: RoundPlan, labelled: LabelSnapshot, folder: Path, watch: Watch) -> list[Path]:
    fine = fine_set(labelled.chosen(plan.learn), store.picture, folder / "fine", plan, watch)
    machine = pseudo_labelled_set(store, plan, folder / "base" / MODEL, folder / "promoted", watch)
    return [fine, *machine, replay_set(folder / "replay", plan, watch), *map(Path, plan.data)]


def _fit(plan: RoundPlan, folder: Path, sets: Sequence[Path], watch: Watch) -> None:
    chosen = plan.settings
    settings = FitSettings(
        steps=chosen.steps,
        learning_rate=chosen.learning_rate,
        seed=chosen.seed + plan.number,
        check_every=chosen.check_every,
        batch=chosen.batch,
        mix=MIX,
    )
    checks = recipe.train(WarmStartedTask(HeatmapTask(), folder / "base" / WEIGHTS), sets, folder / "run", settings)
    for _ in watch("fit", checks, -(-chosen.steps // chosen.check_every)):
        pass


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as fault:
        raise RunError(
            f"{path.name} is not beside the model in use ({path.parent}); export it again to have it there"
        ) from fault


def _export(store: Store, plan: RoundPlan, labelled: LabelSnapshot, folder: Path, sets: Sequence[Path]) -> float | None:
    """Model, card and weights into the round's folder; the calibration error, None where the old one was kept."""
    out, task = folder / "model" / MODEL, HeatmapTask()
    done = folder / "model" / "calibration.json"
    if done.exists():
        return _kept_error(done)
    model = export.load_run(folder / "run", task)
    eyes = export.held_out(sets, run_settings(folder / "run")["settings"]["held_out"])
    content = export.converted(model, task, eyes, Quantisation.INT8)
    apart = export.difference(content, model, task, eyes)
    check_export(content, apart, Quantisation.INT8.limits)
    old, _ = read_card(folder / "base" / MODEL)
    made = export.provenance(folder / "run", sets, {"tflite and keras apart, px": apart})
    made = made.model_copy(update={"recipe": f"livecam-train round {plan.number}", "commit": plan.commit})
    export.write(content, out, task, calibration=old.calibration, provenance=made)
    calibration, error = _calibrated(out, store, labelled, plan, old.calibration)
    export.write(content, out, task, calibration=calibration, provenance=made)
    export.write_weights(folder / "run", out)
    write_json(done, {"error": error})
    return error


def _kept_error(path: Path) -> float | None:
    error = json.loads(path.read_text())["error"]
    return None if error is None else float(error)


def _calibrated(
    model: Path, store: Store, labelled: LabelSnapshot, plan: RoundPlan, before: PupilConfidenceCalibration
) -> tuple[PupilConfidenceCalibration, float | None]:
    """On labels it has not learnt from, when they are enough."""
    faces = [as_staged(stored, store.picture) for stored in labelled.chosen(plan.calibrate)]
    if 2 * len(faces) < _CALIBRATING:
        return before, None
    judged = confidence_calibration.judge(_open_network(model), faces)
    if judged.hits.all() or not judged.hits.any():
        return before, None
    return confidence_calibration.calibrate(judged)


def _judged(
    store: Store,
    plan: RoundPlan,
    labelled: LabelSnapshot,
    folder: Path,
    sets: Sequence[Path],
    error: float | None,
) -> RoundResult:
    candidate = folder / "model" / MODEL
    samples = labelled.chosen(plan.judge)
    old, new = (errors(_open_network(model), samples, store.picture) for model in (folder / "base" / MODEL, candidate))
    verdict = judged(old, new, blocks(samples))
    return RoundResult(
        number=plan.number,
        base=plan.base,
        model=sha256(candidate),
        position=verdict.position,
        state=verdict.state,
        calibration_error=error,
        promoted=verdict.better,
        why=_why(verdict),
        data={path.name: manifest(path)["sha256"] for path in sets},
    )


def _why(verdict: ModelVerdict) -> str:
    said = f"{_said(verdict.position, 'error')}; {_said(verdict.state, 'wrong states')}"
    return f"{'better' if verdict.better else 'not better for sure'}: {said}"


def _said(found: Comparison, what: str) -> str:
    if not found.samples:
        return f"{what} not known, no sample to compare"
    change = f"the change is between {found.floor:+.4f} and {found.bound:+.4f}"
    return f"{what} {found.old:.4f} before, {found.new:.4f} after on {found.samples} samples, {change}"


def _open_network(model: Path) -> NetworkPupilDetector:
    return NetworkPupilDetector.open(PupilSettings(model=model))
