"""Passwords in lines of documents and scripts, and what only looks like one."""

from __future__ import annotations

import pytest

from gitops_lint.credentials import written_in


@pytest.mark.parametrize(
    ("line", "values"),
    [
        ("# Login: admin / admin", ["admin"]),
        ("**Credentials**: `root` / `hunter2`", ["hunter2"]),
        ("Username/Password: admin/prom-operator", ["prom-operator"]),
        ("password: hunter2", ["hunter2"]),
        ("- **Password:** `hunter2` (change it)", ["hunter2"]),
        ("export DB_PASSWORD=hunter2 PGPASSWORD='x y' run", ["hunter2"]),
        ("helm install x y --set grafana.adminPassword=hunter2", ["hunter2"]),
        ("curl -H 'token: ghp_0123456789abcdefABCDEF'", ["ghp_0123456789abcdefABCDEF"]),
    ],
)
def test_a_password(line: str, values: list[str]) -> None:
    assert [line[start:end] for start, end in written_in(line)] == values


@pytest.mark.parametrize(
    "line",
    [
        "",
        "Password: see 1Password",
        "Password: <password>",
        "password: ${PASSWORD}",
        "PASSWORD=$(op read x)",
        "PASSWORD=$PASSWORD",
        "PASSWORD=...",
        "Login: https://example.com/login",
        "The password is in the Secret grafana-admin.",
        "secretName: web-tls",
        "tokenTTL: 24h",
    ],
)
def test_no_password(line: str) -> None:
    assert written_in(line) == []
