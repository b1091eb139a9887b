"""``python -m gitops_lint``."""

import sys

from gitops_lint.cli import main

sys.exit(main())
