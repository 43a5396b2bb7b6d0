# shellcheck shell=bash
# Debian packages, as root or through sudo. Nothing here is done unless something is missing.

has_apt() { command -v apt-get >/dev/null; }

may_be_root() {
  if [ "$(id -u)" = 0 ]; then return 0; fi
  command -v sudo >/dev/null || return 1
  if interactive; then sudo -v; else sudo -n true 2>/dev/null; fi
}

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

refresh_package_lists() { # once a run
  [ -z "${lists_are_fresh:-}" ] || return 0
  as_root apt-get -q update || return
  lists_are_fresh=yes
}

install_packages() {
  refresh_package_lists &&
    as_root env DEBIAN_FRONTEND=noninteractive \
      apt-get -q -y -o DPkg::Lock::Timeout=120 install --no-install-recommends "$@"
}

# Unpacks packages into a folder instead of installing them: nothing is started, and the machine stays as it is.
unpack_packages() { # unpack_packages FOLDER PACKAGE…
  local folder=$1 fetched
  shift
  fetched=$(mktemp -d) || return
  (
    trap 'rm -rf "$fetched"' EXIT
    cd "$fetched" || exit
    download_packages "$@" || { refresh_package_lists && download_packages "$@"; } || exit
    mkdir -p "$folder" || exit
    for package in *.deb; do dpkg-deb -x "$package" "$folder" || exit; done
  )
}

# As whoever runs this: apt's own user may not write to the folder.
download_packages() { apt-get -q -o APT::Sandbox::User="$(id -un)" download "$@"; }

# The archive this machine takes Debian's own packages from, or nothing (Ubuntu).
debian_mirror() {
  apt-get indextargets --format '$(ORIGIN) $(LABEL) $(REPO_URI)' 'Created-By: Packages' 2>/dev/null |
    awk '$1 == "Debian" && $2 == "Debian" && $3 ~ /^https?:/ { print $3; exit }'
}
