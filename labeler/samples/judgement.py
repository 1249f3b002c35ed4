"""Whether the machine's guess was right, as people said it: in review by a key, in annotate by what they changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from labeler.samples.item import DECIDING, standing_events
from livecam.core.samples import EYE_VERBS, LabelEvent, SampleState, Verb
from livecam.core.store.store import Store


def judgement(events: Iterable[LabelEvent]) -> bool | None:
    """The latest judgement among the events of one sample; None when nobody said yes or no to the guess as it was."""
    latest: bool | None = None
    spoken: set[str] = set()  # whoever placed an eye since their last decision
    for event in standing_events(events):
        if event.verb in EYE_VERBS:
            spoken.add(event.by)
        elif event.verb is Verb.REJECT:
            latest = False
        elif event.verb is Verb.ACCEPT and event.by not in spoken:
            latest = True
        if event.verb in DECIDING:
            spoken.discard(event.by)
    return latest


def by_sample(events: Iterable[LabelEvent]) -> Mapping[str, list[LabelEvent]]:
    """The events of each sample, in their order."""
    grouped: dict[str, list[LabelEvent]] = defaultdict(list)
    for event in events:
        grouped[event.sample_id].append(event)
    return grouped


def judged(store: Store) -> Mapping[str, bool]:
    """Of each decided sample, by the name of its picture, whether the guess was right.

    A guess that was corrected, and never called right as it was, was wrong.
    """
    said = by_sample(event for event in store.events() if not event.repeat)
    decided = store.samples(states={SampleState.LABELLED, SampleState.REJECTED})
    return {store.picture_path(stored.sample.id).name: judgement(said[stored.sample.id]) or False for stored in decided}
