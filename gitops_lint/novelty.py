"""Only what is new: the findings of one state of a repository that another one, its base, does not have.

A finding is known by its fingerprint, whose place does not depend on the change. What the change did shows in the
*cause*: the first place of a finding that lies on a line which was added or edited.
"""

from __future__ import annotations

from dataclasses import replace
from difflib import SequenceMatcher
from functools import cached_property
from typing import TYPE_CHECKING

from gitops_lint.engine import check
from gitops_lint.finding import Comparison, Mark
from gitops_lint.location import Location, Span
from gitops_lint.reporting import Terms
from gitops_lint.snippet import snippet
from gitops_lint.tree import Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from gitops_lint.engine import Selection, World
    from gitops_lint.finding import Finding, Report
    from gitops_lint.tree import Tree

LAW = (".gitops-lint.yaml", ".gitops-lint.yml", ".gitops-lint-baseline.json", ".gitops-lint/rules/")
"""What a change that touches it changes the judging by."""
MAX_LINES = 20_000
"""The lines of a file beyond which all of a changed one count as changed."""
ALIKE = 0.5
"""The least likeness of a file that was moved and edited."""


class Changes:
    """What lies between two trees of one repository."""

    def __init__(self, base: Tree, head: Tree) -> None:
        self.base, self.head = base, head
        self._lines: dict[str, frozenset[int] | None] = {}

    @cached_property
    def renames(self) -> Mapping[str, str]:
        """Old paths by what became of them: files with the same content first, then such as are alike."""
        gone = [path for path in self.base.below("") if not self.head.is_file(path)]
        come = [path for path in self.head.below("") if not self.base.is_file(path)]
        found: dict[str, str] = {}
        texts = {path: _text(self.base, path) for path in gone}
        for new in come:
            text = _text(self.head, new)
            same = [old for old in gone if old not in found and texts[old] == text and text]
            alike = same or [old for old in gone if old not in found and _is_alike(old, new, texts[old], text)]
            if alike:
                found[min(alike, key=lambda old: (_name(old) != _name(new), old))] = new
        return found

    @cached_property
    def _origins(self) -> Mapping[str, str]:
        return {new: old for old, new in self.renames.items()}

    def touches(self, location: Location) -> bool:
        """Whether the line of a location was added or edited; a file as a whole where any of its lines was."""
        if not self.head.is_file(location.path):
            return False
        if location.path not in self._lines:
            self._lines[location.path] = self._changed(location.path)
        lines = self._lines[location.path]
        return lines is None or (bool(lines) if location.line is None else location.line in lines)

    def _changed(self, path: str) -> frozenset[int] | None:
        """The numbers of the changed lines of a file; None for all of them."""
        old, new = _text(self.base, self._origins.get(path, path)), _text(self.head, path)
        if old is None or new is None:
            return None
        before, after = old.splitlines(), new.splitlines()
        if before == after:
            return frozenset()
        if max(len(before), len(after)) > MAX_LINES:
            return None
        blocks = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
        return frozenset(n for tag, _, _, start, end in blocks if tag != "equal" for n in range(start + 1, end + 1))

    def law(self) -> Iterator[str]:
        """The changes by which a repository is judged otherwise than before."""
        for path in sorted({*self.base.below(""), *self.head.below("")}):
            if path.startswith(LAW) and _text(self.base, path) != _text(self.head, path):
                word = "changes" if self.head.is_file(path) else "is gone"
                yield f"this change alters the law: {path} {word}"


def only_new(world: World, base: World, selection: Selection, name: str) -> Report:
    """What is wrong with a repository and was not yet in its base. Raises CheckFailed.

    Where the base's rules judge both, its comments do as well: a new one silences nothing.
    """
    changes = Changes(base.repo.tree, world.repo.tree)
    is_law = world.law is not None
    terms = Terms(obeys=(lambda path, line: not changes.touches(_at(path, line))) if is_law else None)
    before = check(base, selection, terms=Terms(renames=changes.renames))
    return _compared(check(world, selection, terms=terms), before, changes, world, name)


def _compared(head: Report, base: Report, changes: Changes, world: World, name: str) -> Report:
    """The report with only what is new to the base; the rest is hidden, and what the base had more is counted."""
    known = {finding.fingerprint for finding in _all(base.findings)}
    here = {finding.fingerprint for finding in _all(head.findings)} | {one.fingerprint for one in head.hidden}
    new: list[Finding] = []
    old: list[Finding] = []
    for finding in head.findings:
        if finding.fingerprint in known:
            old += [one for one in _all([finding]) if one.fingerprint in known]
            new += [one for one in finding.folded if one.fingerprint not in known]
        else:
            new.append(finding)
    hidden = [replace(one, folded=(), hidden=f"known in {name}") for one in old]
    laws = (*changes.law(), *_new_suppressions(world, changes))
    return replace(
        head,
        findings=tuple(_with_cause(one, changes, world) for one in new),
        hidden=(*head.hidden, *hidden),
        notes=(*head.notes, *laws),
        comparison=Comparison(name, len(hidden), len(known - here)),
    )


def _all(findings: Iterable[Finding]) -> Iterator[Finding]:
    for finding in findings:
        yield finding
        yield from _all(finding.folded)


def _with_cause(finding: Finding, changes: Changes, world: World) -> Finding:
    """The finding with the changed line that brought it about, where one of its places lies on such a line."""
    steps = (Mark(step.location, step.text) for owner in finding.owners for step in owner.chain)
    marks = (*((finding.mark,) if finding.mark else ()), *finding.related, *steps)
    cause = next((mark for mark in marks if not mark.location.revision and changes.touches(mark.location)), None)
    if cause is None or cause is finding.mark:
        return finding
    file = world.repo.file(cause.location.path) if cause.location.span else None
    return replace(finding, cause=replace(cause, snippet=cause.snippet or snippet(file, cause.location)))


def _new_suppressions(world: World, changes: Changes) -> Iterator[str]:
    """The comments that silence something and did not stand in the base."""
    for path in changes.head.below(""):
        if not path.endswith((".yaml", ".yml")) or _text(changes.base, path) == _text(changes.head, path):
            continue
        file = world.repo.file(path)
        for directive in file.directives if file else ():
            if directive.rules and changes.touches(_at(path, directive.span.line)):
                yield f"this change alters the law: {path}:{directive.span.line} silences {', '.join(directive.rules)}"


def _at(path: str, line: int) -> Location:
    return Location(path, Span(line, 1, line, 1))


def _text(tree: Tree, path: str) -> str | None:
    try:
        return tree.read(path).decode(errors="replace")
    except Unreadable:
        return None


def _name(path: str) -> str:
    return path.rpartition("/")[2]


def _is_alike(old: str, new: str, before: str | None, after: str | None) -> bool:
    """Whether a file is another one that was moved and edited: the same name, and half of its lines."""
    if before is None or after is None or _name(old) != _name(new):
        return False
    lines, others = before.splitlines(), after.splitlines()
    if max(len(lines), len(others)) > MAX_LINES:
        return False
    return SequenceMatcher(None, lines, others, autojunk=False).ratio() >= ALIKE
