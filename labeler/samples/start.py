"""Starts a sitting before a store, in the window."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from labeler.annotators import check_name, login_name
from labeler.samples.actions import Mode
from labeler.samples.desk import Desk
from labeler.samples.panels import Facts, summary
from labeler.samples.sitting import sit
from labeler.stores import open_store
from labeler.window import Window


def label(folder: Path, url: str | None, mode: Mode, *, name: str | None, repeats: float) -> str:
    """One sitting of a person; what came of it, in words."""
    by = login_name() if name is None else check_name(name)
    with closing(open_store(folder, url)) as store, Window() as window:
        desk = Desk(store, mode, by=by, repeats=repeats)
        session = sit(desk, window)
        words = summary(session, Facts(str(store.folder), median_seconds=desk.pace))
    return f"{'; '.join(words)}; kept in {store.folder}"
