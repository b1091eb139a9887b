#!/usr/bin/env bash
# Check the repository once: log, annotations, SARIF and the texts of the summary come from the same run.
# The exit code is an output and not the end: the gate comes after the upload.
set -euo pipefail
# shellcheck source=action/lib.sh
. "$GITHUB_ACTION_PATH/action/lib.sh"

git_of() { # WORDS...: git in the repository; nothing that its configuration or content names is run
  GIT_NO_LAZY_FETCH=1 git -C "$path" -c core.fsmonitor=false -c core.hooksPath=/dev/null \
    -c safe.bareRepository=explicit "$@" 2> /dev/null
}

later() { # TEXT: a notice that the gate makes, whose step has room for it
  printf '%s\n' "$1" >> "$INSTALLED/notices"
}

find_base() { # Sets base: the commit that the change will be merged into; empty where everything is to be checked.
  base=$INPUT_DIFF_BASE
  if [ "$base" != auto ]; then return; fi
  base=
  case ${GITHUB_EVENT_NAME:-} in
    pull_request | merge_group) ;;
    *) return ;;
  esac
  local parents
  # What GitHub checks out for a pull request is its merge, so the base is the first of two parents.
  parents=$(git_of rev-list --parents --max-count=1 HEAD || true)
  if [[ $GITHUB_EVENT_NAME = pull_request && $parents =~ ^${GITHUB_SHA:-none}\ ([0-9a-f]+)\ [0-9a-f]+$ ]]; then
    base=${BASH_REMATCH[1]}
  elif [[ ${EVENT_BASE:-} =~ ^[0-9a-f]+$ ]] && git_of cat-file -e "$EVENT_BASE^{commit}"; then
    base=$EVENT_BASE
  else
    later "everything was checked, not only what the change brings: its base is not in this clone (actions/checkout needs fetch-depth: 2)"
  fi
}

find_checkout() { # Sets checkout and prefix: the root of the repository around the path, and the way from it.
  local here
  here=$(cd -- "$path" 2> /dev/null && pwd -P) || refuse "the input path is '$INPUT_PATH': there is no such directory"
  checkout=$here
  while [ "$checkout" != / ] && [ ! -e "$checkout/.git" ]; do checkout=$(dirname -- "$checkout"); done
  if [ ! -e "$checkout/.git" ]; then checkout=$(cd -- "${GITHUB_WORKSPACE:-.}" && pwd -P); fi
  case $here/ in
    "$checkout"/*) prefix=${here#"$checkout"} prefix=${prefix#/} ;;
    *) checkout=$here prefix= ;;
  esac
}

may_upload() { # Whether the token may write to code scanning; the one of a fork or of Dependabot may only read.
  if [ "$INPUT_UPLOAD_SARIF" != auto ]; then
    [ "$INPUT_UPLOAD_SARIF" = true ]
  elif [ "${GITHUB_EVENT_NAME:-}" = pull_request ] && [ "${HEAD_REPOSITORY:-}" != "${GITHUB_REPOSITORY:-}" ]; then
    later "nothing was uploaded to code scanning: the token of a pull request from a fork may not"
    false
  elif [ "${GITHUB_ACTOR:-}" = "dependabot[bot]" ]; then
    later "nothing was uploaded to code scanning: the token of a run of Dependabot may not"
    false
  fi
}

need_line path "$INPUT_PATH"
need_line config "$INPUT_CONFIG"
need_line diff-base "$INPUT_DIFF_BASE"
need_line sarif-file "$INPUT_SARIF_FILE"
need_one_of fail-on "$INPUT_FAIL_ON" error warning info never
need_one_of annotations "$INPUT_ANNOTATIONS" true false
need_one_of summary "$INPUT_SUMMARY" true false
need_one_of upload-sarif "$INPUT_UPLOAD_SARIF" auto true false

path=$(operand "${INPUT_PATH:-.}")
sarif=$(operand "${INPUT_SARIF_FILE:-$INSTALLED/gitops-lint.sarif}")
mkdir -p -- "$(dirname -- "$sarif")"
find_checkout
find_base

options=(--color always --output-format full -o "sarif=$sarif" -o "json=$INSTALLED/report.json")
options+=(-o "github=$INSTALLED/annotations" -o "markdown=$INSTALLED/report.md")
if [ "$INPUT_FAIL_ON" = never ]; then options+=(--exit-zero); else options+=(--fail-on "$INPUT_FAIL_ON"); fi
if [ -n "$INPUT_CONFIG" ]; then options+=("--config=$INPUT_CONFIG"); fi
if [ -n "$base" ]; then options+=("--diff-base=$base"); fi
# The path goes first: a stray word among the arguments must not take its place.
options+=("$path")
while read -r -a words; do
  options+=(${words[@]+"${words[@]}"})
done <<< "$INPUT_ARGS"

checked() { # What goes wrong stands in the log, and the gate tells it again.
  local code=0
  "$INSTALLED/venv/bin/gitops-lint" check "${options[@]}" 2> "$INSTALLED/stderr" || code=$?
  cat "$INSTALLED/stderr"
  return "$code"
}

code=0
silenced checked || code=$?
give exit-code "$code"
# A report that lacks what a fault kept from being found would close alerts: 0 and 1 alone are whole.
if [ "$code" -le 1 ] && [ -e "$INSTALLED/report.json" ]; then
  "$INSTALLED/venv/bin/python" -I "$GITHUB_ACTION_PATH/action/reports.py" "$INSTALLED" "$sarif" "$prefix" >> "$GITHUB_OUTPUT"
  give sarif-file "$sarif"
  give checkout "$checkout"
  give base "$base"
  give summarise "$INPUT_SUMMARY"
  if may_upload; then give upload true; else give upload false; fi
  if [ "$INPUT_ANNOTATIONS" = true ]; then cat "$INSTALLED/annotations"; fi
fi
