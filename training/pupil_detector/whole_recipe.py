"""The whole recipe of the pupil detector, from portraits and synthesis to a model and its scores, in one folder."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from livecam.core.errors import LivecamError
from livecam.core.installation import extra_advice
from livecam.perception.pupils.network.detector import NetworkPupilDetector
from livecam.settings import FaceDetectorName, PupilSettings
from training.data.portrait_preparation import FACES, LABELS, prepare_portraits
from training.data.portraits import FACE_DETECTORS, LabelledPortrait, read_labels
from training.data.smiles import read_smiles
from training.engine.files import write_json
from training.engine.parallel import cores
from training.pupil_detector import recipe
from training.pupil_detector.export import Quantisation
from training.pupil_detector.recipe import Watch
from training.pupil_detector.tasks import HeatmapTask
from training.pupil_detector.train import FitSettings

MODEL = Path("models") / "pupil.tflite"
_SMILES, _TEST = Path("pupils") / "unlabelled", Path("pupils") / "test"
_LIBRARIES = ("tensorflow", "matplotlib", "sklearn")


@dataclass(frozen=True, slots=True)
class RecipeSize:
    """How much of everything the whole recipe makes."""

    synthetic: int = 26_000
    portraits: int = 32_000
    steps: int = 8_000
    staged: int = recipe.CALIBRATED_FACES
    check_every: int = 250
    batch: int = 64
    one_of: int = 1  # portraits are used
    judged: int = 1_000  # test photographs, or held-out eyes, at most
    workers: int = 0  # processes; 0 is one a core


# One process: to load the face detectors twice takes longer than the work.
SMOKE = RecipeSize(
    synthetic=600, portraits=240, steps=40, staged=30, check_every=20, batch=16, one_of=7, judged=9, workers=1
)


def missing(data: Path | None) -> Iterator[str]:
    """What the recipe needs and lacks, a line each with the command that brings it; asked before any work is done."""
    lacking = [library for library in _LIBRARIES if find_spec(library) is None]
    if lacking:
        yield f"training needs the extra 'training' ({', '.join(lacking)}); {extra_advice('training')}"
    if data is not None and not (data / FACES / LABELS).is_file():
        yield (
            f"there are no labelled portraits in {data / FACES}; prepare some with: "
            f"livecam-train portraits PICTURES --out {data}, or leave out --data to use the one that ships"
        )
    elif data is not None:
        try:
            read_labels(data / FACES, data / FACES / LABELS)
        except LivecamError as error:
            yield str(error)


def everything(data: Path | None, out: Path, *, size: RecipeSize, seed: int, watch: Watch) -> dict[str, Any]:
    """`livecam-train all`: everything is written into `out`, the model as `models/pupil.tflite`; the scores.

    `data` holds portraits as `livecam-train portraits` lays them out; None is the portrait that ships.
    """
    if data is None:
        data = out / "portraits"
        prepare_portraits([], data)
    people = read_labels(data / FACES, data / FACES / LABELS)[:: size.one_of]
    sets = _sets(data, people, out, size=size, seed=seed, watch=watch)
    settings = FitSettings(steps=size.steps, seed=seed, check_every=size.check_every, batch=size.batch)
    checks = recipe.train(HeatmapTask(), sets, out / "run", settings)
    for _ in watch("fit", checks, -(-size.steps // size.check_every)):
        pass
    scores: dict[str, Any] = dict(
        recipe.ship(
            out / "run",
            sets,
            out / MODEL,
            quantisation=Quantisation.INT8,
            faces=(data / FACES, data / FACES / LABELS),
            staged_faces=size.staged,
            watch=watch,
        )
    )
    scores |= _judged(data / _TEST, sets[0], out, settings.held_out, size=size, watch=watch)
    write_json(out / "summary.json", scores)
    return scores


def _sets(
    data: Path, people: Sequence[LabelledPortrait], out: Path, *, size: RecipeSize, seed: int, watch: Watch
) -> list[Path]:
    workers = size.workers or cores()
    recipe.synth(size.synthetic, out / "synth", seed=seed, workers=workers, watch=watch)
    smiling = read_smiles(data / _SMILES, people, workers=workers)
    recipe.shift_gaze(
        [*people, *smiling], out / "gazeshift", count=size.portraits, seed=seed, workers=workers, watch=watch
    )
    return [out / "synth", out / "gazeshift"]


def _judged(
    test: Path, drawn: Path, out: Path, held_out: float, *, size: RecipeSize, watch: Watch
) -> dict[str, dict[str, float]]:
    """On test photographs where there are some, else on the drawn eyes that were held out."""
    model = NetworkPupilDetector.open(PupilSettings(model=out / MODEL))
    if (test / "truth.csv").is_file():
        return {
            f"test_{face.value}_faces": recipe.evaluate(
                model, test, out / f"test_{face.value}", face=face, most=size.judged, watch=watch
            )["shares"]["worse_eye"]
            for face in FACE_DETECTORS
        }
    shown = recipe.evaluate(
        model,
        drawn,
        out / "held_out",
        face=FaceDetectorName.AUTO,
        most=size.judged,
        watch=watch,
        held_out=held_out,
    )
    return {"held_out_drawn_eyes": shown["shares"]["worse_eye"]}
