"""A stream of a compound file, the container of old Office documents: sectors, chained by a table of what comes next.

    stream_of(content, names) -> bytes    the first stream of one of these names, b"" without one

Read as [MS-CFB] describes it. What is damaged gives fewer bytes, never a loop: a chain visits a sector once.
"""

import struct
from collections.abc import Sequence

FREE, HEAD, ENTRY, MINI = 0xFFFFFFFA, 512, 128, 64
"""From FREE on numbers are marks, no sectors; then the bytes of the head, of a directory's entry, of a small sector."""


def stream_of(content: bytes, names: Sequence[str]) -> bytes:
    """The bytes of a stream, whatever its sectors' order."""
    if len(content) < HEAD:
        return b""
    size = 1 << min(struct.unpack_from("<H", content, 30)[0], 16)
    directory_at, smallest = struct.unpack_from("<I", content, 48)[0], struct.unpack_from("<I", content, 56)[0]
    following = _numbers(b"".join(_sector(content, size, one) for one in _table_sectors(content, size)))
    directory = _chained(content, size, following, directory_at)
    entries = {name: (first, length) for name, first, length in _entries(directory)}
    found = next((entries[name] for name in names if name in entries), None)
    if found is None:
        return b""
    first, length = found
    if length >= smallest:
        return _chained(content, size, following, first)[:length]
    small_first, small_length = entries.get("Root Entry", (FREE, 0))
    small = _chained(content, size, following, small_first)[:small_length]
    small_following = _numbers(_chained(content, size, following, struct.unpack_from("<I", content, 60)[0]))
    pieces = (small[one * MINI : (one + 1) * MINI] for one in _chain(small_following, first))
    return b"".join(pieces)[:length]


def _table_sectors(content: bytes, size: int) -> list[int]:
    """Where the table of what comes next lies: in the head, and for large files in sectors of their own."""
    found = list(struct.unpack_from("<109I", content, 76))
    more, seen = struct.unpack_from("<I", content, 68)[0], set[int]()
    while more < FREE and more not in seen:
        seen.add(more)
        numbers = _numbers(_sector(content, size, more))
        if not numbers:
            break
        found += numbers[:-1]
        more = numbers[-1]
    return [one for one in found if one < FREE]


def _entries(directory: bytes) -> list[tuple[str, int, int]]:
    """Name, first sector and length of each stream."""
    found = []
    for at in range(0, len(directory) - ENTRY + 1, ENTRY):
        letters = struct.unpack_from("<H", directory, at + 64)[0]
        name = directory[at : at + max(min(letters, 64) - 2, 0)].decode("utf-16-le", "replace")
        first, length = struct.unpack_from("<II", directory, at + 116)
        found.append((name, first, length))
    return found


def _sector(content: bytes, size: int, number: int) -> bytes:
    return content[(number + 1) * size : (number + 2) * size]


def _numbers(table: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(table) // 4}I", table[: len(table) // 4 * 4])


def _chain(following: Sequence[int], first: int) -> list[int]:
    found: dict[int, None] = {}
    while first < len(following) and first not in found:
        found[first] = None
        first = following[first]
    return list(found)


def _chained(content: bytes, size: int, following: Sequence[int], first: int) -> bytes:
    return b"".join(_sector(content, size, one) for one in _chain(following, first))
