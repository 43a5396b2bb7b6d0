# shellcheck shell=bash
# One line a step, with the time it took. Sourced by bin/demo and bin/test, which set $root.

readonly logs="$root/.cache/log"
interactive() { [ -t 0 ] && [ -t 1 ] && [ -z "${CI:-}" ]; }
live() { [ -t 1 ] && [ -z "${CI:-}" ]; }

die() { # die WHAT [WAY_OUT…]
  printf '\n%s: %s\n' "$(basename "$0")" "$1" >&2
  shift
  local way
  for way in "$@"; do printf '  %s\n' "$way" >&2; done
  exit 1
}

begin() { # begin NAME [WHAT_IS_BEING_DONE]
  step=$1 since=$EPOCHREALTIME
  if live; then printf '  %-12s%s…' "$step" "${2:-}"; fi
}

end_step() { # end_step WHAT_HAS_BEEN_DONE
  local now=$EPOCHREALTIME
  local ms=$((((${now/[.,]/}) - (${since/[.,]/})) / 1000))
  if live; then printf '\r\033[K'; fi
  printf '  %-12s%-50s %4d.%d s\n' "$step" "$1" $((ms / 1000)) $((ms % 1000 / 100))
}

fail_step() { # fail_step LOG WHAT [WAY_OUT…]
  if live; then printf '\n'; fi
  tail -n 25 "$1" | sed 's/^/    /' >&2
  local log=$1
  shift
  die "$@" "The whole of it: $log"
}

quietly() { # quietly LOG COMMAND…: its output goes to the log
  local log=$logs/$1.log
  shift
  mkdir -p "$logs"
  "$@" >"$log" 2>&1 </dev/null
}
