# shellcheck shell=bash
# What the scripts of the action share: commands and outputs that foreign text cannot break out of.
# They run with the bash of every hosted runner, which is 3.2 on macOS.

escaped() { # TEXT: as the value of a workflow command (actions/toolkit, packages/core/src/command.ts)
  local text=$1
  text=${text//'%'/%25}
  text=${text//$'\r'/%0D}
  printf '%s' "${text//$'\n'/%0A}"
}

annotate() { # LEVEL TEXT
  printf '::%s title=gitops-lint::%s\n' "$1" "$(escaped "$2")"
}

refuse() { # TEXT: an input that cannot be used is a mistake of the workflow, with the exit code of one
  annotate error "$1"
  exit 2
}

need_line() { # NAME VALUE: a line end in a value would begin an output of its own
  case $2 in
    *$'\n'* | *$'\r'*) refuse "the input $1 must be one line" ;;
  esac
}

need_one_of() { # NAME VALUE CHOICE...
  local name=$1 value=$2 choice
  shift 2
  for choice in "$@"; do
    if [ "$value" = "$choice" ]; then return; fi
  done
  refuse "the input $name is '$value': it must be one of $*"
}

give() { # NAME VALUE: an output of the step
  need_line "$1" "$2"
  printf '%s=%s\n' "$1" "$2" >> "$GITHUB_OUTPUT"
}

operand() { # PATH: so that none is taken for an option
  case $1 in
    -*) printf './%s' "$1" ;;
    *) printf '%s' "$1" ;;
  esac
}

silenced() { # COMMAND...: its output in the log, none of it taken for a workflow command; its exit code
  local token code=0
  token=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
  printf '::stop-commands::%s\n' "$token"
  "$@" 2>&1 || code=$?
  printf '\n::%s::\n' "$token"
  return "$code"
}
