"""Fuzz the readers for a bounded time: `python -m tests.fuzz [--seconds 60] [--seed 0] [--cleaning]`.

Every input that breaks a guarantee is written to tests/fuzz/failures/, named by its hash; the tests replay that folder.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import sys
import time
from pathlib import Path

from tests.fuzz.guarantees import BrokenGuaranteeError, check_cleaning, check_reading
from tests.fuzz.mutate import mutate, random_bytes
from tests.fuzz.samples import samples

FAILURES = Path(__file__).parent / "failures"


def main() -> int:
    """Run until the time is over; exit code 1 when a guarantee was broken."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.fuzz", description="Fuzz every reader for a bounded time."
    )
    parser.add_argument("--seconds", type=float, default=60.0, help="how long (default 60)")
    parser.add_argument(
        "--seed", type=int, default=None, help="repeat one run exactly (default: by the clock)"
    )
    parser.add_argument("--cleaning", action="store_true", help="clean what was read, too")
    chosen = parser.parse_args()
    seed = chosen.seed if chosen.seed is not None else time.time_ns() % 1_000_000
    dice = random.Random(seed)
    seeds = list(samples().items())
    end = time.monotonic() + chosen.seconds
    tried = broken = documents = 0
    while time.monotonic() < end:
        name, data = dice.choice(seeds)
        data = random_bytes(dice) if dice.random() < 0.05 else mutate(data, dice)
        tried += 1
        try:
            found = check_reading(data, name)
            documents += len(found)
            if chosen.cleaning:
                check_cleaning(found)
        except BrokenGuaranteeError as failure:
            broken += 1
            FAILURES.mkdir(exist_ok=True)
            place = FAILURES / f"{hashlib.sha256(data).hexdigest()[:16]}-{name}"
            place.write_bytes(data)
            print(f"broken by {place.name}: {failure}", file=sys.stderr)
    print(f"seed {seed}: {tried} inputs, {documents} documents and rejections, {broken} broken guarantees")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
