#!/usr/bin/env bash
# The verdict, after everything has been shown and uploaded: the exit code of gitops-lint is that of the job.
set -euo pipefail
# shellcheck source=action/lib.sh
. "$GITHUB_ACTION_PATH/action/lib.sh"

if [ -n "$INSTALLED" ] && [ -e "$INSTALLED/notices" ]; then
  while IFS= read -r line; do annotate notice "$line"; done < "$INSTALLED/notices"
fi

told() { # What gitops-lint said of it, as much as an annotation holds.
  head -c 3000 "$INSTALLED/stderr"
}

counted() { # NUMBER NOUN
  if [ "$1" = 1 ]; then printf '1 %s' "$2"; else printf '%s %ss' "$1" "$2"; fi
}
found="$(counted "$ERRORS" error) and $(counted "$WARNINGS" warning)"

case $EXIT_CODE in
  0) echo "gitops-lint: $found, none that fails the job" ;;
  1) annotate error "$found: the log and the job summary have all of them" ;;
  2) annotate error "the workflow, the configuration or a rule page cannot be used: $(told)" ;;
  3) annotate error "a bug of gitops-lint: $(told)" ;;
  4) annotate error "nothing of Flux, Argo CD or kustomize is there; is the input path right? $(told)" ;;
  "") # The step that checks has failed and said why.
    exit 2
    ;;
  *) annotate error "gitops-lint ended with $EXIT_CODE: $(told)" ;;
esac
exit "$EXIT_CODE"
