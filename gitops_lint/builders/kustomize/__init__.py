"""kustomize, rebuilt with a place for every value: no library keeps them, nothing here reaches the network."""

from gitops_lint.builders.kustomize.accumulate import FLUX, Rules, build, shared_build
from gitops_lint.builders.kustomize.entries import packed_files
from gitops_lint.builders.kustomize.layer import (
    FILE_NAMES,
    Entry,
    Layer,
    Overlay,
    added_by,
    kustomization_files,
    values_of,
)
from gitops_lint.builders.kustomize.opening import is_of_flux

__all__ = [
    "FILE_NAMES",
    "FLUX",
    "Entry",
    "Layer",
    "Overlay",
    "Rules",
    "added_by",
    "build",
    "is_of_flux",
    "kustomization_files",
    "packed_files",
    "shared_build",
    "values_of",
]
