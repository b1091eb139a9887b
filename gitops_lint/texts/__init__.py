"""Texts that are no manifests: commands out of scripts and pipelines, tables and drawings out of Markdown."""
