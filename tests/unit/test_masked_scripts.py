"""What is written like a password in a script or document is not shown with a finding about something else."""

from __future__ import annotations

import pytest

from gitops_lint.document import read
from gitops_lint.location import Location, Span
from gitops_lint.snippet import snippet

VALUE = "hunter2-7741"


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("run.sh", f"DB_PASSWORD={VALUE} helm install x y --set adminPassword={VALUE}"),
        ("docs/a.md", f"Login: admin / {VALUE}"),
        ("Taskfile.yaml", f"tasks: {{a: 'helm install x y --set adminPassword={VALUE}'}}"),
        (".github/workflows/a.yaml", f'{{"kind": "Secret", "stringData": {{"a": "{VALUE}"}}}}'),
    ],
)
def test_a_password_is_masked(path: str, line: str) -> None:
    shown = snippet(read(path, f"{line}\n".encode()), Location(path, Span(1, 1, 1, 5)))
    assert shown is not None
    assert VALUE not in shown.lines[0]
    assert "*****" in shown.lines[0]
