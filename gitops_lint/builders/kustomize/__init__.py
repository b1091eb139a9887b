"""kustomize, rebuilt with a place for every value: no library keeps them, nothing here reaches the network."""

from gitops_lint.builders.kustomize.accumulate import Rules, build
from gitops_lint.builders.kustomize.entries import packed_files
from gitops_lint.builders.kustomize.layer import FILE_NAMES, Layer, Overlay, kustomization_files

__all__ = ["FILE_NAMES", "Layer", "Overlay", "Rules", "build", "kustomization_files", "packed_files"]
