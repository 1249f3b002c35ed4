"""The commands `livecam-label adjudicate` and `gold`: settling disputes, and samples whose truth is known."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from labeler.options import Config, label_settings
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
    config: Config = None,
    db: _Db = None,
) -> None:
    """List the samples that people disagree about and what each says; with SAMPLE and --for, settle one.

    What is settled counts for everybody, until its author or another adjudication changes it. Who may settle stands in
    the settings (label.adjudicators); where nobody is named, anybody may.
    """
    from labeler.session.opening import check_name, login_name, open_store
    from labeler.statistics.adjudication import check_adjudicator, settle

    if (sample is None) != (in_favour_of is None):
        raise SettingsError("SAMPLE and --for belong together: which sample, and whose answer counts")
    with open_store(store, db) as opened:
        if sample is None or in_favour_of is None:
            _list(opened, as_json=as_json)
            return
        allowed = label_settings({"config": config}).adjudicators
        by = check_adjudicator(check_name(name) if name is not None else login_name(), allowed)
        done = settle(opened, _the_one(opened, sample), in_favour_of, by)
    found = done.sample.id
    if not allowed:
        print("livecam-label: label.adjudicators names nobody, so anybody may settle disputes", file=sys.stderr)
    print(f"livecam-label: {found[:12]} is {done.resolved.state.value}, as {in_favour_of} said")


def gold(
    store: _Store,
    samples: Annotated[
        list[str] | None, typer.Argument(metavar="SAMPLE...", help="Beginnings of ids; none lists what is known.")
    ] = None,
    drawn: Annotated[
        int, typer.Option(min=0, max=1000, help="Add so many drawn faces whose pupils are known.", show_default=False)
    ] = 0,
    name: _Name = None,
    db: _Db = None,
) -> None:
    """Say of samples that the label which stands is true; serve --gold mixes them in to see how well people label.

    With --drawn N, N drawn faces come to them: nobody needs to check these, and no model learns from them.
    """
    from labeler.session.opening import check_name, login_name, open_store
    from livecam.store.samples import LabelAction, LabelEvent, SampleState
    from livecam.store.search import SampleFilter

    with open_store(store, db) as opened:
        if drawn:
            from labeler.statistics.drawn_gold import add_drawn_gold

            print(f"livecam-label: {add_drawn_gold(opened, drawn)} drawn samples are known")
            if not samples:
                return
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
