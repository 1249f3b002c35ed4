"""The commands `livecam-label adjudicate` and `gold`: settling disputes, and samples whose truth is known."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from livecam.core.errors import SettingsError

if TYPE_CHECKING:
    from livecam.store.store import Store

_Store = Annotated[Path, typer.Argument(metavar="STORE", help="A sample store.")]
_Name = Annotated[str | None, typer.Option("--as", metavar="NAME", help="Who says so; unset is your login.")]
_Db = Annotated[str | None, typer.Option("--db", metavar="URL", help="The database, if it is not SQLite.")]


def adjudicate(
    store: _Store,
    sample: Annotated[str | None, typer.Argument(metavar="SAMPLE", help="The beginning of an id.")] = None,
    in_favour_of: Annotated[str | None, typer.Option("--for", metavar="NAME", help="Whose answer counts.")] = None,
    name: _Name = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    db: _Db = None,
) -> None:
    """List the samples that people disagree about and what each says; with SAMPLE and --for, settle one.

    What is settled counts for everybody, until its author or another adjudication changes it.
    """
    from labeler.session.opening import check_name, login_name, open_store
    from labeler.statistics.adjudication import settle

    if (sample is None) != (in_favour_of is None):
        raise SettingsError("SAMPLE and --for belong together: which sample, and whose answer counts")
    with open_store(store, db) as opened:
        if sample is None or in_favour_of is None:
            _list(opened, as_json=as_json)
            return
        found = _the_one(opened, sample)
        done = settle(opened, found, in_favour_of, check_name(name) if name is not None else login_name())
    print(f"livecam-label: {found[:12]} is {done.resolved.state.value}, as {in_favour_of} said")


def gold(
    store: _Store,
    samples: Annotated[
        list[str] | None, typer.Argument(metavar="SAMPLE...", help="Beginnings of ids; none lists what is known.")
    ] = None,
    name: _Name = None,
    db: _Db = None,
) -> None:
    """Say of samples that the label which stands is true; serve --gold mixes them in to see how well people label."""
    from labeler.session.opening import check_name, login_name, open_store
    from livecam.store.samples import LabelAction, LabelEvent, SampleState
    from livecam.store.search import SampleFilter

    with open_store(store, db) as opened:
        if not samples:
            for sample_id in opened.search(SampleFilter(gold=True)):
                print(sample_id)
            return
        ids = [_the_one(opened, sample) for sample in samples]
        for stored in opened.load(ids):
            if stored.resolved.state is not SampleState.LABELLED:
                raise SettingsError(
                    f"{stored.sample.id[:12]} is {stored.state.value}; only a labelled sample can be known"
                )
        by = check_name(name) if name is not None else login_name()
        opened.append_events([LabelEvent(sample_id, LabelAction.GOLD, by) for sample_id in ids])
    print(f"livecam-label: {len(ids)} known sample{'' if len(ids) == 1 else 's'}")


def _list(store: Store, *, as_json: bool) -> None:
    from labeler.statistics.adjudication import apart, disputed_samples

    count = 0
    for stored, said in disputed_samples(store):
        count += 1
        distance = apart(stored, said)
        if as_json:
            row: dict[str, Any] = {"id": stored.sample.id, "source": stored.sample.source, "apart": distance}
            print(json.dumps(row | {"opinions": [{"by": one.annotator, "said": one.words} for one in said]}))
            continue
        words = "" if distance is None else f", {distance:.1%} of the pupil distance apart"
        print(f"{stored.sample.id[:12]}  {stored.sample.source}{words}")
        for one in said:
            print(f"  {one.words}")
    if not as_json:
        how = "; livecam-label adjudicate STORE SAMPLE --for NAME settles one" if count else ""
        print(f"{count} disputed{how}")


def _the_one(store: Store, start: str) -> str:
    from livecam.store.search import SampleFilter

    found = store.search(SampleFilter(id_prefix=start.lower())) if start.isalnum() else ()
    if len(found) != 1:
        many = f"{len(found)} samples begin with" if found else "no sample begins with"
        raise SettingsError(f"{many} '{start}'; name one by more of its id")
    return found[0]
