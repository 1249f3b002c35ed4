"""What labels earn for one person with one camera: rounds of every kind on an early half, judged on the later one."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from functools import cached_property
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from livecam.core.assets import asset
from livecam.core.types import EyeState, Side
from livecam.perception.pupils.network.model_card import SHIPPED
from livecam.settings import Settings
from training.data.augmentation import NO_JITTER, CropJitter, batches
from training.data.dataset import EyeDataset, EyeSample, eye_patch, gathered, joined
from training.engine.files import RunError, write_json
from training.engine.parallel import cores
from training.engine.tensorflow import keras, tensorflow
from training.engine.trainer import adam, gradient_step
from training.pupil_detector import recipe
from training.pupil_detector.losses import tensors
from training.pupil_detector.tasks import HeatmapTask
from training.retraining.candidate import MIX
from training.retraining.comparison import MISS
from training.retraining.datasets import demo_portrait
from training.retraining.label_offset import CLEARLY_OPEN, offset_improves
from training.retraining.plan import FINE_TUNE_FROM
from training.retraining.self_training import SELF, WEIGHT, look_at, sure_pupils
from training.retraining.simulation.person_clip import PersonClip, SeenFace, read_person

_FEW = 1000  # eyes that are drawn before other processes have started


class Method(StrEnum):
    """What is done with the labels."""

    NOTHING = "nothing"
    OFFSET = "offset"
    FINE_TUNE = "fine-tune"
    AVERAGED = "fine-tune+averaging"
    SELF_TRAINING = "self-training"
    ALL = "all"


class Order(StrEnum):
    """Which frames are labelled."""

    QUEUE = "queue"
    RANDOM = "random"


@dataclass(frozen=True, slots=True)
class PersonSettings:
    """How large a simulated round is; the real one takes 800 batches of 64."""

    labels: tuple[int, ...] = (0, 1, 5, 10, 20, 50)
    seeds: int = 3
    steps: int = 250
    batch: int = 32
    learning_rate: float = 5e-4
    replay: int = 600
    most: int = 120  # frames of each half
    keep: float = 0.5


@dataclass(frozen=True, slots=True)
class PersonPoint:
    """A model on the later half of the person it learnt from, and on everybody else's."""

    clip: str
    method: str
    order: str
    labels: int
    seed: int
    mean: float  # error of open eyes, interocular distances, as they are labelled
    centred: float  # less the median of each axis
    state: float  # share of eyes
    others_mean: float
    others_state: float


class EyeAnswers(NamedTuple):
    """What a model makes of n eyes."""

    steps: NDArray[np.complex128]  # (n,) answer less truth along the face, interocular distances; NaN unless it is open
    wrong: NDArray[np.bool_]  # (n,) its state
    clear: NDArray[np.bool_]  # (n,) open beyond doubt

    def offset(self) -> complex:
        """Of labels less answers, as `label_offset` has it."""
        return median_step(self._from_answers())

    def offset_alone(self) -> complex:
        """What a round takes that does not learn from the labels: none where they do not say it surely."""
        found, steps = self.offset(), self._from_answers()
        return found if len(steps) and offset_improves(steps, found, 0j) else 0j

    def _from_answers(self) -> NDArray[np.complex128]:
        seen = np.isfinite(self.steps)
        clear = seen & self.clear
        return -self.steps[clear if clear.any() else seen]


class JudgingEyes(NamedTuple):
    """The eyes of a person that judge."""

    eyes: EyeDataset
    left: NDArray[np.bool_]  # mirrored in their patches
    units: NDArray[np.float64]  # interocular distances, patch pixels

    @classmethod
    def of(cls, faces: Sequence[SeenFace]) -> JudgingEyes:
        sides = [(face, side) for face in faces for side in face.judged_sides()]
        eyes = gathered(face.eye(side) for face, side in sides)
        units = [eye_scale(face, side) * face.face.pupil_distance for face, side in sides]
        return cls(eyes, np.array([side is Side.LEFT for _, side in sides]), np.array(units, np.float64))


def eye_scale(face: SeenFace, side: Side) -> float:
    return eye_patch(face.image, face.face, side).scale


