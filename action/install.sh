#!/usr/bin/env bash
# gitops-lint in an environment of its own, out of the action's revision or as a released version.
set -euo pipefail
# shellcheck source=action/lib.sh
. "$GITHUB_ACTION_PATH/action/lib.sh"

need_line version "$INPUT_VERSION"
what=$GITHUB_ACTION_PATH
if [ -n "$INPUT_VERSION" ]; then
  if ! [[ $INPUT_VERSION =~ ^[0-9]+(\.[0-9]+)*((a|b|rc)[0-9]+)?(\.post[0-9]+)?$ ]]; then
    refuse "the input version is '$INPUT_VERSION': write one like 1.2.3"
  fi
  what="gitops-lint==$INPUT_VERSION"
fi

directory=$(mktemp -d "$RUNNER_TEMP/gitops-lint.XXXXXX")
# Not in the checkout, and isolated: a venv.py or pip.py that a pull request brings must not be taken for Python's own.
cd "$directory"
"$PYTHON" -I -m venv venv
venv/bin/python -I -m pip install --quiet --disable-pip-version-check --no-input "$what"
version=$(venv/bin/gitops-lint --version)
echo "$version"
give directory "$directory"
give version "${version#gitops-lint }"
