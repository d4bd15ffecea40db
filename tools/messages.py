"""Checks that every text a user can see is translated, and brings the translation files up to date.

    python tools/messages.py                      # every room: fails with a list of what is missing
    python tools/messages.py pipeline ui          # these rooms only
    python tools/messages.py --update [ROOM …]    # write new texts into the .po files, drop unused ones, compile

A translation file has no line numbers and is sorted, so it changes only when a text changes.
"""

import argparse
import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po
from catalogs import LANGUAGE, compile_one, po_file, read, rooms

SKIPPED = shutil.ignore_patterns("__pycache__", "migrations", "static", "locale", "vendor", "data", "*.part")
HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
BRACES = re.compile(r"\{\w+\}")
HEADER = """# Tiji 梯级: Simplified Chinese.
#"""

Key = tuple[str | None, str]


def extract(room: Path) -> Catalog:
    """The texts of a room's Python files and templates, read by makemessages from a copy."""
    with tempfile.TemporaryDirectory(prefix="tiji-messages-") as folder:
        copy = Path(folder) / room.name
        shutil.copytree(room, copy, ignore=SKIPPED)
        (copy / "locale").mkdir()
        environment = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
        command = [sys.executable, "-P", "-m", "django", "makemessages", "-l", LANGUAGE, "--no-location", "-v", "0"]
        result = subprocess.run(command, cwd=copy, env=environment, check=False, capture_output=True, text=True)
        if result.returncode:
            raise SystemExit(f"{name_of(room)}: makemessages failed\n{result.stderr.strip()}")
        path = po_file(copy)
        if not path.is_file():
            return Catalog(locale=LANGUAGE)
        return read_po(io.BytesIO(path.read_bytes()), locale=LANGUAGE)


def entries(catalog: Catalog) -> Iterator[Message]:
    """The catalog's messages without its header."""
    return (message for message in catalog if message.id)


def key(message: Message) -> Key:
    singular = message.id[0] if isinstance(message.id, (list, tuple)) else message.id
    return message.context, singular


def merge(found: Catalog, committed: Catalog, elsewhere: dict[Key, Message] | None = None) -> Catalog:
    """The room's texts with the translations that are there already, or in another room; unused ones are dropped."""
    known = (elsewhere or {}) | {key(message): message for message in entries(committed) if translated(message)}
    merged = Catalog(locale=LANGUAGE, header_comment=HEADER, fuzzy=False)
    for message in sorted(entries(found), key=lambda message: (key(message)[1], key(message)[0] or "")):
        old = known.get(key(message))
        merged.add(
            message.id,
            string=shaped(message, old),
            flags={*message.flags - {"fuzzy"}, *({"fuzzy"} if old and old.fuzzy else ())},
            auto_comments=message.auto_comments,
            user_comments=old.user_comments if old else (),
            context=message.context,
        )
    return merged


def shaped(message: Message, old: Message | None) -> str | tuple[str, ...]:
    """The old translation in the shape the text has now: Chinese has one plural form."""
    string = (old.string if old else "") or ""
    first = string[0] if isinstance(string, (list, tuple)) else string
    return (first,) if message.pluralizable else first


def rendered(catalog: Catalog) -> bytes:
    """The file's bytes: no dates, no tool names, one line per text."""
    out = io.BytesIO()
    write_po(out, catalog, width=0, no_location=True, sort_output=False, ignore_obsolete=True)
    text = out.getvalue().decode()
    dropped = ("Project-Id-Version", "Report-Msgid-Bugs-To", "POT-Creation-Date", "PO-Revision-Date")
    dropped += ("Last-Translator", "Language-Team", "Generated-By")
    lines = [line for line in text.splitlines() if not line.startswith(tuple(f'"{name}' for name in dropped))]
    return ("\n".join(lines).rstrip() + "\n").encode()


