"""Builds the pages of README, CHANGELOG, CONTRIBUTING and docs/ as a site into build/site with Zensical, and fails for
a link that leads nowhere: to a page, a picture or a heading that is not there.

    .venv-docs/bin/python .ci/site.py
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

ROOT = Path(__file__).parents[1]
PAGES, SITE = ROOT / "build/pages", ROOT / "build/site"
# Laid side by side as in the repository, so that links among them are the same in both.
SHOWN = ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "docs", "assets/demo")


class Page(HTMLParser):
    """The links of a page, and what its headings and other places are called."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.links: list[str] = []
        self.places: set[str] = set()
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in ("id", "name") and value:
                self.places.add(value)
            elif name in ("href", "src") and value:
                self.links.append(value)


def lay_out() -> None:
    """What the site shows, without what only programs read."""
    shutil.rmtree(PAGES, ignore_errors=True)
    for name in SHOWN:
        target = PAGES / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copyfile(ROOT / name, target)


def build() -> None:
    shutil.rmtree(SITE, ignore_errors=True)
    config = str(ROOT / "zensical.toml")
    subprocess.run(
        [sys.executable, "-m", "zensical", "build", "--strict", "--clean", "--config-file", config],
        check=True,
        cwd=ROOT,
    )


def dead_links(site: Path) -> Iterator[str]:
    """Each as `page: link`; addresses of other computers are not asked."""
    pages = {path.resolve(): Page(path) for path in sorted(site.rglob("*.html"))}
    for path, page in pages.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc or (parts.path.startswith("/") and path.name == "404.html"):
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            target = target / "index.html" if target.is_dir() else target
            known = pages[target].places if target in pages else None
            if not target.is_file() or (parts.fragment and known is not None and unquote(parts.fragment) not in known):
                yield f"{path.relative_to(site.resolve())}: {link}"


def main() -> None:
    lay_out()
    build()
    dead = list(dead_links(SITE))
    for link in dead:
        print(f"livecam: dead link in {link}", file=sys.stderr)
    if dead:
        sys.exit(1)
    number = len(list(SITE.rglob("*.html")))
    print(f"livecam: {number} pages, no dead link; open {(SITE / 'index.html').relative_to(ROOT)}", file=sys.stderr)


if __name__ == "__main__":
    main()
