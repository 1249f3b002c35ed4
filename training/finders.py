"""Opens whatever can be judged: a finder by its name, an exported model, or a run as it was trained."""

from __future__ import annotations

import tempfile
from pathlib import Path

from livecam.core.seams import PupilFinder
from livecam.pupils.choose import open_pupils
from livecam.settings import PupilFinderName, PupilSettings


def finder_named(name: str) -> PupilFinder:
    """`cpu`, `tutorial`, `tflite` (what ships), MODEL.tflite or the folder of a run.

    A heat map is judged as the live program would run it; another network, which cannot be exported, as it is.
    """
    if name in tuple(PupilFinderName):
        return open_pupils(PupilSettings(finder=PupilFinderName(name)))
    path = Path(name)
    return _of_run(path) if path.is_dir() else _exported(path)


def _exported(model: Path) -> PupilFinder:
    return open_pupils(PupilSettings(finder=PupilFinderName.TFLITE, model=model))


def _of_run(run: Path) -> PupilFinder:
    from training import export  # noqa: PLC0415
    from training.bare import BareNetwork  # noqa: PLC0415
    from training.learners import network_named  # noqa: PLC0415

    name = export.model_of(run)
    if name == "heatmap":
        with tempfile.TemporaryDirectory() as folder:
            return _exported(export.as_tflite(run, Path(folder) / "run.tflite"))
    learner = network_named(name)
    return BareNetwork(learner, export.load_network(run, learner))
