"""A retraining round: labels to data sets, a candidate, comparison with the model in use, promotion of a better one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from livecam.perception.pupils.model_library import MODEL, WEIGHTS
from livecam.perception.pupils.network.detector import NetworkPupilDetector
from livecam.perception.pupils.network.model_card import read_card
from livecam.settings import PupilSettings
from livecam.store.judging import JudgesByWord
from livecam.store.samples import StoredSample
from livecam.store.store import Store
from training.data.dataset import manifest
from training.engine.files import RunError, replacing, sha256, write_json
from training.pupil_detector.detectors import open_circle
from training.pupil_detector.recipe import Watch
from training.retraining.candidate import RoundFolder, fit, write_candidate
from training.retraining.comparison import Comparison, GuardVerdict, ModelVerdict, blocks, errors, judged
from training.retraining.datasets import fine_set, replay_sets
from training.retraining.guard import guard_sets, guarded
from training.retraining.label_offset import LabelOffset, label_offset, without_offset
from training.retraining.model_registry import ModelRegistry, exclusive_round, promote, recover
from training.retraining.plan import LabelSnapshot, RoundPlan, RoundSettings, planned
from training.retraining.pseudo_labels import pseudo_labelled_set
from training.retraining.self_training import Teacher, frames_of, self_taught_set, unlabelled

SCHEMA = 3


@dataclass(frozen=True, slots=True)
class RoundResult:
    """What a round came to; written once, never changed."""

    number: int
    base: str
    model: str
    learnt: int  # labelled samples that were learnt from; 0 where they only gave their offset
    taught: int  # unlabelled frames that were learnt from
    offset: LabelOffset  # of labels from the iris circle, pupil distances
    position: Comparison  # pupil distances, of the worse eye, labels less their offset
    state: Comparison  # share of samples in which an eye's state is wrong
    convention: Comparison  # as position, labels as they were said, each model with the offset of its own card
    guard: GuardVerdict
    calibration_error: float | None
    promoted: bool
    why: str
    data: dict[str, str]  # manifests' hashes


def work_round(
    store: Store,
    settings: RoundSettings,
    data: Sequence[Path],
    watch: Watch,
    by_word: JudgesByWord | None = None,
    ray: str | None = None,
) -> RoundResult:
    """`livecam-train round`: goes on with an interrupted round, else begins a new one.

    DatasetError when too little is labelled; a round that is killed anywhere leaves the old model in place. `ray` is
    the cluster on which unlabelled frames are looked at.
    """
    places = ModelRegistry(store.folder)
    with exclusive_round(places):
        recover(places)
        plan, labelled = planned(store, places, settings, data, by_word)
        folder = places.round(plan.number)
        _keep_base(places, folder / "base")
        labels = _at_circle(store, plan, labelled, folder / "base" / MODEL)
        round_ = RoundFolder(plan, folder, _sets(store, plan, labels.circle, folder, watch, ray))
        fit(round_, watch)
        error = write_candidate(round_, labels.circle, store.picture, labels.offset)
        record = _judged(store, round_, labels, error, watch)
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


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as fault:
        raise RunError(
            f"{path.name} is not beside the model in use ({path.parent}); export it again to have it there"
        ) from fault


@dataclass(frozen=True, slots=True)
class _Labels:
    """What people said, and the same at the iris circle."""

    said: LabelSnapshot
    circle: LabelSnapshot
    offset: LabelOffset


def _at_circle(store: Store, plan: RoundPlan, said: LabelSnapshot, base: Path) -> _Labels:
    """The offset is of labels that do not judge, and is taken off all."""
    card, _ = read_card(base)
    shown = LabelOffset.of_card(card.convention)
    teaching = said.chosen([*plan.learn, *plan.calibrate])
    offset = label_offset(open_circle(base), teaching, store.picture, shown)
    moved = without_offset(said.samples.values(), offset, shown)
    return _Labels(said, LabelSnapshot({stored.sample.id: stored for stored in moved}), offset)


def _sets(
    store: Store, plan: RoundPlan, labels: LabelSnapshot, folder: Path, watch: Watch, ray: str | None
) -> list[Path]:
    """None where there is too little to learn from: then labels only give their offset."""
    base = folder / "base" / MODEL
    fine = [fine_set(labels.chosen(plan.learn), store.picture, folder / "fine", plan, watch)] if plan.fits else []
    teacher = Teacher(unlabelled(store, labels.chosen(plan.judge)), base)
    own = self_taught_set(store, teacher, folder / "self", watch, ray=ray)
    if frames_of(own) < plan.settings.self_train_from:
        own = []
    given = [*fine, *own, *map(Path, plan.data)]
    if not given:
        return []
    machine = pseudo_labelled_set(store, plan, base, folder / "promoted", watch)
    return [*given, *machine, *replay_sets(folder, plan, watch)]


def _judged(store: Store, round_: RoundFolder, labels: _Labels, error: float | None, watch: Watch) -> RoundResult:
    plan, models = round_.plan, (round_.base, round_.candidate)
    samples = labels.circle.chosen(plan.judge)
    old, new = (errors(open_circle(model), samples, store.picture) for model in models)
    verdict = judged(old, new, blocks(samples))
    convention = _convention(store, labels.said.chosen(plan.judge), models)
    guard = guarded(*models, guard_sets(round_.path.parent, plan.settings.guard, watch), plan.settings.worse)
    gains = verdict.better or (convention.better and not verdict.position.worse and not verdict.state.worse)
    own = [path for path in round_.sets if path.name == "self"]
    return RoundResult(
        number=plan.number,
        base=plan.base,
        model=sha256(round_.candidate),
        learnt=len(plan.learn) if plan.fits else 0,
        taught=frames_of(own),
        offset=labels.offset,
        position=verdict.position,
        state=verdict.state,
        convention=convention,
        guard=guard,
        calibration_error=error,
        promoted=gains and not guard.worse,
        why="; ".join(_why(plan, verdict, convention, guard, gains)),
        data={path.name: manifest(path)["sha256"] for path in round_.sets},
    )


def _convention(store: Store, samples: Sequence[StoredSample], models: Sequence[Path]) -> Comparison:
    """Of models that answer as their cards' person places pupils."""
    asking = (NetworkPupilDetector.open(PupilSettings(model=model)) for model in models)
    old, new = (errors(detector, samples, store.picture) for detector in asking)
    return judged(old, new, blocks(samples)).position


def _why(
    plan: RoundPlan, verdict: ModelVerdict, convention: Comparison, guard: GuardVerdict, gains: bool
) -> Iterator[str]:
    yield "worse for everybody else" if gains and guard.worse else "better" if gains else "not better for sure"
    if not plan.fits:
        yield f"{len(plan.learn)} labels gave only their offset, {plan.settings.fine_tune_from} are learnt from"
    yield _said(verdict.position, "error")
    yield _said(verdict.state, "wrong states")
    yield _said(convention, "error as it is labelled")
    yield _said(guard.position, "error of other people's eyes")
    yield _said(guard.state, "their wrong states")


def _said(found: Comparison, what: str) -> str:
    if not found.samples:
        return f"{what} not known, no sample to compare"
    change = f"the change is between {found.floor:+.4f} and {found.bound:+.4f}"
    return f"{what} {found.old:.4f} before, {found.new:.4f} after on {found.samples} samples, {change}"
