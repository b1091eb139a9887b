#!/usr/bin/env bash
# The job summary: the report, what the change does to each cluster, the responsibility matrix.
# GitHub takes 1 MiB of a step and drops all of it where there is more, so each part has a room of its own.
set -euo pipefail
# shellcheck source=action/lib.sh
. "$GITHUB_ACTION_PATH/action/lib.sh"

tool=$INSTALLED/venv/bin/gitops-lint
path=$(operand "${INPUT_PATH:-.}")
options=()
if [ -n "$INPUT_CONFIG" ]; then options+=("--config=$INPUT_CONFIG"); fi

shortened() { # FILE BYTES: its first lines, with what they leave open closed
  LC_ALL=C awk -v room="$2" '
    { size += length($0) + 1 }
    size > room { cut = 1; exit }
    { print }
    /^```/ { fenced = !fenced }
    !fenced && /<details/ { open++ }
    !fenced && /<\/details>/ { open-- }
    END {
      if (!cut) exit
      if (fenced) print "```"
      while (open-- > 0) print "</details>"
      print "\n> There is more than fits into a summary: the log has all of it."
    }' "$1"
}

part() { # TITLE FILE BYTES
  printf '\n<details>\n<summary>%s</summary>\n\n' "$1"
  shortened "$2" "$3"
  printf '\n</details>\n'
}

made() { # FILE COMMAND...: whether it could be made; what is in the way stands in the log and fails nothing
  local file=$1
  shift
  if "$tool" "$@" ${options[@]+"${options[@]}"} > "$file" 2> "$INSTALLED/stderr"; then return; fi
  silenced cat "$INSTALLED/stderr"
  false
}

{
  shortened "$INSTALLED/report.md" 400000
  if [ -n "$BASE" ] && made "$INSTALLED/impact.md" impact --output-format markdown "$(operand "$BASE")" "$path" >&2; then
    part "What the change does to each cluster" "$INSTALLED/impact.md" 300000
  fi
  if made "$INSTALLED/matrix.txt" matrix --color never "$path" >&2; then
    # Indented, it is code whatever stands in it; a fence could be closed by it.
    sed 's/^/    /' "$INSTALLED/matrix.txt" > "$INSTALLED/matrix.md"
    part "Who should own what, and who does" "$INSTALLED/matrix.md" 200000
  fi
} >> "$GITHUB_STEP_SUMMARY"
