"""Landing: the delivered bytes, unchanged, compressed and sealed, one file per delivery.

Written once; only `blank` writes again, where bytes may not be kept. The sha256 of the delivered bytes stands on the
delivery row, and binds the sealed file to that row: a file put in the place of another does not open.
"""

import hashlib
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedWriter, FileIO
from pathlib import Path
from typing import Any, BinaryIO

import zstandard
from tink import TinkError

from connectors.store import own_disk
from exchange.keys import Keys

BLOCK = 1 << 20
LEVEL = 1  # of zstd: what repeats its names in every record packs no smaller at a higher one


class _Part(FileIO):
    """A file that remembers what was wrong with it: whoever seals tells that in words of its own."""

    failed: OSError | None = None

    def write(self, block: Any, /) -> int:
        try:
            return super().write(block)
        except OSError as error:
            self.failed = error
            raise


@dataclass(frozen=True)
class Landed:
    """What landing knows of one delivery: place below the landing root, sha256, number of delivered bytes."""

    path: str
    sha256: bytes
    size: int


@dataclass(frozen=True)
class Landing:
    """The landing of one region: a folder and the keys that seal it."""

    root: Path
    keys: Keys

    def digest(self, file: Path) -> tuple[bytes, int]:
        """The sha256 and the size of a delivered file."""
        with file.open("rb") as stream:
            sha256 = hashlib.file_digest(stream, "sha256").digest()
        return sha256, file.stat().st_size

    def store(self, file: Path, source: str) -> Landed:
        """Seal a delivered file. Storing the same bytes of the same source again finds them there already.

        Raises SourceUnavailable where our own disk has no room; then nothing of it is left there.
        """
        sha256, size = self.digest(file)
        name = sha256.hex()
        place = f"{source}/{name[:2]}/{name}.zst.sealed"
        target = self.root / place
        if not target.exists():
            with file.open("rb") as plain, self._writing(target, sha256) as packed:
                while block := plain.read(BLOCK):
                    packed.write(block)
        return Landed(place, sha256, size)

    def blank(self, path: str, sha256: bytes, ranges: Sequence[tuple[int, int]] | None) -> None:
        """Put spaces in the place of these bytes (first, behind the last), in rising order; None: of all bytes.

        A line keeps its end, and every other byte its place. The file of before is gone when this returns.
        """
        target = self.root / path
        with self.open(path, sha256) as plain, self._writing(target, sha256) as packed:
            at, wanted = 0, list(ranges or [])
            while block := plain.read(BLOCK):
                clean = bytearray(block)
                for first, last in [(0, at + len(block))] if ranges is None else wanted:
                    low, high = max(first - at, 0), min(last - at, len(block))
                    if low < high:
                        clean[low:high] = re.sub(rb"[^\r\n]", b" ", clean[low:high])
                at += len(block)
                wanted = [(first, last) for first, last in wanted if last > at]
                packed.write(clean)

    @contextmanager
    def _writing(self, target: Path, sha256: bytes) -> Iterator[Any]:
        """A file that is there, packed and sealed, only when all of it was written."""
        part, place = target.with_suffix(f".{os.getpid()}.part"), None
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            place = _Part(part, "wb")
            with BufferedWriter(place) as raw:
                sealed = self.keys.stream.new_encrypting_stream(raw, sha256)
                with sealed, zstandard.ZstdCompressor(level=LEVEL).stream_writer(sealed, closefd=False) as packed:
                    yield packed
            with part.open("rb") as written:
                os.fsync(written.fileno())
            part.replace(target)
        except (OSError, TinkError) as error:
            if failed := (place and place.failed) or (error if isinstance(error, OSError) else None):
                raise own_disk(failed, target.parent) from None
            raise
        finally:
            part.unlink(missing_ok=True)

    @contextmanager
    def open(self, path: str, sha256: bytes) -> Iterator[BinaryIO]:
        """The delivered bytes as a stream. Raises TinkError when the file is not the one that was stored."""
        with (
            (self.root / path).open("rb") as raw,
            self.keys.stream.new_decrypting_stream(raw, sha256) as sealed,
            zstandard.ZstdDecompressor().stream_reader(sealed, read_size=BLOCK) as plain,
        ):
            yield plain
