"""An import-linter for clusters: who applies every object of a GitOps repository, and may they?"""

__version__ = "0.1.0"
