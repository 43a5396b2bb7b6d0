# shellcheck shell=bash
# The two images that examples and tests are built from. Pulled where a registry can be reached, else made from Debian packages:
# busybox from busybox-static, with one link per applet; debian:bookworm-slim by debootstrap.

need_images() {
  begin images 'looking'
  local missing image
  missing=$(engine missing busybox:latest debian:bookworm-slim </dev/null) || die 'The engine does not list its images.'
  if [ -z "$missing" ]; then
    end_step 'busybox, debian:bookworm-slim (there)'
    return
  fi
  if live; then printf '\r\033[K'; fi
  for image in $missing; do need_image "$image"; done
}

need_image() {
  begin image "pulling $1"
  if [ -z "${registry_is_away:-}" ] && quietly pull engine pull "$1"; then
    end_step "$1 (pulled)"
    return
  fi
  registry_is_away=yes
  if live; then printf '\r\033[K'; fi
  begin image "$1 cannot be pulled; making it from Debian packages"
  has_apt || fail_step "$logs/pull.log" "$1 cannot be pulled, and without apt-get it cannot be made from Debian packages."
  local made
  made=$(mktemp -d -p /var/tmp) || die 'There is no room in /var/tmp.'
  images_folder=$made
  case $1 in
    busybox:*) quietly image make_busybox "$1" "$made" ;;
    debian:*) quietly image make_debian "$1" "$made" ;;
  esac || {
    local code=$?
    remove_images_folder
    (exit $code)
  } || fail_step "$logs/image.log" "$1 can be neither pulled nor made from Debian packages." "Why it was not pulled: $(tail -n 1 "$logs/pull.log")"
  remove_images_folder
  end_step "$1 (made from Debian packages)"
}

# Also called when a run is interrupted.
remove_images_folder() {
  [ -z "${images_folder:-}" ] || as_root rm -rf --one-file-system "$images_folder" 2>/dev/null
  images_folder=
}

make_busybox() { # make_busybox IMAGE FOLDER
  local tree=$2/tree applet
  unpack_packages "$2/package" busybox-static || return
  mkdir -p "$tree"/{bin,dev,etc,home,proc,root,sys,tmp,usr/bin,usr/sbin,var/spool/mail,var/www} || return
  chmod 1777 "$tree/tmp"
  mv "$(find "$2/package" -path '*/bin/busybox' -type f)" "$tree/bin/busybox" || return
  for applet in $("$tree/bin/busybox" --list); do ln -s busybox "$tree/bin/$applet" 2>/dev/null; done
  printf 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/home:/bin/false\n' >"$tree/etc/passwd"
  printf 'root:x:0:\nnogroup:x:65534:\n' >"$tree/etc/group"
  import_tree "$1" "$tree" 'CMD ["sh"]'
}

make_debian() { # make_debian IMAGE FOLDER
  local tree=$2/tree mirror
  may_be_root || { echo 'debootstrap takes root' && return 1; }
  # Ubuntu's debootstrap knows Debian, but not the keys of its archive.
  command -v debootstrap >/dev/null && [ -f /usr/share/keyrings/debian-archive-keyring.gpg ] ||
    install_packages debootstrap debian-archive-keyring || return
  mirror=$(debian_mirror)
  as_root env DEBIAN_FRONTEND=noninteractive \
    debootstrap --variant=minbase --keyring=/usr/share/keyrings/debian-archive-keyring.gpg bookworm "$tree" ${mirror:+"$mirror"} || return
  as_root sh "$root/bin/lib/slim-debian.sh" "$tree" || return
  import_tree "$1" "$tree" 'CMD ["bash"]'
}

import_tree() { # import_tree IMAGE FOLDER CHANGE
  as_root tar --numeric-owner --xattrs -C "$2" -c . | engine import "$1" "$3" 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
}
