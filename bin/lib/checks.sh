# shellcheck shell=bash
# The parts of bin/test: programs that some tests want, formatter and linter, types, tests.

# So that a test that hangs ends the run with a message, before whoever runs it loses patience.
readonly TESTS_LIMIT_S=${TESTS_LIMIT_S:-2400}

# A registry, unpacked beside the clone. A test that does not find its program says so and is skipped.
need_test_programs() {
  local tools=$root/.cache/tools
  PATH=$tools/usr/bin:$tools/usr/sbin:$tools/bin:$tools/sbin:$PATH
  export PATH
  begin programs 'docker-registry'
  if command -v docker-registry >/dev/null; then
    end_step 'docker-registry (there)'
  elif has_apt && quietly programs unpack_packages "$tools" docker-registry; then
    end_step 'docker-registry (unpacked into .cache)'
  else
    end_step 'no docker-registry: some tests are skipped'
  fi
}

# An ssh client and server, installed because the server needs its user. It is not started, now or when the machine starts: a test
# starts one of its own, with a configuration of its own.
need_ssh() {
  begin ssh 'sshd, ssh'
  if [ -x /usr/sbin/sshd ] && command -v ssh >/dev/null; then
    end_step 'sshd, ssh (there)'
  elif has_apt && may_be_root && quietly ssh without_starting install_packages openssh-server openssh-client; then
    end_step 'openssh-server, openssh-client (installed)'
  else
    end_step 'no sshd: some tests are skipped'
  fi
}

# What packages ask before they start a service (invoke-rc.d(8)), unless this machine has an answer of its own.
without_starting() ( # without_starting COMMAND…
  policy=/usr/sbin/policy-rc.d
  if [ ! -e $policy ]; then
    trap 'as_root rm -f $policy' EXIT
    as_root sh -c 'printf "#!/bin/sh\nexit 101\n" >"$1" && chmod 755 "$1"' sh $policy || exit
  fi
  had_sshd=$([ ! -x /usr/sbin/sshd ] || echo yes)
  "$@" || exit
  if [ -z "$had_sshd" ] && has_systemd; then as_root systemctl disable --quiet ssh.service ssh.socket; fi
)

# Installed, not unpacked: their libraries, and the programs that a supervisor's own scripts call by the usual PATH, are not found in
# another folder. None of them starts anything by being there.
need_supervisors() {
  local missing=()
  command -v systemd-analyze >/dev/null || missing+=(systemd)
  command -v s6-svscan >/dev/null || missing+=(s6)
  command -v runsvdir >/dev/null || missing+=(runit)
  begin supervisors 'systemd-analyze, s6, runit'
  if [ ${#missing[@]} = 0 ]; then
    end_step 'systemd-analyze, s6, runit (there)'
  elif has_apt && may_be_root && quietly supervisors install_packages "${missing[@]}"; then
    end_step "${missing[*]} (installed)"
  else
    end_step "no ${missing[*]}: some tests are skipped"
  fi
  # Debian has it from 13 on.
  if has_apt && may_be_root && ! command -v s6-rc-compile >/dev/null && apt-cache show s6-rc >/dev/null 2>&1; then
    begin s6-rc
    if quietly s6-rc install_packages s6-rc; then end_step installed; else end_step 'no s6-rc: a test is skipped'; fi
  fi
}

run_checks() { # both at once, shown in order
  local lint types
  failed_checks=0
  begin checks 'format, lint, types'
  quietly types npm run --silent types &
  types=$!
  quietly lint npm run --silent lint &
  lint=$!
  wait $lint || check_failed lint
  wait $types || check_failed types
  if [ $failed_checks = 0 ]; then end_step 'format, lint and types are right'; else end_step "$failed_checks of lint and types failed"; fi
}

check_failed() { # check_failed NAME
  if live; then printf '\n'; fi
  printf '\nnpm run %s:\n' "$1"
  cat "$logs/$1.log"
  failed_checks=$((failed_checks + 1))
}

run_tests() {
  report=$root/.cache/test-report.json
  rm -f "$report"
  printf '\n'
  timeout --foreground -k 10 "$TESTS_LIMIT_S" \
    node node_modules/vitest/vitest.mjs run --reporter=default --reporter=json --outputFile.json="$report" "$@" </dev/null
  test_code=$?
  if [ $test_code = 124 ]; then printf 'The tests were ended after %s s.\n' "$TESTS_LIMIT_S"; fi
  printf '\n'
}
