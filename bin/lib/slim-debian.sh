#!/bin/sh
# Makes of a debootstrapped tree what the published debian:*-slim is: no package lists, manuals or documentation, and no service
# that starts because its package is installed.
set -eu
cd "$1"
rm -rf var/cache/apt/*.bin var/cache/apt/archives/*.deb var/lib/apt/lists/* var/log/bootstrap.log var/log/dpkg.log var/log/apt
find usr/share/doc usr/share/man usr/share/info usr/share/locale -mindepth 1 ! -type d ! -name copyright -delete 2>/dev/null || true
printf '#!/bin/sh\nexit 101\n' >usr/sbin/policy-rc.d
chmod 755 usr/sbin/policy-rc.d
mkdir -p etc/dpkg/dpkg.cfg.d etc/apt/apt.conf.d
cat >etc/dpkg/dpkg.cfg.d/slim <<'END'
force-unsafe-io
path-exclude /usr/share/doc/*
path-include /usr/share/doc/*/copyright
path-exclude /usr/share/info/*
path-exclude /usr/share/locale/*
path-exclude /usr/share/man/*
END
cat >etc/apt/apt.conf.d/slim <<'END'
Acquire::Languages "none";
Acquire::GzipIndexes "true";
Apt::AutoRemove::SuggestsImportant "false";
DPkg::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb /var/cache/apt/*.bin || true"; };
END
