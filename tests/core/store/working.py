"""One of several programs at work on a store: `working.py FOLDER URL add|open|label NAME`; prints JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from livecam.core.samples import LabelEvent, Verb
from livecam.core.store.store import Store
from tests.fakes import make_sample

SHARED = range(15)  # pictures that both writers have
OWN = {"anna": range(100, 115), "bob": range(200, 215)}


def add(open_store: Callable[[], Store], name: str) -> Sequence[str]:
    """What was new to the store."""
    with open_store() as store:
        made = [make_sample(number) for number in (*SHARED, *OWN[name])]
        return [sample.id for sample, picture in made if store.add(sample, picture)]


def open_again_and_again(open_store: Callable[[], Store], _: str) -> Sequence[str]:
    """What was found to be wrong meanwhile."""
    problems: list[str] = []
    for _ in range(10):
        with open_store() as store:
            counts = store.counts()
            problems += ["lost"] * counts.lost + ["stray"] * counts.strays
    return problems


def label(open_store: Callable[[], Store], name: str) -> Sequence[str]:
    """What was decided on, until there was nothing to lease."""
    decided: list[str] = []
    with open_store() as store:
        while leased := store.lease(name, count=2):
            for stored in leased:
                store.record([LabelEvent(stored.sample.id, Verb.SKIP, name)])
                decided.append(stored.sample.id)
    return decided


ROLES: Mapping[str, Callable[[Callable[[], Store], str], Sequence[str]]] = {
    "add": add,
    "open": open_again_and_again,
    "label": label,
}

if __name__ == "__main__":
    folder, url, role, name = sys.argv[1:]
    print(json.dumps(ROLES[role](lambda: Store.open(Path(folder), url or None, busy_seconds=60), name)))
