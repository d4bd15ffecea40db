"""The files beside the database: what people handed in, and the artifacts of commission runs."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, Any

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import FileSystemStorage, Storage, default_storage

from tiji.cli.backup.archive import Reader

STORED, ARTIFACTS = "stored", "artifacts"


def artifacts_folder() -> Path:
    return Path(getattr(settings, "ARTIFACTS_DIR", settings.DATA_DIR / "artifacts"))


def places() -> dict[str, Storage]:
    """Where files live, by the name of their folder in the archive."""
    return {STORED: default_storage, ARTIFACTS: FileSystemStorage(location=artifacts_folder())}


def stored_files() -> Iterator[tuple[str, IO[bytes]]]:
    """Every file with its name in the archive, in a fixed order."""
    for place, storage in places().items():
        for name in sorted(names(storage)):
            yield f"{place}/{name}", storage.open(name)


def names(storage: Storage, folder: str = "") -> Iterator[str]:
    """The names of all files of a storage."""
    try:
        folders, files = storage.listdir(folder)
    except FileNotFoundError:
        return
    for name in files:
        yield str(PurePosixPath(folder, name))
    for name in folders:
        yield from names(storage, str(PurePosixPath(folder, name)))


@contextmanager
def restored_files(reader: Reader) -> Iterator[Callable[[], None]]:
    """Lay the archive's files out beside the present ones; the given function puts them in place.

    Leaving the block with an error puts the old files back.
    """
    swaps = [lay_out(reader, place, storage) for place, storage in places().items()]
    done: list[Any] = []
    try:
        yield lambda: done.extend(swap() for swap in swaps)
    except BaseException:
        for undo, _ in reversed(done):
            undo()
        raise
    for _, forget in done:
        forget()


def lay_out(reader: Reader, place: str, storage: Storage) -> Callable[[], tuple[Any, Any]]:
    """Copy one place's files out of the archive; the result puts them in place and says how to undo it."""
    wanted = [name for name in reader.manifest["files"] if name.startswith(f"{place}/")]
    if not isinstance(storage, FileSystemStorage) and not hasattr(storage, "path"):
        return lambda: upload(reader, wanted, storage)
    target = Path(storage.path(""))
    staged, old = target.with_name(f"{target.name}.restoring"), target.with_name(f"{target.name}.replaced")
    for leftover in (staged, old):
        shutil.rmtree(leftover, ignore_errors=True)
    for name in wanted:
        path = staged / PurePosixPath(name).relative_to(place)
        path.parent.mkdir(parents=True, exist_ok=True)
        with reader.open(f"files/{name}") as source, path.open("wb") as out:
            shutil.copyfileobj(source, out)
    return lambda: swap_folders(target, staged, old)


def swap_folders(target: Path, staged: Path, old: Path) -> tuple[Callable[[], None], Callable[[], None]]:
    """Exchange two folders by renaming."""
    staged.mkdir(parents=True, exist_ok=True)
    if target.exists():
        target.rename(old)
    staged.rename(target)

    def undo() -> None:
        shutil.rmtree(target)
        if old.exists():
            old.rename(target)

    return undo, lambda: shutil.rmtree(old, ignore_errors=True)


def upload(reader: Reader, wanted: list[str], storage: Storage) -> tuple[Callable[[], None], Callable[[], None]]:
    """Save files to a storage that is no folder; their names are keys that are never used twice."""
    saved = []
    for name in wanted:
        key = str(PurePosixPath(name).relative_to(STORED))
        if not storage.exists(key):
            with reader.open(f"files/{name}") as source:
                storage.save(key, File(source))
            saved.append(key)

    def undo() -> None:
        for key in saved:
            storage.delete(key)

    return undo, lambda: None
