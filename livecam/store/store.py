"""The Store: what the live application, the labeler and the training share."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self

from sqlalchemy import bindparam, select, update

from livecam.core.errors import StoreError
from livecam.core.types import Image
from livecam.store import ingest, label_events, leases, queries, removal, search
from livecam.store.database import Database, database_errors, open_postgresql, open_sqlite
from livecam.store.images import StoredImages, encode
from livecam.store.ingest import ImportResult
from livecam.store.integrity import find_problems, reconcile_files
from livecam.store.leases import LeaseFilter
from livecam.store.location import DATABASE, may_write, prepare_folder, remove_derived_images
from livecam.store.queries import Counts
from livecam.store.samples import LabelEvent, Sample, SampleOutline, SampleState, SamplingReason, Split, StoredSample
from livecam.store.search import SampleFilter
from livecam.store.tables import events, samples, to_event


def _utc_now() -> datetime:
    return datetime.now(UTC)


_WAITING = LeaseFilter(queries.WAITING)
_PATIENCE = 10.0  # seconds to wait for others that write


class Store:
    """Samples, what people said of them, and who is at work on them; safe for several threads and processes at once.

    What a method has returned from is on the disk. StoreError tells what the user can put right: a disk that is full,
    a database that is locked or gone, a sample that does not exist.
    """

    def __init__(self, folder: Path, database: Database, clock: Callable[[], datetime], busy_seconds: float) -> None:
        self.folder = folder
        self._database = database
        self._pictures = StoredImages(folder)
        self._clock = clock
        self._busy_seconds = busy_seconds
        self._closing = ExitStack()
        self._closing.callback(database.close)

    @classmethod
    def open(
        cls,
        folder: Path,
        url: str | None = None,
        *,
        clock: Callable[[], datetime] = _utc_now,
        busy_seconds: float = _PATIENCE,
    ) -> Self:
        """The store in `folder`, made if there is none; its database is there too, or in PostgreSQL at `url`.

        `busy_seconds` is how long to wait for other programs that are writing.
        """
        folder = folder.absolute()
        database = open_sqlite(folder / DATABASE, busy_seconds) if url is None else open_postgresql(url, busy_seconds)
        store = cls(folder, database, clock, busy_seconds)
        try:
            with database_errors(str(folder)):
                prepare_folder(folder, with_database=url is None)
                with store._pictures.locked(busy_seconds):
                    database.migrate()
                    reconcile_files(database, store._pictures)
        except BaseException:
            database.close()
            raise
        return store

    @classmethod
    def open_to_read(cls, folder: Path, url: str | None = None) -> Self:
        """As `open`; where this user may not write it is read as it is, and what would write raises StoreError."""
        if may_write(folder):
            return cls.open(folder, url)
        folder = folder.absolute()
        with ExitStack() as closing:
            copies = Path(closing.enter_context(TemporaryDirectory(prefix="livecam-")))
            database = Database.copy_of(folder / DATABASE, copies) if url is None else open_postgresql(url, _PATIENCE)
            store = cls(folder, database, _utc_now, _PATIENCE)
            closing.callback(database.close)
            store._closing = closing.pop_all()
        return store

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._closing.close()

    @property
    def url(self) -> str:
        """Of the database, without its password."""
        return self._database.url

    def add(self, sample: Sample, picture: Image) -> bool:
        """Keeps a sample, durably; False when these pixels are there already.

        `picture` is (h, w, 3) uint8 BGR. ValueError when the sample is not about this picture.
        """
        ingest.check(sample, picture)
        content = encode(picture)
        with database_errors(str(self.folder)), self._pictures.locked(self._busy_seconds):
            return ingest.add(self._database, self._pictures, sample, content)

    def import_samples(self, found: Iterable[tuple[Sample, Image]], said: Sequence[LabelEvent]) -> ImportResult:
        """Samples that were kept elsewhere, and what was said of them there, with its times: all of it or nothing.

        Events come oldest first and are numbered anew. What is here already, sample or event, stays as it is.
        StoreError for an event that cannot be meant, as in `record`, and ValueError for a sample, as in `add`.
        """
        staged = ingest.stage_import(self._pictures, found)
        with database_errors(str(self.folder)), staged as waiting, self._pictures.locked(self._busy_seconds):
            return ingest.import_samples(self._database, self._pictures, waiting, said)

    def sample(self, sample_id: str) -> StoredSample:
        """StoreError for an unknown id."""
        with self._database.reading() as connection:
            rows = connection.execute(select(samples).where(samples.c.id == sample_id)).all()
            found = list(queries.load_samples(connection, rows, self._clock()))
        if not found:
            raise StoreError(f"no sample is called {sample_id[:80]!r}; it may have been removed")
        return found[0]

    def picture(self, sample_id: str) -> Image:
        """(h, w, 3) uint8 BGR, as it was added; StoreError when it is unknown, missing or damaged."""
        with database_errors(str(self.folder)):
            return self._pictures.read(sample_id)

    def picture_path(self, sample_id: str) -> Path:
        """Of a PNG; StoreError for what cannot be an id."""
        return self._pictures.path(sample_id)

    def samples(
        self,
        states: Collection[SampleState] | None = None,
        splits: Collection[Split] | None = None,
        reasons: Collection[SamplingReason] | None = None,
        *,
        newest_first: bool = False,
    ) -> Iterator[StoredSample]:
        """Highest priority first, then oldest; None is all. Samples whose picture is lost are left out.

        Streamed: between two samples nothing is held open, and what was said meanwhile is seen by those that follow.
        """
        order = queries.BY_TIME if newest_first else queries.BY_PRIORITY
        follows = queries.before if newest_first else queries.after
        now = self._clock()
        query = queries.sample_query(states, splits, reasons, now).order_by(*order).limit(queries.BATCH)
        rest = query
        while True:
            with self._database.reading() as connection:
                rows = connection.execute(rest).all()
                found = list(queries.load_samples(connection, rows, now))
            yield from found
            if len(rows) < queries.BATCH:
                return
            rest = query.where(follows(rows[-1]))

    def outlines(self, states: Collection[SampleState]) -> Sequence[SampleOutline]:
        """Samples in these states, leased or not, in no order and by few facts: for counting."""
        with self._database.reading() as connection:
            return list(queries.outlines(connection, states))

    def lease(
        self,
        owner: str,
        *,
        count: int = 1,
        seconds: float = 600.0,
        wanted: LeaseFilter = _WAITING,
    ) -> Sequence[StoredSample]:
        """The next samples to work on, by priority, for `owner` alone until `seconds` from now.

        What the owner holds already comes first and is renewed. Fewer than `count` is all there is.
        """
        now = self._clock()
        with self._database.writing() as connection:
            return leases.lease(connection, owner, wanted, count=count, until=leases.end_of(now, seconds), now=now)

    def renew(self, owner: str, ids: Collection[str], seconds: float = 600.0) -> Sequence[str]:
        """Which of them the owner holds now: those held before and those that are free, not those others hold."""
        now = self._clock()
        with self._database.writing() as connection:
            return leases.renew(connection, owner, ids, until=leases.end_of(now, seconds), now=now)

    def leased(self) -> Mapping[str, Sequence[str]]:
        """What is held, by whom; also what has expired and nobody took since."""
        with self._database.reading() as connection:
            return leases.leased(connection)

    def release(self, owner: str, ids: Collection[str]) -> None:
        with self._database.writing() as connection:
            leases.release(connection, owner, ids)

    def append_events(self, said: Sequence[LabelEvent]) -> tuple[LabelEvent, ...]:
        """Keeps what a person said, all of it or nothing, durably; returned with number and time filled in.

        StoreError for what cannot be meant: an unknown sample, a point outside the picture, an undo of somebody else's
        event.
        """
        with self._database.writing() as connection:
            return label_events.append_events(connection, said, self._clock())

    def gold_samples(self, not_by: str, *, drawn_only: bool = False) -> Sequence[str]:
        """The ids of the samples whose label is known to be true and of which that person has decided nothing."""
        with self._database.reading() as connection:
            return leases.undecided_gold(connection, not_by, drawn_only=drawn_only)

    def events(self, sample_id: str | None = None, annotator: str | None = None) -> Iterator[LabelEvent]:
        """Oldest first, streamed; of one sample, one person, or all."""
        query = select(events).order_by(events.c.number).limit(queries.BATCH)
        query = query if sample_id is None else query.where(events.c.sample_id == sample_id)
        query = query if annotator is None else query.where(events.c.said_by == annotator)
        last = 0
        while True:
            with self._database.reading() as connection:
                found = [to_event(row) for row in connection.execute(query.where(events.c.number > last))]
            yield from found
            if len(found) < queries.BATCH:
                return
            last = found[-1].number

    def prioritise(self, priorities: Mapping[str, float]) -> None:
        """Gives samples, by id, a new priority; unknown ids are passed over."""
        wrong = [value for value in priorities.values() if not math.isfinite(value)]
        if wrong:
            raise ValueError(f"a priority is a finite number, not {wrong[0]}")
        change = update(samples).where(samples.c.id == bindparam("sample")).values(priority=bindparam("value"))
        values = [{"sample": sample_id, "value": float(value)} for sample_id, value in sorted(priorities.items())]
        if values:
            with self._database.writing() as connection:
                connection.execute(change, values)

    def counts(self) -> Counts:
        with self._database.reading() as connection:
            return queries.count(connection, strays=len(self._pictures.stray_files()), now=self._clock())

    def count_states(self) -> Mapping[SampleState, int]:
        """`counts().states` alone, which is quick in a long store."""
        with self._database.reading() as connection:
            return queries.count_states(connection, self._clock())

    def label_seconds(self, most: int = 200) -> Sequence[float]:
        """How long people took for their latest decisions, at most so many."""
        with self._database.reading() as connection:
            return queries.label_seconds(connection, most)

    def recordings(self) -> Mapping[str, Split]:
        """The split of every recording, by its name."""
        with self._database.reading() as connection:
            return queries.recordings(connection)

    def seconds_of(self, session: str) -> Sequence[float]:
        """When the samples of a recording were seen."""
        with self._database.reading() as connection:
            return list(connection.scalars(select(samples.c.seconds).where(samples.c.session == session)))

    def count_random(self, session: str | None = None) -> int:
        """How many samples were kept at random, of all recordings or of one."""
        with self._database.reading() as connection:
            return queries.count_reason(connection, SamplingReason.RANDOM, session)

    def search(self, wanted: SampleFilter) -> Sequence[str]:
        """The ids of the samples that are wanted, highest priority first."""
        with self._database.reading() as connection:
            return search.search(connection, wanted)

    def load(self, ids: Sequence[str]) -> Sequence[StoredSample]:
        """Some samples at once, in the order of the ids; those that are gone are left out."""
        with self._database.reading() as connection:
            return search.load(connection, ids, self._clock())

    def labelled_near(self, recording: str, seconds: float, within: float) -> Sequence[StoredSample]:
        """Samples of a recording that have a label and lie `within` so many seconds, nearest first; none of that
        moment."""
        with self._database.reading() as connection:
            return search.labelled_near(connection, recording, seconds, within, self._clock())

    def facets(self) -> Mapping[str, Mapping[str, int]]:
        """How many samples there are of each state, reason, recording and person."""
        with self._database.reading() as connection:
            return search.facets(connection)

    def count_comments(self, ids: Sequence[str]) -> Mapping[str, int]:
        """How many comments each of these samples has, where it has any."""
        with self._database.reading() as connection:
            return search.count_comments(connection, ids)

    def evict(self, most_bytes: int) -> int:
        """Removes the least useful samples until the pictures take at most `most_bytes`; how many went.

        Lowest priority first, then oldest; never one that anybody said something of, has leased or asked for. The
        pictures go on taking more when only such are left.
        """
        with (
            database_errors(str(self.folder)),
            self._pictures.locked(self._busy_seconds),
            self._database.writing() as connection,
        ):
            ids = removal.least_useful(connection, most_bytes, self._clock())
            return removal.remove(connection, self._pictures, ids)

    def remove(self, ids: Collection[str]) -> int:
        """At the user's word: samples, their pictures, and what was said of them; how many there were."""
        with (
            database_errors(str(self.folder)),
            self._pictures.locked(self._busy_seconds),
            self._database.writing() as connection,
        ):
            return removal.remove(connection, self._pictures, list(ids))

    def clear(self) -> int:
        """At the user's word: everything, also pictures that no sample claims, and what was drawn or cut from samples;
        how many samples there were. Models and the records of rounds stay."""
        with database_errors(str(self.folder)), self._pictures.locked(self._busy_seconds):
            remove_derived_images(self.folder)
            with self._database.writing() as connection:
                gone = removal.remove(connection, self._pictures, list(connection.scalars(select(samples.c.id))))
            self._pictures.remove_all()
            self._database.checkpoint()
        return gone

    def verify(self) -> Sequence[str]:
        """Every problem, in words: a picture that is missing, damaged, changed or without a sample, a wrong state."""
        with database_errors(str(self.folder)):
            return tuple(find_problems(self._database, self._pictures))
