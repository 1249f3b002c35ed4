"""The data sets of a retraining round: corrected labels, replayed synthetic eyes, faces to calibrate on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from livecam.core.types import Frame, Side
from livecam.store.samples import StoredSample
from training.data.contact_sheet import contact_sheet, write_picture
from training.data.dataset import EyeSample, gathered, load, manifest, save
from training.data.store_samples import face_of, labelled_eyes
from training.engine.files import DatasetError
from training.engine.parallel import cores
from training.pupil_detector import recipe
from training.pupil_detector.recipe import Watch
from training.retraining.comparison import PictureOf
from training.retraining.plan import RoundPlan
from training.synthesis.compose_faces import CompositeFace


def fine_set(samples: Sequence[StoredSample], picture_of: PictureOf, out: Path, plan: RoundPlan, watch: Watch) -> Path:
    """What people labelled. DatasetError when every eye of it is hidden."""
    about = {"made_by": "round", "round": plan.number, "last_event": plan.last_event, "samples": len(samples)}
    if not _made(out, about):
        eyes = list(_fine(watch("labels", samples, len(samples)), picture_of))
        if not eyes:
            raise DatasetError("no labelled sample shows an iris or a closed eye; label more")
        made = gathered(eyes)
        save(made, out, about)
        write_picture(out / "sheet.png", contact_sheet(made))
    return out


def replay_set(out: Path, plan: RoundPlan, watch: Watch) -> Path:
    """Procedural eyes, other ones each round, so that a few labels do not make the model forget all others."""
    recipe.synth(plan.settings.replay, out, seed=1000 + plan.number, workers=cores(), watch=watch)
    return out


def _fine(samples: Iterable[StoredSample], picture_of: PictureOf) -> Iterator[EyeSample]:
    for stored in samples:
        for eye in labelled_eyes(stored, picture_of(stored.sample.id)):
            # The frozen set judges across recordings; here neighbours may be on both sides, eyes of one face not.
            yield eye._replace(group=stored.sample.id)


def _made(out: Path, about: dict[str, object]) -> bool:
    return (out / "manifest.json").exists() and manifest(out)["about"] == about and len(load(out)) > 0


def as_staged(stored: StoredSample, picture_of: PictureOf) -> CompositeFace:
    """A labelled sample as the calibration wants its faces; a hidden eye counts as closed: it has no pupil to find."""
    face = face_of(stored.sample)
    labels = {label.side: label for label in stored.resolved.labels}
    seen = {side: label for side, label in labels.items() if label.centre is not None}
    truth = {side: face.lids(side)[[0, 3]].mean(axis=0).astype(float) for side in Side}
    for side, label in seen.items():
        assert label.centre is not None
        truth[side] = truth[side] * 0 + [label.centre.x, label.centre.y]
    visible = {side: 0.8 if side in seen else 0.0 for side in Side}
    group = "closed" if not seen else "ahead"
    return CompositeFace(Frame(picture_of(stored.sample.id), 0, 0.0), replace(face), truth, visible, group)
