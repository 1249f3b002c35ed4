"""The candidate of a round: fitted, averaged with the model it starts from, exported, recalibrated, with its card."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from livecam.perception.pupils.model_library import MODEL, WEIGHTS
from livecam.perception.pupils.network.model_card import PupilModelCard, read_card
from training.data.dataset import is_held_out
from training.engine.export import check_export, model_hash, write_model
from training.engine.files import RunError, replacing, save_weights, write_json
from training.engine.run_folder import run_settings
from training.pupil_detector import export, recipe
from training.pupil_detector.detectors import open_circle
from training.pupil_detector.export import Quantisation
from training.pupil_detector.recipe import Watch
from training.pupil_detector.tasks import HeatmapTask, WarmStartedTask
from training.pupil_detector.train import FitSettings
from training.retraining.comparison import PictureOf
from training.retraining.label_offset import LabelOffset
from training.retraining.plan import LabelSnapshot, RoundPlan
from training.retraining.pseudo_labels import PROMOTED
from training.retraining.recalibration import recalibrated
from training.retraining.self_training import SELF

MIX = {"fine": 2.0, SELF: 1.0, PROMOTED: 0.5, "synthetic": 1.0, "portrait": 0.5, "gazeshift": 1.0, "coarse": 0.25}


class RoundFolder(NamedTuple):
    """What a round works with: its plan, its folder, the data sets it learns from (none: the network stays)."""

    plan: RoundPlan
    path: Path
    sets: Sequence[Path]

    @property
    def base(self) -> Path:
        return self.path / "base" / MODEL

    @property
    def candidate(self) -> Path:
        return self.path / "model" / MODEL


def fit(round_: RoundFolder, watch: Watch) -> None:
    """Goes on from the weights of the base model; an interrupted fit goes on where it was."""
    if not round_.sets:
        return
    chosen = round_.plan.settings
    settings = FitSettings(
        steps=chosen.steps,
        learning_rate=chosen.learning_rate,
        seed=chosen.seed + round_.plan.number,
        check_every=chosen.check_every,
        batch=chosen.batch,
        mix=MIX,
    )
    task = WarmStartedTask(HeatmapTask(), round_.base.with_name(WEIGHTS))
    checks = recipe.train(task, round_.sets, round_.path / "run", settings)
    for _ in watch("fit", checks, -(-chosen.steps // chosen.check_every)):
        pass


def write_candidate(
    round_: RoundFolder, labelled: LabelSnapshot, picture_of: PictureOf, offset: LabelOffset
) -> float | None:
    """Model, card and weights into the round's folder; the calibration error on labels (at the iris circle) that were
    not learnt from, None where these are few."""
    done = round_.candidate.with_name("calibration.json")
    if done.exists():
        error = json.loads(done.read_text())["error"]
        return None if error is None else float(error)
    content, card = _fitted(round_) if round_.sets else _unchanged(round_)
    base, _ = read_card(round_.base)
    card = card.model_copy(update={"convention": offset.on_card(base.convention), "calibration": base.calibration})
    write_model(content, card, round_.candidate)
    found = recalibrated(open_circle(round_.candidate), labelled.chosen(_not_learnt(round_)), picture_of)
    decoding = card.decoding.model_copy(update={"closed_below": found.closed_below})
    card = card.model_copy(update={"calibration": found.calibration, "decoding": decoding})
    write_model(content, card, round_.candidate)
    write_json(done, {"error": found.error})
    return found.error


def _not_learnt(round_: RoundFolder) -> Sequence[str]:
    """Samples that calibrate: of validation recordings, those the fit held out to check itself, all without a fit."""
    plan = round_.plan
    if not round_.sets:
        return (*plan.calibrate, *plan.learn)
    share = float(run_settings(round_.path / "run")["settings"]["held_out"])
    return (*plan.calibrate, *(name for name in plan.learn if is_held_out(name, share) or not plan.fits))


def _unchanged(round_: RoundFolder) -> tuple[bytes, PupilModelCard]:
    """The base model: only its card will be another."""
    card, content = read_card(round_.base)
    weights = round_.candidate.with_name(WEIGHTS)
    with replacing(weights) as stream:
        stream.write(round_.base.with_name(WEIGHTS).read_bytes())
    told = card.provenance.model_copy(update={"recipe": f"{_recipe(round_)}, only the offset of labels"})
    return content, card.model_copy(update={"provenance": told})


def _fitted(round_: RoundFolder) -> tuple[bytes, PupilModelCard]:
    """RunError when the exported model answers otherwise than the network."""
    task, run = HeatmapTask(), round_.path / "run"
    model = export.load_run(run, task)
    average(model, round_.base.with_name(WEIGHTS), round_.plan.settings.keep)
    eyes = export.held_out(round_.sets, run_settings(run)["settings"]["held_out"])
    content = export.converted(model, task, eyes, Quantisation.INT8)
    apart = export.difference(content, model, task, eyes)
    check_export(content, apart, Quantisation.INT8.limits)
    save_weights(model, round_.candidate.with_name(WEIGHTS))
    made = export.provenance(run, round_.sets, {"tflite and keras apart, px": apart})
    made = made.model_copy(update={"recipe": _recipe(round_), "commit": round_.plan.commit})
    base, _ = read_card(round_.base)
    return content, base.model_copy(update={"sha256": model_hash(content), "provenance": made})


def _recipe(round_: RoundFolder) -> str:
    return f"livecam-train round {round_.plan.number}"


def average(model: Any, before: Path, keep: float) -> None:
    """Leaves `keep` of the weights `before` in a network that was fitted from them, and the rest of its own.

    After Wortsman et al. (2022): between both ends of a fine-tuning the new is kept and the old hardly lost.
    RunError when the weights cannot be read.
    """
    fitted = model.get_weights()
    try:
        model.load_weights(str(before))
    except (OSError, ValueError) as fault:
        raise RunError(f"{before} is missing or holds another network; export the model in use again") from fault
    model.set_weights([keep * old + (1 - keep) * new for old, new in zip(model.get_weights(), fitted, strict=True)])
