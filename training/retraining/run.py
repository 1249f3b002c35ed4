"""A retraining round: labels to data sets, a candidate, comparison with the model in use, promotion of a better one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from livecam.perception.pupils.model_library import MODEL, WEIGHTS
from livecam.perception.pupils.network.detector import NetworkPupilDetector
from livecam.perception.pupils.network.model_card import read_card
from livecam.settings import PupilSettings
from livecam.store.judging import JudgesByWord, round_readiness
from livecam.store.samples import StoredSample
from livecam.store.store import Store
from training.data.dataset import manifest
from training.engine.files import RunError, replacing, sha256, write_json
from training.pupil_detector.detectors import open_circle
from training.pupil_detector.recipe import Watch
from training.retraining.candidate import RoundFolder, fit, write_candidate
from training.retraining.comparison import (
    Comparison,
    GuardVerdict,
    ModelVerdict,
    blocks,
    compared,
    errors,
    is_better,
    judged,
)
from training.retraining.datasets import fine_set, replay_sets
from training.retraining.guard import guard_sets, guarded
from training.retraining.label_offset import LabelOffset, ShownOffsets, estimated_offset, without_offset
from training.retraining.model_registry import ModelRegistry, exclusive_round, promote, recover
from training.retraining.offset_alone import offset_plan, use_offset_model, write_offset_model
from training.retraining.plan import LabelSnapshot, RoundPlan, RoundSettings, TooFewLabelsError, planned, write_plan
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
    offset_alone: bool = False  # what was promoted is the model as it was, with another offset on its card

    @property
    def told(self) -> str:
        """What is in use now, for people."""
        if not self.promoted:
            return "the old model stays"
        if not self.offset_alone:
            return "the new model is in use"
        across, down = (f"{step:+.1%}" for step in self.offset[:2])
        return f"the network stays; the picture follows where labels put pupils ({across} right, {down} down)"


def work_round(
    store: Store,
    settings: RoundSettings,
    data: Sequence[Path],
    watch: Watch,
    by_word: JudgesByWord | None = None,
    ray: str | None = None,
) -> RoundResult:
    """`livecam-train round`: goes on with an interrupted round, else begins a new one.

    Labels that are too few to judge by, or whose model is not promoted, still give their offset to the model in use.
    TooFewLabelsError when they do not tell one either; a round that is killed anywhere leaves the old model in place.
    `ray` is the cluster on which unlabelled frames are looked at.
    """
    places = ModelRegistry(store.folder)
    with exclusive_round(places):
        recover(places)
        plan, labelled = _begun(store, places, settings, data, by_word)
        folder = places.round(plan.number)
        _keep_base(places, folder / "base")
        labels = _at_circle(store, plan, labelled, folder / "base" / MODEL)
        if plan.judge:
            round_ = RoundFolder(plan, folder, _sets(store, plan, labels.circle, folder, watch, ray))
            fit(round_, watch)
            error = write_candidate(round_, labels.circle, store.picture, labels.offset)
            record = _judged(store, round_, labels, error, watch)
        else:
            round_ = RoundFolder(plan, folder, [])
            lacks = round_readiness(store, least=plan.settings.least, by_word=by_word)
            record = _unjudged(round_, labels, lacks.told())
        if not record.promoted and labels.improves:
            record = _with_offset_alone(store, round_, labels, record)
        write_json(folder / "round.json", {"schema": SCHEMA, **asdict(record), "plan": asdict(plan)})
        if record.promoted:
            promote(places, plan.number, record.why)
        return record


def _begun(
    store: Store, places: ModelRegistry, settings: RoundSettings, data: Sequence[Path], by_word: JudgesByWord | None
) -> tuple[RoundPlan, LabelSnapshot]:
    try:
        return planned(store, places, settings, data, by_word)
    except TooFewLabelsError:
        plan, labelled, estimate = offset_plan(store, places, settings)
        if not estimate.improves:
            raise
    write_plan(places, plan)
    return plan, labelled


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
    improves: bool  # on that of the model in use


def _at_circle(store: Store, plan: RoundPlan, said: LabelSnapshot, base: Path) -> _Labels:
    """The offset is of labels that do not judge, and is taken off all."""
    card, _ = read_card(base)
    known = LabelOffset.of_card(card.convention)
    teaching = said.chosen([*plan.learn, *plan.calibrate] if plan.judge else said.samples)
    offset, improves = estimated_offset(open_circle(base), teaching, store.picture, known)
    moved = without_offset(said.samples.values(), offset, ShownOffsets(store.folder))
    return _Labels(said, LabelSnapshot({stored.sample.id: stored for stored in moved}), offset, improves)


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
    gains = is_better(verdict, convention)
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


def _unjudged(round_: RoundFolder, labels: _Labels, why: str) -> RoundResult:
    plan, unknown = round_.plan, compared([], [])
    return RoundResult(
        number=plan.number,
        base=plan.base,
        model=plan.base,
        learnt=0,
        taught=0,
        offset=labels.offset,
        position=unknown,
        state=unknown,
        convention=unknown,
        guard=GuardVerdict(unknown, unknown, plan.settings.worse),
        calibration_error=None,
        promoted=False,
        why=why,
        data={},
    )


def _with_offset_alone(store: Store, round_: RoundFolder, labels: _Labels, record: RoundResult) -> RoundResult:
    """That of the model it started from is put to use; where labels judge, only if it is nearer to them."""
    model = write_offset_model(round_, labels.offset)
    found = _convention(store, labels.said.chosen(round_.plan.judge), (round_.base, model))
    if round_.plan.judge and not found.new < found.old:
        return record
    use_offset_model(round_)
    told = _said(found, "error as it is labelled with the offset alone") if found.samples else ""
    why = "; ".join(filter(None, (record.why, told, "only the offset of labels is taken")))
    return replace(record, model=sha256(round_.candidate), promoted=True, offset_alone=True, why=why)


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