class RoundNetwork:
    """The network that ships, taught again and again from its own weights."""

    def __init__(self, settings: PersonSettings) -> None:
        self.settings, self.task = settings, HeatmapTask()
        self.model = self.task.build()
        self.model.load_weights(str(asset(SHIPPED).with_name("pupil.weights.h5")))
        self.start = [np.array(values) for values in self.model.get_weights()]
        self._optimizer = adam(settings.learning_rate)
        self._step = gradient_step(self.model, self._optimizer, self._loss)
        self._answer = tensorflow().function(lambda crops: self.model(crops, training=False), reduce_retracing=True)

    def _loss(self, crops: Any, *labels: Any) -> Any:
        return self.task.loss(labels, self.model(crops, training=True))

    def fit(self, eyes: EyeDataset, seed: int) -> list[NDArray[np.float32]]:
        """The weights after a round from those that ship; the network keeps them."""
        keras().utils.set_random_seed(seed)
        self.model.set_weights(self.start)
        for variable in self._optimizer.variables:
            if variable is not self._optimizer.learning_rate:
                variable.assign(tensorflow().zeros_like(variable))
        chosen, rng = self.settings, np.random.default_rng(seed)
        stream = batches(eyes, self.task.cutting, CropJitter(), rng, size=chosen.batch, mix=MIX)
        for step in range(chosen.steps):
            warm = min(1.0, (step + 1) / max(1, chosen.steps // 20))
            rate = chosen.learning_rate * warm * (0.5 + 0.5 * np.cos(np.pi * step / chosen.steps))
            self._optimizer.learning_rate.assign(rate)
            batch = next(stream)
            self._step(tensorflow().constant(batch.crops), *tensors(batch))
        return [np.array(values) for values in self.model.get_weights()]

    def use(self, weights: Sequence[NDArray[np.float32]], keep: float = 0.0) -> None:
        """These weights, with a share of those that ship."""
        self.model.set_weights([keep * old + (1 - keep) * new for old, new in zip(self.start, weights, strict=True)])

    def judge(self, judging: JudgingEyes) -> EyeAnswers:
        count = len(judging.eyes)
        batch = self.task.cutting.batch(judging.eyes, np.arange(count), NO_JITTER, np.random.default_rng(0))
        found = self.task.read(self._answer(tensorflow().constant(batch.crops)))
        away = (found.centres - batch.centres) / batch.scales[:, None] / judging.units[:, None]
        # Crops are level; those of left eyes are mirrored.
        steps = np.where(judging.left, -away[:, 0], away[:, 0]) + 1j * away[:, 1]
        is_open, true = found.openness >= 0, judging.eyes.visible > 0
        return EyeAnswers(np.where(true, steps, np.nan + 0j), is_open != true, found.openness >= CLEARLY_OPEN)


def median_step(steps: NDArray[np.complex128]) -> complex:
    seen = steps[np.isfinite(steps)]
    return complex(np.median(seen.real), np.median(seen.imag)) if len(seen) else 0j


def mean_error(steps: NDArray[np.complex128]) -> float:
    seen = np.abs(steps[np.isfinite(steps)])
    return float(np.minimum(seen, MISS).mean()) if len(seen) else float("nan")


def simulate_people(
    clips: Sequence[Path],
    out: Path,
    settings: PersonSettings,
    *,
    methods: Sequence[Method],
    orders: Sequence[Order],
    watch: recipe.Watch,
) -> list[PersonPoint]:
    """Every point; those that `out` holds already are not computed again. RunError when they were made otherwise."""
    people = [read_person(clip, Settings(), settings.most) for clip in watch("clips", clips, len(clips))]
    return simulate_rounds(people, out, settings, methods=methods, orders=orders, watch=watch)


def simulate_rounds(
    people: Sequence[PersonClip],
    out: Path,
    settings: PersonSettings,
    *,
    methods: Sequence[Method],
    orders: Sequence[Order],
    watch: recipe.Watch,
) -> list[PersonPoint]:
    """The same for people that were read."""
    _record(out, [person.name for person in people], settings)
    experiment = _PersonExperiment(people, out, settings, watch)
    rounds = list(_rounds(people, settings, methods, orders))
    return [experiment.point(each) for each in watch("simulate", rounds, len(rounds))]


class _Round(NamedTuple):
    person: PersonClip
    method: Method
    order: Order
    labels: int
    seed: int

    @property
    def name(self) -> str:
        return f"{self.person.name}-{self.method}-{self.order}-{self.labels}-{self.seed}"


def _rounds(
    people: Sequence[PersonClip], settings: PersonSettings, methods: Sequence[Method], orders: Sequence[Order]
) -> Iterator[_Round]:
    """Seed by seed, so that what is there of a run that was stopped says something; each once, where labels or their
    order make no difference."""
    for seed, order in product(range(1, settings.seeds + 1), orders):
        for person, method, labels in product(people, methods, dict.fromkeys((0, *settings.labels))):
            needs_none = method in {Method.SELF_TRAINING, Method.ALL} or (method is Method.NOTHING and seed == 1)
            if (labels == 0 and needs_none and order is orders[0]) or (
                0 < labels <= len(person.early) and method not in {Method.NOTHING, Method.SELF_TRAINING}
            ):
                yield _Round(person, method, order, labels, seed)


def _record(out: Path, names: Sequence[str], settings: PersonSettings) -> None:
    wanted = {"clips": sorted(names), **asdict(settings)}
    del wanted["seeds"], wanted["labels"]  # more of them may be asked for later
    path = out / "settings.json"
    if path.exists() and json.loads(path.read_text()) != json.loads(json.dumps(wanted)):
        raise RunError(f"{out} was begun with other settings or clips; name another folder or remove it")
    write_json(path, wanted)


class _PersonExperiment:
    """Networks and judging eyes are only there once something is to be computed."""

    def __init__(self, people: Sequence[PersonClip], out: Path, settings: PersonSettings, watch: recipe.Watch) -> None:
        self.people, self.out, self.settings, self.watch = people, out, settings, watch
        self._fits: dict[tuple[Any, ...], list[NDArray[np.float32]]] = {}

    @cached_property
    def network(self) -> RoundNetwork:
        return RoundNetwork(self.settings)

    @cached_property
    def judging(self) -> Mapping[str, JudgingEyes]:
        return {person.name: JudgingEyes.of(person.later) for person in self.people}

    @cached_property
    def replay(self) -> Sequence[EyeDataset]:
        count = self.settings.replay
        workers = cores() if count > _FEW else 1
        drawn = recipe.synth(count, self.out / "replay", seed=1000, workers=workers, watch=self.watch)
        portrait = recipe.shift_gaze(
            [demo_portrait()], self.out / "portrait", count=count // 2, seed=1000, workers=1, watch=self.watch
        )
        return [drawn, portrait]

    def point(self, round_: _Round) -> PersonPoint:
        path = self.out / "points" / f"{round_.name}.json"
        if not path.exists():
            write_json(path, asdict(self._judged(round_)))
        try:
            return PersonPoint(**json.loads(path.read_text()))
        except (OSError, ValueError, TypeError) as fault:
            raise RunError(f"{path} is damaged; remove it to have it computed again") from fault

    def _judged(self, round_: _Round) -> PersonPoint:
        faces, before = self._labelled(round_), 0j
        if faces and round_.method is not Method.NOTHING:
            self.network.use(self.network.start)
            answers = self.network.judge(JudgingEyes.of(faces))
            before = answers.offset() if self._learnt(round_, faces) else answers.offset_alone()
        self._teach(round_, faces, before)
        own = self.network.judge(self.judging[round_.person.name])
        others = [self.network.judge(eyes) for name, eyes in self.judging.items() if name != round_.person.name]
        steps = own.steps + before
        return PersonPoint(
            clip=round_.person.name,
            method=round_.method.value,
            order=round_.order.value,
            labels=round_.labels,
            seed=round_.seed,
            mean=mean_error(steps),
            centred=mean_error(steps - median_step(steps)),
            state=float(own.wrong.mean()),
            # Nobody else's picture follows this person's offset.
            others_mean=float(np.mean([mean_error(each.steps) for each in others])) if others else float("nan"),
            others_state=float(np.mean([each.wrong.mean() for each in others])) if others else float("nan"),
        )

    def _labelled(self, round_: _Round) -> Sequence[SeenFace]:
        person, count = round_.person, round_.labels
        return person.queue(count) if round_.order is Order.QUEUE else person.drawn(count, round_.seed)

    def _teach(self, round_: _Round, faces: Sequence[SeenFace], offset: complex) -> None:
        method, is_all = round_.method, round_.method is Method.ALL
        if method in {Method.NOTHING, Method.OFFSET}:
            self.network.use(self.network.start)
            return
        learnt = self._learnt(round_, faces)
        own = is_all or method is Method.SELF_TRAINING
        key = (round_.person.name, round_.seed, own, round_.order.value if learnt else "", len(learnt))
        if key not in self._fits:
            eyes = [face.eye(side, offset) for face in learnt for side in face.judged_sides()]
            if own:
                labelled = {face.seconds for face in learnt}
                eyes += self._own([face for face in round_.person.early if face.seconds not in labelled])
            taught = [gathered(eyes)] if eyes else []
            self._fits[key] = self.network.fit(joined([*taught, *self.replay]), round_.seed)
        self.network.use(self._fits[key], 0.0 if method is Method.FINE_TUNE else self.settings.keep)

    def _learnt(self, round_: _Round, faces: Sequence[SeenFace]) -> Sequence[SeenFace]:
        """As a round does: fewer labels than it learns from give only their offset."""
        if round_.method is Method.OFFSET:
            return ()
        return faces if round_.method is not Method.ALL or len(faces) >= FINE_TUNE_FROM else ()

    def _own(self, faces: Iterable[SeenFace]) -> list[EyeSample]:
        """What the model that ships is sure of."""
        return [
            eye_patch(each.image, each.face, side).eye(
                pupil.centre,
                max(pupil.radius, 0.5),
                visible=0.0 if pupil.state is EyeState.CLOSED else 0.8,
                weight=WEIGHT,
                group=f"{each.seconds:.3f}",
                origin=SELF,
            )
            for each in faces
            for side, pupil in sure_pupils(each.face, look_at(asset(SHIPPED), each.image, each.face))
        ]
