"""The offset of labels alone: a plan for few labels, and the model as it was with the person's offset on its card."""

from __future__ import annotations

import shutil
from pathlib import Path

from livecam.perception.pupils.model_library import MODEL, WEIGHTS
from livecam.perception.pupils.network.model_card import read_card
from livecam.store.store import Store
from training.engine.export import write_model
from training.engine.files import replacing
from training.pupil_detector.detectors import open_circle
from training.retraining.candidate import RoundFolder
from training.retraining.label_offset import LabelOffset, OffsetEstimate, estimated_offset
from training.retraining.model_registry import ModelRegistry
from training.retraining.plan import LabelSnapshot, RoundPlan, RoundSettings, labelled_now, new_plan


def offset_plan(
    store: Store, places: ModelRegistry, settings: RoundSettings
) -> tuple[RoundPlan, LabelSnapshot, OffsetEstimate]:
    """A round that neither learns nor judges, and so uses up no label; and what it would take."""
    last_event, labelled = labelled_now(store)
    known = LabelOffset.of_card(read_card(places.model)[0].convention)
    detector = open_circle(places.model)
    estimate = estimated_offset(detector, labelled.samples.values(), store.picture, known)
    return new_plan(places, last_event, settings), labelled, estimate


def write_offset_model(round_: RoundFolder, offset: LabelOffset) -> Path:
    """The base model and its weights beside the candidate: only the card is another."""
    target = round_.path / "offset" / MODEL
    card, content = read_card(round_.base)
    with replacing(target.with_name(WEIGHTS)) as stream:
        stream.write(round_.base.with_name(WEIGHTS).read_bytes())
    told = f"livecam-train round {round_.plan.number}, only the offset of labels"
    update = {
        "convention": offset.on_card(card.convention),
        "provenance": card.provenance.model_copy(update={"recipe": told}),
    }
    write_model(content, card.model_copy(update=update), target)
    return target


def use_offset_model(round_: RoundFolder) -> None:
    """Makes it the candidate; the one that was fitted is kept under `fitted`."""
    folder, fitted = round_.candidate.parent, round_.path / "fitted"
    if folder.exists():
        shutil.rmtree(fitted, ignore_errors=True)
        folder.rename(fitted)
    (round_.path / "offset").rename(folder)
