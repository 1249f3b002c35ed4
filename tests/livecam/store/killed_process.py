"""A writer that is killed again and again; a program: `killing.py FOLDER KILLS SEED [URL]`, which prints JSON.

It imports everything once and forks a writer for each kill. A writer opens the store, looks whether all is there that
the one before it had acknowledged, then adds samples and decides on them; each is acknowledged through a pipe when the
store has returned. The kill comes at a random moment after a random number of acknowledgements.
Some more are killed while they make a store, which the next one then has to finish.
"""

from __future__ import annotations

import gc
import json
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from itertools import count
from pathlib import Path
from typing import NoReturn

from livecam.core.types import Point, Side
from livecam.store.samples import LabelAction, LabelEvent, SampleState
from livecam.store.store import Store
from tests.fakes import make_sample

MOST_ACKNOWLEDGEMENTS = 5
LONGEST_SECONDS = 0.004  # a little longer than one addition and one decision take
MAKERS, LONGEST_SECONDS_OF_MAKING = 12, 0.06
OPENED, ADDED, DECIDED = "opened", "added", "decided"


class Killer:
    def __init__(self, folder: Path, url: str | None, seed: int) -> None:
        self.place = (folder, url)
        self.chance = random.Random(seed)
        self.acknowledged: dict[str, str] = {}  # sample id to the last that was acknowledged of it
        self.latest: dict[str, str] = {}  # by the writer that was killed last
        self.endings: Counter[str] = Counter()
        self.next_number = 0

    def kill_one(self) -> None:
        reading, writing = os.pipe()
        writer = os.fork()
        if writer == 0:
            self._write(writing)
        os.close(writing)
        with os.fdopen(reading) as pipe:
            heard = [pipe.readline() for _ in range(self.chance.randint(0, MOST_ACKNOWLEDGEMENTS))]
            time.sleep(self.chance.uniform(0, LONGEST_SECONDS))
            os.kill(writer, signal.SIGKILL)
            heard += pipe.readlines()  # what was acknowledged up to the kill
        _, status = os.waitpid(writer, 0)
        killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        self._note([line.split() for line in heard if line.endswith("\n")], killed)

    def kill_a_maker(self, folder: Path) -> None:
        maker = os.fork()
        if maker == 0:
            Store.open(folder)
            time.sleep(60)
        time.sleep(self.chance.uniform(0, LONGEST_SECONDS_OF_MAKING))
        os.kill(maker, signal.SIGKILL)
        os.waitpid(maker, 0)
        with Store.open(folder) as store:
            assert store.add(*make_sample())
            assert not store.verify()

    def _note(self, heard: list[list[str]], killed: bool) -> None:
        self.latest = {sample_id: what for what, sample_id in heard if what != OPENED}
        self.acknowledged |= self.latest
        self.endings[heard[-1][0] if heard else "opening"] += killed
        self.endings["not killed"] += not killed
        self.next_number += len(heard) + 1

    def _write(self, pipe: int) -> NoReturn:
        """In the writer; whatever goes wrong there ends it before it is killed, which is counted."""
        try:
            with Store.open(*self.place) as store:
                assert not missing(store, self.latest)
                os.write(pipe, f"{OPENED} -\n".encode())
                for number in count(self.next_number):
                    sample, picture = make_sample(number)
                    store.add(sample, picture)
                    os.write(pipe, f"{ADDED} {sample.id}\n".encode())
                    left = LabelEvent(sample.id, LabelAction.POINT, "anna", Side.LEFT, Point(9, 9), 3.0)
                    store.append_events(
                        [left, LabelEvent(sample.id, LabelAction.ACCEPT, "anna", shown_predictions=sample.predictions)]
                    )
                    os.write(pipe, f"{DECIDED} {sample.id}\n".encode())
        finally:
            os._exit(1)


def missing(store: Store, acknowledged: dict[str, str]) -> list[str]:
    """What was acknowledged and is not there: a sample, its picture, or what was said of it."""
    labelled = {sample_id for sample_id, what in acknowledged.items() if what == DECIDED}
    gone = [sample_id for sample_id in acknowledged if not store.picture_path(sample_id).exists()]
    states = {sample_id: store.sample(sample_id).state for sample_id in acknowledged}
    return gone + [sample_id for sample_id in labelled if states[sample_id] is not SampleState.LABELLED]


def main(folder: Path, kills: int, seed: int, url: str | None) -> None:
    killer = Killer(folder, url, seed)
    with tempfile.TemporaryDirectory() as elsewhere, Store.open(Path(elsewhere)):
        gc.freeze()  # what has been imported and compiled by now is shared by all writers
    for _ in range(kills):
        killer.kill_one()
    for number in range(MAKERS if url is None else 0):
        killer.kill_a_maker(folder.with_name(f"half-made-{number}"))
    with Store.open(folder, url) as store:
        said = Counter(event.sample_id for event in store.events())
        found = {
            "endings": killer.endings,
            "acknowledged": Counter(killer.acknowledged.values()),
            "missing": missing(store, killer.acknowledged),
            "half said": [sample_id for sample_id, number in said.items() if number != 2],
            "problems": [problem for problem in store.verify() if "set aside" not in problem],
            "unfinished": [path.name for path in folder.rglob("*.part")],
        }
    print(json.dumps(found))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4] if len(sys.argv) > 4 else None)
