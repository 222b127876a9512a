"""The rules of the house that no ready-made linter knows: `docs/developers/house.md` explains them.

Each check is a function from a file to its findings. Run as a program it reads every file that git
tracks or would track.
"""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

MAX_LINES = 400
COUNTED = {".py", ".html", ".js", ".sh"}

DOORS = {"api", "pages", "commands", "tasks"}

READERS = {"queries", "models", "migrations"}
ROWLESS = DOORS | {"serializers"}
WRITES = {
    "create",
    "bulk_create",
    "bulk_update",
    "update",
    "delete",
    "get_or_create",
    "update_or_create",
    "select_for_update",
}
NARROWING = {"filter", "exclude"}
MANAGERS = {"objects", "_default_manager", "_base_manager"}
RAW_CALLS = {"execute", "executemany", "callproc"}
RAW_NAMES = {"RawSQL"}

VAGUE = {"util", "utils", "helper", "helpers", "common", "manager", "managers", "misc"}
VAGUE_CLASS = re.compile(r"(Utils?|Helpers?|Common|Manager|Misc)$")

# Each pattern is written so that it does not match itself.
FORBIDDEN = {
    r"\[(?:see[d]|decid[e])\]": "a mark of a working paper",
    r"\bthe[ ]reference\b": "say which product, or which document, is meant",
    r"(?<![\w.~-])/w[o]rk/": "a path of one machine",
    r"/(?:hom[e]|User[s])/\w+/": "a path of one machine",
    r"bash[_]jobs|\.librar[y]/": "a path of one machine",
    r"(?i)\b(?:issue|ticket)s?[ ]#?\d+\b|\b(?:fix(?:es)?|closes?)[ ]#\d+": "explain, no bare number",
    r"(?i)\bchapter[s]?[ ]\d+\b": "cite an RFC, a named client or docs/wire",
    r"^(?!.*\b(?:RFC|ISO|ITU)\b).*§\s?\d": "cite an RFC, a named client or docs/wire",
    r"\b(?:TO[D]O|FIX[M]E|XX[X])\b": "do it, or write a sentence about it in the documentation",
    r"(?i)(?:--(?:extra-)?index[-]url|--find[-]links)[ =]\S*:": "requirement files name no index",
    r"(?i)https?://[\w.-]*(?:pyp[i]|pythonhoste[d]|npmj[s]|artifactor[y])[\w.-]*": "name the package alone",
}
UNREAD = {"COPYING"}
TEXT = {
    *(
        "",
        ".md",
        ".txt",
        ".in",
        ".example",
        ".py",
        ".sh",
        ".sql",
        ".html",
        ".css",
        ".js",
        ".svg",
        ".po",
        ".xml",
    ),
    *(".json", ".toml", ".yaml", ".yml", ".cfg", ".ini", ".conf", ".service"),
}


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One breach of a rule; `line` is 0 when it is about the file as a whole."""

    path: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.text}" if self.line else f"{self.path}: {self.text}"


def check(path: str, text: str) -> list[Finding]:
    """Every finding in one file; `path` is relative to the checkout, with slashes."""
    findings = [*long_file(path, text), *vague_path(path), *forbidden_words(path, text)]
    if path.endswith(".py"):
        try:
            tree = ast.parse(text)
        except SyntaxError as error:
            return [*findings, Finding(path, error.lineno or 0, f"no Python: {error.msg}")]
        findings += [*vague_classes(path, tree), *database_access(path, tree)]
    return sorted(findings)


def long_file(path: str, text: str) -> Iterator[Finding]:
    """A source file past 400 lines: split it by use case."""
    place = PurePosixPath(path)
    lines = text.count("\n")
    if place.suffix in COUNTED and "migrations" not in place.parts and lines > MAX_LINES:
        yield Finding(path, 0, f"{lines} lines, at most {MAX_LINES}: split it by use case")


def vague_path(path: str) -> Iterator[Finding]:
    """A file or folder whose name says nothing about what is in it."""
    for part in PurePosixPath(path).parts:
        words = set(re.split(r"[^a-z]+", PurePosixPath(part).name.lower()))
        # "flexisip-account-manager" is the name of the product that operators know.
        if words & VAGUE and "account-manager" not in part.lower():
            yield Finding(path, 0, f"'{part}' says nothing: name it after what it holds")


def vague_classes(path: str, tree: ast.AST) -> Iterator[Finding]:
    """A class named after being of use rather than after what it is."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and VAGUE_CLASS.search(node.name):
            yield Finding(path, node.lineno, f"class {node.name}: name it after what it is")


