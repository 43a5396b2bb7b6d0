# shellcheck shell=bash
# From a fresh clone to a built tsfig, an engine that answers and the images that the examples and the tests stand on.
# Sourced by bin/demo and bin/test, which set $root. Each step looks first whether there is anything to do.

. "$root/bin/lib/steps.sh"
. "$root/bin/lib/debian.sh"
. "$root/bin/lib/engine.sh"
. "$root/bin/lib/images.sh"

set_up() {
  cd "$root" || exit 1
  # Where dockerd and debootstrap are, also for those whose shell leaves it out.
  PATH=$PATH:/usr/sbin:/sbin
  need_node
  need_packages
  need_build
  need_engine
  need_images
}

need_node() {
  local way=('Install Node 20 or later, with npm, from your distribution or from nodejs.org, then run this again.')
  command -v node >/dev/null || die 'Node is missing.' "${way[@]}"
  local version
  version=$(node -p process.versions.node) || die 'Node does not run.' "${way[@]}"
  [ "${version%%.*}" -ge 20 ] || die "Node 20 or later is needed; $(command -v node) is $version." "${way[@]}"
  command -v npm >/dev/null || die 'npm is missing.' 'Install the npm that belongs to your Node (Debian, Ubuntu: apt-get install npm), then run this again.'
  begin node
  end_step "$version"
}

need_packages() {
  begin packages 'npm ci'
  if node scripts/packages-match.mjs; then
    end_step 'as package-lock.json says'
    return
  fi
  # No package needs its install script here.
  quietly npm npm ci --ignore-scripts --no-audit --no-fund ||
    fail_step "$logs/npm.log" 'npm ci has failed.' 'npm must reach its registry; behind a proxy: npm config set proxy URL'
  end_step 'installed by npm ci'
}

need_build() {
  begin build 'npm run build'
  local before after
  before=$(cat dist/.stamp 2>/dev/null)
  quietly build node scripts/build.mjs || fail_step "$logs/build.log" 'The build has failed.'
  after=$(cat dist/.stamp)
  if [ "$before" = "$after" ]; then end_step 'dist is as src'; else end_step 'dist made from src'; fi
}
