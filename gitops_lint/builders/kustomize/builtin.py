"""The fieldspecs that kustomize ships: data, no logic. kustomize, api/internal/konfig/builtinpluginconsts."""

from __future__ import annotations

from gitops_lint.builders.kustomize.fieldspec import Config

BUILTIN = Config()
