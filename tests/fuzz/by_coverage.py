"""`python -m tests.fuzz.by_coverage READER [libFuzzer options] FOLDER...`: one reader, led on by what its code does.

libFuzzer ends the process itself, so this is a program of its own. What crashes is written to the place that
-artifact_prefix names; with that file in the place of the folder it is run again.
"""

import sys
from random import Random

import atheris

with atheris.instrument_imports(include=["connectors", "schemas", "exchange"]):
    from tests.fuzz.readers import READERS, Reader


def main() -> None:
    """Fuzz the reader that the first word names; the rest is for libFuzzer."""
    program, name, *options = sys.argv
    reader = READERS[name]

    def mutate(content: bytes, longest: int, seed: int) -> bytes:
        return _mutated(reader, content, longest, seed)

    def run(content: bytes) -> None:
        reader.run(content)

    atheris.Setup([program, *options], run, custom_mutator=mutate)
    atheris.Fuzz()


def _mutated(reader: Reader, content: bytes, longest: int, seed: int) -> bytes:
    """Other bytes; every second time in the form of before, where they still have one."""
    chance = Random(seed)
    if reader.change and chance.random() < 0.5:
        try:
            changed = reader.change(content, chance.randbytes(chance.randint(4, 40)))
        except Exception:  # it has no form any more
            changed = b""
        if 0 < len(changed) <= longest:
            return changed
    return bytes(atheris.Mutate(content, longest))


if __name__ == "__main__":
    main()
