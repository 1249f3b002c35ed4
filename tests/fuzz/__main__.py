"""`python -m tests.fuzz --seed 1 --count 10000`; `--target videos --only 17` repeats one input and shows all of it."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
import traceback
from pathlib import Path

from tests.fuzz.harness import Runner, Tally, at_home, attempt_once
from tests.fuzz.targets import SHARES, TARGETS


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="other numbers make other inputs")
    parser.add_argument("--count", type=int, default=10_000, help="inputs, shared among the targets")
    parser.add_argument("--target", choices=sorted(TARGETS), action="append", help="may be repeated; unset is all")
    parser.add_argument("--only", type=int, metavar="K", help="input K of one --target, here and now")
    chosen = parser.parse_args()
    names = chosen.target or sorted(TARGETS)
    if chosen.only is not None:
        if len(names) != 1:
            parser.error("--only needs one --target")
        return _repeat(names[0], chosen.seed, chosen.only)
    start, whole = time.monotonic(), Tally()
    shares = sum(SHARES[name] for name in names)
    for name in names:
        count = round(chosen.count * SHARES[name] / shares)
        tally = Runner(name, TARGETS[name], chosen.seed, say=lambda note: print(note, flush=True)).run(count)
        print(f"{name}: {tally}", flush=True)
        whole.add(tally)
    print(f"all with --seed {chosen.seed}: {whole}, {time.monotonic() - start:.0f} s")
    return 1 if whole.findings else 0


def _repeat(name: str, seed: int, number: int) -> int:
    root = Path(tempfile.mkdtemp(prefix="livecam-fuzz-"))
    at_home(root / "home")
    target = TARGETS[name]()
    (root / "prepared").mkdir()
    target.prepare(root / "prepared")
    print(f"input {number} of {name} is kept in {root / 'input'}", flush=True)
    start = time.monotonic()
    try:
        outcome = attempt_once(target, name, seed, number, root / "input")
    except BaseException:  # it is shown whole
        traceback.print_exc()
        return 1
    finally:
        print(f"{time.monotonic() - start:.2f} s")
    print(outcome)
    return 0


if __name__ == "__main__":
    sys.exit(main())