def forbidden_words(path: str, text: str) -> Iterator[Finding]:
    """Words that do not belong into the repository, each with what to do instead."""
    place = PurePosixPath(path)
    if place.name in UNREAD or place.suffix not in TEXT:
        return
    for pattern, advice in FORBIDDEN.items():
        for match in re.finditer(pattern, text, re.MULTILINE):
            found = match.group().strip()[-40:]
            yield Finding(path, text.count("\n", 0, match.start()) + 1, f"'{found}': {advice}")


def database_access(path: str, tree: ast.AST) -> Iterator[Finding]:
    """Rows are read where the caller's scope is applied, and nowhere else.

    `queries` and `models` read. Doors and serializers touch no rows; services and the other modules of a room
    create rows, lock those that they are about to change, and change or delete by condition. SQL by hand is
    for `queries`, `models`, migrations and `flexiapi.db`. `operations` does both: it works on the whole
    instance, for its operator, and reads other programs' databases.
    """
    room, furniture = _place(path)
    if room is None or room == "db" or furniture & READERS:
        return
    if room == "operations" and not furniture & ROWLESS:
        return
    allowed = set() if furniture & ROWLESS else _writing_managers(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in MANAGERS and node not in allowed:
            yield Finding(path, node.lineno, f".{node.attr}: {_advice(furniture)}")
        elif isinstance(node, ast.Call):
            yield from _raw_sql(path, node)


def _place(path: str) -> tuple[str | None, set[str]]:
    """The room of a file of the package, and the names of the folders and of the module inside the room."""
    parts = PurePosixPath(path).with_suffix("").parts
    if parts[:2] != ("src", "flexiapi") or len(parts) < 4:
        return None, set()
    return parts[2], set(parts[3:])


def _advice(furniture: set[str]) -> str:
    if furniture & ROWLESS:
        return "doors and serializers touch no rows, ask a query or a service"
    return "reading belongs into queries; elsewhere rows are created, locked, or changed by condition"


def _writing_managers(tree: ast.AST) -> set[ast.expr]:
    """The `.objects` of calls that write or lock: `.objects.create(…)`, `.objects.filter(…).update(…)`."""
    allowed: set[ast.expr] = set()
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in WRITES):
            continue
        source = node.func.value
        while isinstance(source, ast.Call) and isinstance(source.func, ast.Attribute) and source.func.attr in NARROWING:
            source = source.func.value
        if isinstance(source, ast.Attribute) and source.attr in MANAGERS:
            allowed.add(source)
    return allowed


def _raw_sql(path: str, call: ast.Call) -> Iterator[Finding]:
    function = call.func
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    takes_sql = isinstance(function, ast.Attribute) and name in RAW_CALLS and bool(call.args)
    opens_cursor = (
        isinstance(function, ast.Attribute)
        and name == "cursor"
        and ast.unparse(function.value).split("[")[0] in ("connection", "connections", "db.connection")
    )
    if takes_sql or opens_cursor or name in RAW_NAMES:
        yield Finding(path, call.lineno, f"{name}(): SQL by hand belongs into queries")


def tracked(root: Path) -> list[str]:
    """The files that git tracks or would track, relative to `root`."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],  # noqa: S607
        cwd=root,
        check=True,
        capture_output=True,
    )
    return sorted({name for name in listed.stdout.decode().split("\0") if name and (root / name).is_file()})


def main() -> int:
    """Check the checkout that holds this file; the exit code is 1 when there are findings."""
    root = Path(__file__).resolve().parent.parent
    findings: list[Finding] = []
    for name in tracked(root):
        try:
            text = (root / name).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            text = ""
        findings += check(name, text)
    for finding in findings:
        print(finding)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
