"""The file of a backup: a zip of Arrow streams and stored files, with a manifest that carries every checksum."""

import hashlib
import json
import os
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from django.utils.translation import gettext as _

from tiji.shared.errors import DomainError

FORMAT = 1
MANIFEST = "manifest.json"
CHUNK = 1 << 20


class Sums:
    """A stream that passes bytes on and counts and sums them on the way."""

    def __init__(self, target: IO[bytes]) -> None:
        self.target = target
        self.size = 0
        self.sha = hashlib.sha256()
        self.closed = False

    def write(self, data: Any) -> int:
        self.sha.update(data)
        self.size += memoryview(data).nbytes
        return self.target.write(data)

    def flush(self) -> None:
        """The archive writes through at the end."""

    def writable(self) -> bool:
        return True

    def readable(self) -> bool:
        return False

    def seekable(self) -> bool:
        return False


class Writer:
    """Adds entries to a backup and remembers what they hold."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.archive = archive

    @contextmanager
    def entry(self, name: str) -> Iterator[Sums]:
        with self.archive.open(name, "w", force_zip64=True) as stream:
            yield Sums(stream)

    def finish(self, manifest: dict[str, Any]) -> None:
        self.archive.writestr(MANIFEST, json.dumps({"format": FORMAT, **manifest}, ensure_ascii=False, indent=1))


@contextmanager
def written(path: Path) -> Iterator[Writer]:
    """A new backup; the file has its name only once it is whole. Raises: DomainError if the name is taken."""
    if path.exists():
        raise DomainError(_("%(path)s exists already. Choose another name.") % {"path": path})
    part = path.with_name(f"{path.name}.part")
    try:
        handle = os.open(part, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w+b") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
                yield Writer(archive)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


class Reader:
    """A backup opened for reading, its manifest read."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.archive = archive
        self.manifest: dict[str, Any] = json.loads(archive.read(MANIFEST))

    def open(self, name: str) -> IO[bytes]:
        return self.archive.open(name)

    def verify(self) -> None:
        """Read every entry once. Raises: DomainError naming the first whose checksum is wrong."""
        for group in ("tables", "files"):
            for name, facts in self.manifest[group].items():
                entry = f"{group}/{name}"
                if self.checksum(entry) != facts["sha256"]:
                    raise damaged(self.archive.filename, entry)

    def checksum(self, entry: str) -> str:
        sha = hashlib.sha256()
        try:
            with self.open(entry) as stream:
                while chunk := stream.read(CHUNK):
                    sha.update(chunk)
        except (KeyError, zipfile.BadZipFile, EOFError) as error:
            raise damaged(self.archive.filename, entry) from error
        return sha.hexdigest()


@contextmanager
def opened(path: Path) -> Iterator[Reader]:
    """Raises: DomainError if the file is not there or is no backup that this version reads."""
    if not path.is_file():
        raise DomainError(_("There is no file %(path)s.") % {"path": path})
    try:
        archive = zipfile.ZipFile(path)
    except zipfile.BadZipFile as error:
        raise damaged(str(path), MANIFEST) from error
    with archive:
        try:
            reader = Reader(archive)
        except (KeyError, ValueError, zipfile.BadZipFile) as error:
            raise damaged(str(path), MANIFEST) from error
        if reader.manifest.get("format") != FORMAT:
            raise DomainError(_("%(path)s was written by a newer Tiji. Update Tiji first.") % {"path": path})
        yield reader


def damaged(path: str | None, entry: str) -> DomainError:
    problem = _("%(path)s is not a whole Tiji backup: %(entry)s is missing or damaged. Nothing was changed.")
    return DomainError(problem % {"path": path, "entry": entry}, code="damaged-backup")
