"""Documents that the configuration names: what they say of the repository is what it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import re2

from gitops_lint.context import MASK, Context, Controller, Hit, Location, Piece, Span, check, credentials, upwards

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator, Mapping, Sequence

    from gitops_lint.context import Table


# -- the responsibility table ----------------------------------------------------------------------------------

OWNERS: tuple[tuple[Controller, re.Pattern[str]], ...] = (
    (Controller.FLUX, re2.compile(r"(?i)\bflux\s?(cd)?\b")),
    (Controller.ARGOCD, re2.compile(r"(?i)\bargo\s?(cd)?\b")),
    (Controller.MANUAL, re2.compile(r"(?i)\b(manual(ly)?|by hand|helm|hand)\b")),
)


class Given(NamedTuple):
    """What the matrix says of a name: the row, and its owner."""

    name: str
    row: str
    owner: Controller


class Said(NamedTuple):
    """A row of a table: the names that it speaks of, and the owner that it gives them."""

    names: tuple[str, ...]
    owner: Controller
    first: Piece
    cell: Piece


@check
def stale_responsibility_table(context: Context) -> Iterator[Hit]:
    """A table in a document that gives a component to another owner than the matrix does, or leaves a row out.

    A table counts that has a column for the component and one for the owner (``params.component``, ``params.owner``),
    and of whose rows the matrix knows one.
    """
    if context.matrix is None:
        return
    known: dict[str, Given] = {}
    for component in context.matrix.components:
        for name in (component.row, component.name):
            known.setdefault(credentials.plain_name(name), Given(name, component.row, component.owner))
    for path, document in context.documents:
        for table in document.tables:
            rows = list(_rows(table, context.params))
            named = {name for row in rows for name in row.names if name in known}
            for row in rows:
                wrong = next((known[n] for n in row.names if n in known and known[n].owner is not row.owner), None)
                if wrong is not None:
                    yield _owner_hit(path, row, wrong)
            if named:
                yield from _left_out(context, path, table, {known[name].row for name in named})


def _rows(table: Table, params: Mapping[str, Sequence[str]]) -> Iterator[Said]:
    columns = [credentials.plain_name(cell.text) for cell in table.head]
    wanted = [[credentials.plain_name(name) for name in params[key]] for key in ("component", "owner")]
    places = [next((i for i, column in enumerate(columns) if column in names), None) for names in wanted]
    what, who = places
    for row in table.rows if what is not None and who is not None else ():
        if what is None or who is None or len(row) <= max(what, who):
            continue
        owners = [owner for owner, pattern in OWNERS if pattern.search(row[who].text)]
        if len(owners) == 1:
            head, _, members = row[what].text.partition("(")
            texts = [*head.split(","), *members.rstrip(") ").split(",")]
            yield Said(tuple(filter(None, map(credentials.plain_name, texts))), owners[0], row[what], row[who])


def _owner_hit(path: str, row: Said, given: Given) -> Hit:
    whose = {Controller.MANUAL: "installed by hand"}.get(given.owner, f"given to {given.owner.label}")
    return Hit(
        message=f"the table gives {given.name} to {row.cell.text}, but by the matrix it is {whose}",
        at=Location(path, row.cell.span),
        label="who it says",
        case="owner",
        help="correct the table, or the row of the matrix in .gitops-lint.yaml",
    )


def _left_out(context: Context, path: str, table: Table, told: set[str]) -> Iterator[Hit]:
    rows = context.matrix.rows() if context.matrix else ()
    missing = [row for row in rows if row not in told]
    if missing:
        yield Hit(
            message=f"the table says nothing of {', '.join(missing)}, which the matrix has",
            at=Location(path, table.head[0].span),
            label="the responsibilities, as this document has them",
            case="left-out",
            help="add a row for each, or take it out of the matrix",
        )


# -- trees -----------------------------------------------------------------------------------------------------

BRANCH = re2.compile(r"^((?:[│|]?[\s ]{1,4})*)(?:├──|└──|\|--|`--|\+--)\s*(\S+)")
NAME = re2.compile(r"[\w.@+/-]+")
MAX_NAMES = 3


class Entry(NamedTuple):
    """A line of a drawn tree: the path that it means, and its place."""

    path: str
    span: Span


@check
def stale_tree_drawing(context: Context) -> Iterator[Hit]:
    """A drawn directory tree in a document with entries that are not there. What it leaves out is nobody's concern.

    Its first line is a path of this repository, or stands for the whole: the name of the repository.
    """
    tree = context.repo.tree
    for path, document in context.documents:
        for fence in document.fences:
            dead: dict[str, Entry] = {}
            for entry in _entries(context, fence.lines):
                is_there = tree.is_file(entry.path) or tree.is_directory(entry.path)
                is_known = is_there or tree.left_out(entry.path) or context.repo.is_git_ignored(entry.path)
                if not is_known and dead.keys().isdisjoint(upwards(entry.path)):
                    dead[entry.path] = entry
            if dead:
                yield _drawing_hit(context, path, list(dead.values()))


def _entries(context: Context, lines: Sequence[Piece]) -> Iterator[Entry]:
    """The paths that a drawing means."""
    tops = [i for i, line in enumerate(lines) if BRANCH.match(line.text)]
    if not tops:
        return
    above = lines[tops[0] - 1] if tops[0] else None
    root = (above.text.split() or [""])[0].removeprefix("./").strip("/") if above else ""
    if above and context.repo.tree.is_directory(root.partition("/")[0]) and root:
        span = above.span._replace(end_column=max(len(above.text.rstrip()), 1) + 1)
        yield Entry(root, span)
    else:
        root = ""
    stack: list[tuple[int, str]] = []
    for line in lines:
        match = BRANCH.match(line.text)
        if match is None:
            continue
        depth, name = len(match.group(1)), match.group(2).strip("`")
        if not NAME.fullmatch(name) or name.strip("./") == "":
            continue  # an ellipsis, a pattern or a placeholder
        while stack and stack[-1][0] >= depth:
            stack.pop()
        path = "/".join([*([root] if root else []), *(part for _, part in stack), name.strip("/")])
        stack.append((depth, name.strip("/")))
        start = match.start(2) + 1
        yield Entry(path, Span(line.span.line, start, line.span.line, start + len(match.group(2))))


def _drawing_hit(context: Context, path: str, dead: Sequence[Entry]) -> Hit:
    names = [entry.path for entry in dead[:MAX_NAMES]] + ([f"{len(dead) - MAX_NAMES} more"] * (len(dead) > MAX_NAMES))
    listed = f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]
    nearest = context.repo.nearest(dead[0].path)
    return Hit(
        message=f"the drawn tree has {listed}, which {'do' if len(dead) > 1 else 'does'} not exist",
        at=Location(path, dead[0].span),
        label=f"did you mean {nearest}?" if nearest else "not there",
        related=tuple((Location(path, entry.span), "not there") for entry in dead[1:]),
        help="draw what is there, or restore what was taken away",
    )


# -- credentials -----------------------------------------------------------------------------------------------


@check
def credentials_in_document(context: Context) -> Iterator[Hit]:
    """A password in a document. One hit a line; what it is is not repeated."""
    for path, document in context.documents:
        for line in document.lines:
            for start, end in credentials.written_in(line.text)[-1:]:
                is_default = credentials.is_default(line.text[start:end])
                number = line.span.line
                yield Hit(
                    message=f"{path} holds a password{' that everybody tries first' if is_default else ''}",
                    at=Location(path, Span(number, start + 1, number, start + 1 + len(MASK))),
                    label="whoever may read the repository may log in",
                    help="change it, and say where to find it (the Secret, the vault) instead of what it is",
                )


# -- what is said of commands ----------------------------------------------------------------------------------


class Claim(NamedTuple):
    """Something that is wrong to say of a command: how it is put, and how it is."""

    pattern: re.Pattern[str]
    message: str
    help: str


CLAIMS = (
    Claim(
        re2.compile(r"(?i)argocd app sync\b[^#\n]*--force\b.*\bhard[ -]refresh"),
        "argocd app sync --force is called a hard refresh, but it deletes and creates what it cannot patch",
        "a hard refresh is argocd app get --hard-refresh",
    ),
    Claim(
        re2.compile(
            r"(?i)\bflux(?:cd)?\b[^.,;|\n]{0,40}?\b(?:uses?|runs?|calls?|executes?)\b[^.,;|\n]{0,20}?\bkubectl apply\b"
        ),
        "Flux is said to use kubectl apply, but it applies on the server's side, and takes over fields by force",
        "say server-side apply: what others have set in a field that is in Git is overwritten",
    ),
)
"""Argo CD: ``argocd app sync --help`` and ``app get --help``; Flux: kustomize-controller, server-side apply."""
COMMENT = re2.compile(r"(?m)^.*#.*$")


@check
def misdescribed_command(context: Context) -> Iterator[Hit]:
    """Documents and comments of scripts that say something wrong of a command."""
    texts: list[tuple[str, Sequence[Piece]]] = [(path, document.lines) for path, document in context.documents]
    for script in context.scripts:
        lines = enumerate(script.text.splitlines(), 1)
        comments = [Piece(text, Span(n, 1, n, len(text) + 1)) for n, text in lines if COMMENT.match(text)]
        texts.append((script.path, comments))
    for path, pieces in texts:
        for piece in pieces:
            for claim in CLAIMS:
                if match := claim.pattern.search(piece.text):
                    number = piece.span.line
                    at = Span(number, match.start() + 1, number, match.end() + 1)
                    yield Hit(message=claim.message, at=Location(path, at), label="it is not so", help=claim.help)
