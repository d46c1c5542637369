"""Documents as the store keeps them: compressed, with the hash of what they say."""

import hashlib
import sqlite3
import zlib
from dataclasses import dataclass


@dataclass(frozen=True)
class Packed:
    """The bytes of a document, ready to be kept: packing takes time, but no store."""

    data: bytes
    sha256: str
    stored: bytes

    @classmethod
    def of(cls, name: str, data: bytes) -> "Packed":
        """`data` of the document `name`; a workbook is compressed already."""
        return cls(data, hashlib.sha256(data).hexdigest(), zlib.compress(data, 0 if name.endswith(".xlsx") else 1))


def stored_bytes(conn: sqlite3.Connection, document_id: int) -> bytes:
    """What a document says, from the store."""
    (stored,) = conn.execute("SELECT bytes FROM documents WHERE id = ?", (document_id,)).fetchone()
    return zlib.decompress(stored)
