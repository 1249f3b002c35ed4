"""Several programs at work on one store: `working.py FOLDER URL`, which prints JSON.

Two add samples while a third opens the store again and again; then two decide on all of them. They are forked from one
that has imported everything, for importing takes longer than their work.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path

from livecam.store.samples import LabelAction, LabelEvent
from livecam.store.store import Store
from tests.fakes import make_sample

SHARED = range(15)  # pictures that both writers have
OWN = {"anna": range(100, 115), "bob": range(200, 215)}

Role = Callable[[Callable[[], Store], str], Sequence[str]]


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
                store.append_events([LabelEvent(stored.sample.id, LabelAction.SKIP, name)])
                decided.append(stored.sample.id)
    return decided


def at_once(open_store: Callable[[], Store], *roles: tuple[Role, str]) -> list[Sequence[str]]:
    """What each has to say, in the order of the roles; one that fails says why on stderr."""
    return [json.load(os.fdopen(pipe)) for pipe in [_start(open_store, *role) for role in roles]]


def _start(open_store: Callable[[], Store], role: Role, name: str) -> int:
    reading, writing = os.pipe()
    if os.fork() == 0:
        try:
            os.write(writing, json.dumps(role(open_store, name)).encode())
        except Exception:
            traceback.print_exc()
        finally:
            os._exit(0)
    os.close(writing)
    return reading


def main(folder: Path, url: str | None) -> None:
    def open_store() -> Store:
        return Store.open(folder, url, busy_seconds=60)

    added = at_once(open_store, (add, "anna"), (add, "bob"), (open_again_and_again, "carol"))
    labelled = at_once(open_store, (label, "anna"), (label, "bob"))
    print(json.dumps([*added, *labelled]))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else None)
