"""Files: taken in after a look at what they are, given out only to those who may see what they belong to."""

import codecs
import hashlib
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any, BinaryIO

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext as _

from tiji.shared import audit
from tiji.shared.errors import DomainError, NotFound
from tiji.shared.models import StoredFile

MOST_BYTES = 25 * 1024 * 1024
_LONGEST_NAME = 200
_SAMPLE = 64 * 1024

Rule = Callable[[Any, int | None], bool]

_rules: dict[str, Rule] = {}

_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (bytes.fromhex("d0cf11e0a1b11ae1"), "application/vnd.ms-excel"),
)
_OFFICE = {
    "word/": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", ".docx"),
    "xl/": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".xlsx"),
    "ppt/": ("application/vnd.openxmlformats-officedocument.presentationml.presentation", ".pptx"),
}
_OPEN_SHEET = "application/vnd.oasis.opendocument.spreadsheet"
_SUFFIXES = {
    "application/pdf": {".pdf"},
    "image/png": {".png"},
    "image/jpeg": {".jpg", ".jpeg"},
    "image/gif": {".gif"},
    "image/webp": {".webp"},
    "text/plain": {".txt", ".csv", ".tsv", ".md", ".log"},
    "application/zip": {".zip"},
    "application/vnd.ms-excel": {".xls"},
    _OPEN_SHEET: {".ods"},
    **{kind: {suffix} for kind, suffix in _OFFICE.values()},
}
_ACTIVE = (b"<html", b"<!doctype", b"<svg", b"<script", b"<?xml", b"<iframe")


@dataclass(frozen=True, slots=True)
class Sniffed:
    """What a file is by its content."""

    content_type: str
    size: int
    sha256: str


def visible_by(object_type: str | type[Model], rule: Rule) -> None:
    """`rule(viewer, object_id)` decides who may open the files of a kind of thing; without a rule nobody may."""
    _rules[_key(object_type)] = rule


def _key(object_type: str | type[Model]) -> str:
    return object_type if isinstance(object_type, str) else object_type._meta.label_lower


def sniff(name: str, content: BinaryIO, *, most_bytes: int = MOST_BYTES) -> Sniffed:
    """Look at a file. Raises: DomainError if it is empty, too large, active content, or not what its name says."""
    digest, size, sample = hashlib.sha256(), 0, b""
    content.seek(0)
    while block := content.read(1024 * 1024):
        sample = sample or block[:_SAMPLE]
        digest.update(block)
        size += len(block)
        if size > most_bytes:
            raise DomainError(
                _("This file is larger than %(most)s MB.") % {"most": most_bytes // 1024 // 1024}, field="file"
            )
    if not size:
        raise DomainError(_("This file is empty."), field="file")
    kind = _kind(sample, content)
    suffix = PurePath(name).suffix.lower()
    if kind is None or suffix not in _SUFFIXES[kind]:
        raise DomainError(
            _("Files of this kind are not taken. Use PDF, Word, Excel, PowerPoint, a picture, text, CSV or ZIP."),
            field="file",
        )
    content.seek(0)
    return Sniffed(kind, size, digest.hexdigest())


def _kind(sample: bytes, content: BinaryIO) -> str | None:
    for magic, kind in _MAGIC:
        if sample.startswith(magic):
            return kind
    if sample[:4] == b"RIFF" and sample[8:12] == b"WEBP":
        return "image/webp"
    if sample.startswith(b"PK\x03\x04"):
        return _zip_kind(content)
    return _text_kind(sample)


def _zip_kind(content: BinaryIO) -> str | None:
    try:
        content.seek(0)
        with zipfile.ZipFile(content) as archive:
            names = archive.namelist()
            open_sheet = "mimetype" in names and archive.getinfo("mimetype").file_size == len(_OPEN_SHEET)
            if open_sheet and archive.read("mimetype") == _OPEN_SHEET.encode():
                return _OPEN_SHEET
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError):
        return None
    if "[Content_Types].xml" in names:
        return next((kind for start, (kind, _s) in _OFFICE.items() if any(n.startswith(start) for n in names)), None)
    return "application/zip"


