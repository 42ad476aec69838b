"""The Chinese catalogue: collected from the sources, checked, and written, without GNU gettext.

python -m tests.translations                         check; exit status 1 when not complete
python -m tests.translations --write                 collect again, keep translations, compile
python -m tests.translations --write --fill a.json   the same, filling gaps from {msgid: text}
"""

from __future__ import annotations

import argparse
import ast
import json
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = ROOT / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
PACKAGES = ("config", "foundation", "accounts", "ledger", "notices", "sla", "inquiries")
TEMPLATES = {".html", ".txt", ".xml", ".svg"}
NAMED = re.compile(r"%\((\w+)\)s")
LITERAL = r"""u?(?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')"""
CALL = re.compile(rf"\b(n?p?gettext|_)\(\s*({LITERAL}(?:\s*,\s*{LITERAL})*)")

# How the arguments of each function are to be read: c(ontext), m(essage), p(lural).
SHAPES = {"gettext": "m", "ngettext": "mp", "pgettext": "cm", "npgettext": "cmp"}
FUNCTIONS = {"_": "m", "_now": "m", "gettext_noop": "m"} | {
    name + suffix: shape for name, shape in SHAPES.items() for suffix in ("", "_lazy")
}


@dataclass(frozen=True)
class Message:
    """What identifies an entry of a catalogue."""

    text: str
    plural: str = ""
    context: str | None = None


def collected(root: Path = ROOT) -> dict[Message, set[str]]:
    """Every translatable message of the sources, with the files that use it."""
    found: dict[Message, set[str]] = {}
    for path in _sources(root):
        text = path.read_text(encoding="utf-8")
        messages = _from_python(text) if path.suffix == ".py" else _from_template(text)
        for message in messages:
            found.setdefault(message, set()).add(path.relative_to(root).as_posix())
    return found


def problems(catalogue: Path = CATALOGUE) -> list[str]:
    """What keeps the catalogue from being complete, one line each."""
    if not catalogue.exists():
        return [f"{catalogue.name} does not exist"]
    entries = {_key(entry): entry for entry in polib.pofile(str(catalogue))}
    wanted = collected()
    lines = [
        f"not in the catalogue: {message.text!r} ({min(files)})"
        for message, files in wanted.items()
        if message not in entries
    ]
    for message, entry in entries.items():
        if message not in wanted:
            lines.append(f"no longer used: {message.text!r}")
        elif fault := _fault(entry):
            lines.append(f"{fault}: {message.text!r} ({min(wanted[message])})")
    if not _compiled_is_current(catalogue, entries.values()):
        lines.append("the compiled catalogue (.mo) is not that of the .po file")
    return sorted(lines)


def write(fill: dict[str, str], catalogue: Path = CATALOGUE) -> None:
    """Collect the messages again, keep what is translated, fill gaps, and compile."""
    old = polib.pofile(str(catalogue)) if catalogue.exists() else polib.POFile()
    known = {_key(entry): entry for entry in old}
    new = polib.POFile(wrapwidth=96)
    new.metadata = {
        "Project-Id-Version": "huiying",
        "Language": "zh_Hans",
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": "nplurals=1; plural=0;",
    }
    for message, files in sorted(collected().items(), key=lambda item: _order(item[0])):
        new.append(_entry(message, files, known.get(message), fill))
    catalogue.parent.mkdir(parents=True, exist_ok=True)
    new.save(str(catalogue))
    new.save_as_mofile(str(catalogue.with_suffix(".mo")))


def _sources(root: Path) -> Iterator[Path]:
    for package in PACKAGES:
        for path in sorted((root / package).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path
    for folder in (root / "templates", *(root / package for package in PACKAGES)):
        yield from sorted(p for p in folder.rglob("*") if p.suffix in TEMPLATES and p.is_file())


def _from_python(source: str) -> Iterator[Message]:
    tree = ast.parse(source)
    functions = FUNCTIONS | _other_names(tree)
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        function = node.func
        name = function.attr if isinstance(function, ast.Attribute) else ""
        name = function.id if isinstance(function, ast.Name) else name
        if name in functions:
            values = [a.value for a in node.args if isinstance(a, ast.Constant)]
            yield from _message(functions[name], [v for v in values if isinstance(v, str)])


def _other_names(tree: ast.AST) -> dict[str, str]:
    """What a file calls the functions it imports under names of its own."""
    return {
        name.asname: FUNCTIONS[name.name]
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for name in node.names
        if name.asname and name.name in FUNCTIONS
    }


def _from_template(source: str) -> Iterator[Message]:
    from django.utils.translation.template import templatize

    for name, arguments in CALL.findall(templatize(source)):
        values = [ast.literal_eval(literal) for literal in re.findall(LITERAL, arguments)]
        yield from _message(FUNCTIONS[name], values)


def _message(shape: str, values: list[str]) -> Iterator[Message]:
    if len(values) >= len(shape) and values[shape.index("m")]:
        parts = dict(zip(shape, values, strict=False))
        yield Message(parts["m"], parts.get("p", ""), parts.get("c"))


def _key(entry: polib.POEntry) -> Message:
    return Message(entry.msgid, entry.msgid_plural or "", entry.msgctxt)


def _order(message: Message) -> tuple[str, str, str]:
    return message.text.lower(), message.text, message.context or ""


def _texts(entry: polib.POEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def _fault(entry: polib.POEntry) -> str:
    texts = _texts(entry)
    if not texts or not all(texts):
        return "not translated"
    if entry.fuzzy:
        return "fuzzy"
    allowed = set(NAMED.findall(entry.msgid + entry.msgid_plural))
    needed = set(NAMED.findall(entry.msgid)) if not entry.msgid_plural else set()
    for text in texts:
        names = set(NAMED.findall(text))
        if not needed <= names <= allowed:
            return f"variables differ ({', '.join(sorted(names ^ allowed))})"
    return ""


def _compiled_is_current(catalogue: Path, entries: Iterable[polib.POEntry]) -> bool:
    file = catalogue.with_suffix(".mo")
    if not file.exists():
        return False
    compiled = {_key(entry): _texts(entry) for entry in polib.mofile(str(file))}
    return compiled == {_key(e): _texts(e) for e in entries if all(_texts(e)) and not e.fuzzy}


def _entry(
    message: Message, files: set[str], known: polib.POEntry | None, fill: dict[str, str]
) -> polib.POEntry:
    text = fill.get(message.text, "")
    if known and not known.fuzzy and all(_texts(known)):
        text = _texts(known)[0]
    entry = polib.POEntry(
        msgid=message.text,
        msgctxt=message.context,
        occurrences=[(file, "") for file in sorted(files)],
    )
    if message.plural:
        entry.msgid_plural = message.plural
        entry.msgstr_plural = {0: text}
    else:
        entry.msgstr = text
    if NAMED.search(message.text + message.plural):
        entry.flags.append("python-format")
    return entry


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--write", action="store_true", help="collect and compile the catalogue")
    parser.add_argument("--fill", nargs="*", default=[], type=Path, metavar="FILE.json")
    options = parser.parse_args()
    if options.write:
        fill: dict[str, str] = {}
        for file in options.fill:
            fill |= json.loads(file.read_text(encoding="utf-8"))
        write(fill)
    lines = problems()
    for line in lines:
        sys.stderr.write(f"{line}\n")
    sys.stdout.write(f"{len(collected())} messages, {len(lines)} problems\n")
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
