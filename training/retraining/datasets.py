"""The data sets of a retraining round: corrected labels, replayed synthetic eyes, faces to calibrate on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from livecam.core.assets import asset
from livecam.live.sources.demo_portrait import EYES
from livecam.store.samples import StoredSample
from training.data.contact_sheet import contact_sheet, write_picture
from training.data.dataset import EyeSample, gathered, load, manifest, save
from training.data.portraits import LabelledPortrait
from training.data.store_samples import labelled_eyes
from training.engine.files import DatasetError
from training.engine.parallel import cores
from training.pupil_detector import recipe
from training.pupil_detector.recipe import Watch
from training.retraining.comparison import PictureOf
from training.retraining.plan import RoundPlan


def fine_set(samples: Sequence[StoredSample], picture_of: PictureOf, out: Path, plan: RoundPlan, watch: Watch) -> Path:
    """What people labelled, with the labels at the iris circle. DatasetError when every eye of it is hidden."""
    about = {"made_by": "round", "round": plan.number, "last_event": plan.last_event, "samples": len(samples)}
    if not _made(out, about):
        eyes = list(_fine(watch("labels", samples, len(samples)), picture_of))
        if not eyes:
            raise DatasetError("no labelled sample shows an iris or a closed eye; label more")
        made = gathered(eyes)
        save(made, out, about)
        write_picture(out / "sheet.png", contact_sheet(made))
    return out


def replay_sets(out: Path, plan: RoundPlan, watch: Watch) -> list[Path]:
    """Procedural eyes, and those of a portrait that looks ahead and elsewhere; other ones each round, so that a few
    labels do not make the model forget all others."""
    seed = 1000 + plan.number
    recipe.synth(plan.settings.replay, out / "replay", seed=seed, workers=cores(), watch=watch)
    recipe.shift_gaze(
        [demo_portrait()], out / "portrait", count=plan.settings.portraits, seed=seed, workers=1, watch=watch
    )
    return [out / "replay", out / "portrait"]


def demo_portrait() -> LabelledPortrait:
    """The licensed portrait that ships, with its irises as they were measured."""
    return LabelledPortrait(
        asset("demo/portrait.png"),
        "demo",
        {side: eye.centre for side, eye in EYES.items()},
        {side: eye.radius for side, eye in EYES.items()},
        on_limbus=True,
    )


def _fine(samples: Iterable[StoredSample], picture_of: PictureOf) -> Iterator[EyeSample]:
    for stored in samples:
        for eye in labelled_eyes(stored, picture_of(stored.sample.id)):
            # The frozen set judges across recordings; here neighbours may be on both sides, eyes of one face not.
            yield eye._replace(group=stored.sample.id)


def _made(out: Path, about: dict[str, object]) -> bool:
    return (out / "manifest.json").exists() and manifest(out)["about"] == about and len(load(out)) > 0