def _text_kind(sample: bytes) -> str | None:
    if sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        sample = _as_utf8(sample)
    start = sample.lstrip(b"\xef\xbb\xbf \t\r\n")[:1024].lower()
    if b"\0" in sample or any(word in start for word in _ACTIVE):
        return None
    for encoding in ("utf-8", "gb18030"):
        try:
            codecs.getincrementaldecoder(encoding)().decode(sample, final=len(sample) < _SAMPLE)
        except UnicodeDecodeError:
            continue
        return "text/plain"
    return None


def _as_utf8(sample: bytes) -> bytes:
    """A spreadsheet's “Unicode text” as it is looked at; what is no UTF-16 either is looked at as it came."""
    try:
        return codecs.getincrementaldecoder("utf-16")().decode(sample).encode()
    except UnicodeDecodeError:
        return sample


def safe_name(name: str) -> str:
    """The last part of a name without control characters, short enough to keep."""
    last = PurePath(name.replace("\\", "/")).name
    cleaned = "".join(letter for letter in last if letter.isprintable()).strip() or "file"
    if len(cleaned) <= _LONGEST_NAME:
        return cleaned
    suffix = PurePath(cleaned).suffix[:20]
    return cleaned[: _LONGEST_NAME - len(suffix)] + suffix


@transaction.atomic
def store_file(*, actor: Any, upload: UploadedFile[Any], thing: Model, most_bytes: int | None = None) -> StoredFile:
    """Take in a file that belongs to `thing`. Whether the actor may add to it the calling service has decided.

    Raises: DomainError as `sniff` does.
    """
    name = safe_name(upload.name or "")
    limit = most_bytes or getattr(settings, "FILE_MAX_BYTES", MOST_BYTES)
    sniffed = sniff(name, upload, most_bytes=limit)  # type: ignore[arg-type]
    file = StoredFile(
        name=name,
        content_type=sniffed.content_type,
        size=sniffed.size,
        sha256=sniffed.sha256,
        object_type=_key(type(thing)),
        object_id=thing.pk,
        uploaded_by=actor,
        at=timezone.now(),
    )
    file.content.save(name, upload, save=False)
    path, storage = str(file.content.name), file.content.storage
    try:
        file.save(force_insert=True)
        audit.record("file.stored", file, after={"name": name, "sha256": file.sha256}, actor=actor)
    except BaseException:
        storage.delete(path)
        raise
    return file


def may_open(viewer: Any, file: StoredFile) -> bool:
    """Whether the rule of the thing that the file belongs to lets this viewer see it."""
    rule = _rules.get(file.object_type)
    return bool(rule and viewer is not None and rule(viewer, file.object_id))


def open_file(viewer: Any, file: StoredFile) -> BinaryIO:
    """The file's content. Raises: NotFound if the viewer may not see it: he does not learn that it is there."""
    if not may_open(viewer, file):
        raise NotFound(_("There is no such file, or you may not see it."))
    content: Any = file.content.open("rb")
    return content  # type: ignore[no-any-return]


def files_of(thing: Model) -> Any:
    """The files of a thing, newest first."""
    return StoredFile.objects.filter(object_type=_key(type(thing)), object_id=thing.pk).order_by("-id")


def files_of_all(kind: type[Model], keys: Iterable[int]) -> dict[int, list[StoredFile]]:
    """The files of several things of a kind in one query, by the thing's key, in the order they came."""
    found: dict[int, list[StoredFile]] = {}
    for file in StoredFile.objects.filter(object_type=_key(kind), object_id__in=list(keys)).order_by("id"):
        found.setdefault(file.object_id or 0, []).append(file)
    return found