def update(room: Path, found: Catalog) -> str:
    """Write the room's file if anything changed; what was done, in words."""
    path = po_file(room)
    others = (message for other in rooms() if other != room for message in entries(read(po_file(other))))
    merged = merge(found, read(path), {key(message): message for message in others if translated(message)})
    if not len(merged):
        return f"{name_of(room)}: no texts"
    data = rendered(merged)
    if not path.is_file() or path.read_bytes() != data:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    compile_one(path)
    missing = sum(1 for message in entries(merged) if not translated(message))
    return f"{name_of(room)}: {len(merged)} texts, {missing} to translate"


def translated(message: Message) -> bool:
    strings = message.string if isinstance(message.string, (list, tuple)) else (message.string,)
    return bool(strings) and all(strings)


def problems(room: Path, found: Catalog) -> Iterator[str]:
    """What is wrong with a room's translations, one line each."""
    committed = {key(message): message for message in entries(read(po_file(room)))}
    for message in entries(found):
        context, text = key(message)
        label = f"{name_of(room)}: {text!r}" + (f" (context {context!r})" if context else "")
        if HAN.search(text):
            yield f"{label} is Chinese: texts are written in English and translated"
        yield from (f"{label} {problem}" for problem in faults(message, committed.get((context, text))))
    used = {key(message) for message in entries(found)}
    for context, text in committed.keys() - used:
        yield f"{name_of(room)}: {text!r} is translated but used nowhere (context {context!r})"


def faults(message: Message, committed: Message | None) -> Iterator[str]:
    """What is wrong with one translation."""
    if committed is None:
        yield "is missing"
    elif committed.fuzzy:
        yield "is fuzzy"
    elif not translated(committed):
        yield "is not translated"
    elif committed.pluralizable != message.pluralizable:
        yield "has another plural shape than the text"
    else:
        yield from (f"is translated with other placeholders: {error}" for error in committed.check(Catalog(LANGUAGE)))
        if "python-brace-format" in message.flags and (invented := braces(committed.string) - braces(message.id)):
            yield f"is translated with other placeholders: {', '.join(sorted(invented))}"


def braces(text: object) -> set[str]:
    return set(BRACES.findall(str(text)))


def disagreements(all_rooms: Iterable[Path]) -> Iterator[str]:
    """One text has one translation in the whole product: Django merges the rooms' files into one."""
    meanings: dict[Key, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for room in all_rooms:
        for message in entries(read(po_file(room))):
            if translated(message):
                meanings[key(message)][str(message.string)].append(name_of(room))
    for (_, text), strings in sorted(meanings.items(), key=lambda item: item[0][1]):
        if len(strings) > 1:
            said = "; ".join(f"{string} in {', '.join(names)}" for string, names in strings.items())
            yield f"{text!r} has several translations, use one or give them a context: {said}"


def name_of(room: Path) -> str:
    return room.name


def chosen(names: list[str]) -> list[Path]:
    known = {room.name: room for room in rooms()}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise SystemExit(f"no such room: {', '.join(unknown)}. Rooms: {', '.join(sorted(known))}")
    return [known[name] for name in names] or list(known.values())


def main() -> int:
    parser = argparse.ArgumentParser(description="Check or update the translations of the rooms.")
    parser.add_argument("rooms", nargs="*", help="rooms by name, such as pipeline; all when none is named")
    parser.add_argument("--update", action="store_true", help="write the texts into the .po files and compile them")
    options = parser.parse_args()
    if not shutil.which("xgettext"):
        raise SystemExit("xgettext is missing: install the package gettext (`make check` does it as root or with sudo)")
    picked = chosen(options.rooms)
    with ThreadPoolExecutor(os.cpu_count() or 2) as pool:
        catalogs = list(pool.map(extract, picked))
    if options.update:
        for room, found in zip(picked, catalogs, strict=True):
            print(update(room, found))
        return 0
    lines = [line for room, found in zip(picked, catalogs, strict=True) for line in sorted(problems(room, found))]
    lines += disagreements(rooms())
    print("\n".join(lines) or f"the translations of {len(picked)} rooms are complete")
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
