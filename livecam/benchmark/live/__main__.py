"""One program's turn in a fresh interpreter, for `livecam bench --live`: its last line is what it took."""

from __future__ import annotations

import json
import sys

from livecam.benchmark.live.contestant import LiveRequest, take_turn
from livecam.core.errors import LivecamError

if __name__ == "__main__":
    try:
        taken = take_turn(LiveRequest.model_validate_json(sys.argv[1]))
    except LivecamError as error:
        sys.exit(str(error))
    print(f"\n{json.dumps(taken.model_dump())}")
