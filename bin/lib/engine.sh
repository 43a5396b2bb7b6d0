# shellcheck shell=bash
# A Docker engine that answers. $started_engine is set when this run has started it.

readonly pid_file=/var/run/docker.pid
has_systemd() { [ -d /run/systemd/system ]; }
engine() { node scripts/engine.mjs "$@"; }

need_engine() {
  begin engine 'looking for one'
  local answer code
  answer=$(engine ping 2>&1 </dev/null)
  code=$?
  if [ $code = 0 ]; then
    end_step "$answer (already running)"
    return
  fi
  if live; then printf '\r\033[K'; fi
  if [ -n "${DOCKER_HOST:-}" ]; then
    die "The engine at DOCKER_HOST=$DOCKER_HOST does not answer: $answer" 'Start it, or unset DOCKER_HOST to have one on this machine.'
  fi
  if [ $code = 3 ]; then
    die "$(id -un) may not use the Docker engine of this machine." \
      "Either: sudo usermod -aG docker $(id -un), and log in again; or run this as root."
  fi
  agree_to_engine
  install_engine
  start_engine
}

# Says what is missing and what will be done; on a terminal nothing is done without a yes.
agree_to_engine() {
  local plan="start it" by_hand='dockerd (or: systemctl start docker)'
  if ! command -v dockerd >/dev/null; then
    plan="install Debian's docker.io with apt-get, and start it"
    by_hand='apt-get install docker.io iptables, then systemctl start docker (or dockerd)'
    has_apt || die 'There is no Docker engine here, and no apt-get to install one.' \
      'Install Docker for your system (docs.docker.com/engine/install), start it, and run this again.'
  fi
  printf '  %-12s%s\n' engine "none answers on this machine: about to $plan"
  if interactive; then
    local reply
    read -r -p "              Go on? [Y/n] " reply
    case $reply in [nN]*) die 'Nothing has been installed or started.' "By hand, as root: $by_hand. Or set DOCKER_HOST." ;; esac
  fi
  may_be_root || die "To $plan takes root, and sudo is missing or asks for a password." \
    "Run this as root, or do it by hand, as root: $by_hand."
}

install_engine() {
  command -v dockerd >/dev/null && return
  begin install 'apt-get install docker.io'
  quietly apt install_packages docker.io iptables ||
    fail_step "$logs/apt.log" 'docker.io could not be installed.' 'By hand, as root: apt-get update && apt-get install docker.io iptables'
  end_step "docker.io $(dpkg-query -W -f '${Version}' docker.io), iptables"
}

start_engine() {
  begin engine 'starting'
  local log=$logs/dockerd.log pid=0 answer
  mkdir -p "$logs"
  started_engine=yes
  # Installing it may have started it.
  if ! engine ping >/dev/null 2>&1 </dev/null && ! is_engine_alive; then
    if has_systemd; then
      as_root systemctl start docker >"$log" 2>&1 </dev/null
    else
      : >"$log"
      # In a session of its own, so that Ctrl-C here does not reach it; dockerd's own pid, not sudo's.
      pid=$(as_root sh -c 'setsid dockerd >>"$1" 2>&1 </dev/null & echo $!' sh "$log")
    fi
  fi
  answer=$(open_and_wait "$pid" 2>>"$log" </dev/null) ||
    fail_step "$log" 'The engine did not start.' 'A container without privileges cannot run one: set DOCKER_HOST to an engine outside.'
  end_step "$answer (started)"
}

is_engine_alive() { [ -d "/proc/$(cat $pid_file 2>/dev/null || echo none)" ]; }

# An engine that was installed and started for whoever runs this is opened to their group until it is started again.
open_and_wait() {
  engine wait 60 "$1" && return
  [ $? = 3 ] && as_root chgrp "$(id -gn)" /var/run/docker.sock && engine ping
}

how_to_stop_engine() {
  if has_systemd; then
    echo 'systemctl stop docker.socket docker'
  else
    echo "kill \$(cat $pid_file)"
  fi
}

stop_engine() { # and waits until it is gone
  begin engine 'stopping'
  if has_systemd; then
    as_root systemctl stop docker.socket docker.service
  else
    # The shell's kill: a small Debian has no other.
    as_root sh -c 'kill "$(cat "$1")"' sh $pid_file && wait_until_gone
  fi >>"$logs/dockerd.log" 2>&1 </dev/null || {
    end_step "does not stop; see $logs/dockerd.log"
    return
  }
  end_step 'stopped'
}

# The engine removes its pid file last. Its process may stay as a zombie where the first process of a container reaps none.
wait_until_gone() {
  local tries=300
  while [ -e $pid_file ] && [ $((tries -= 1)) -gt 0 ]; do sleep 0.1; done
  [ ! -e $pid_file ]
}
