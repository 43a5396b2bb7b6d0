#!/bin/sh
# Uploads every file in /logs/waiting to the linked receiver, and moves it to /logs/done once the receiver has answered that
# exactly these bytes are stored. Wherever this is killed, a file still waits or it is stored. One that is both is uploaded
# again, and the receiver answers as before. Ends with 1 when a file has to wait for the next run.
trap 'exit 143' TERM # when the file at hand is done; the first process of a container would not hear it otherwise

# By nc, because busybox's wget sends a file as text: not beyond the first byte that is 0.
upload() {
  case $1 in
    *[!A-Za-z0-9._-]*) answer='a name is letters, digits, ".", "_" and "-"' && return 1 ;;
  esac
  size=$(wc -c <"$1") && sum=$(sha256sum <"$1") && sum=${sum%% *} || return
  answer=$(
    { printf 'POST /cgi-bin/upload?%s&%s HTTP/1.0\r\nContent-Length: %s\r\n\r\n' "$1" "$sum" "$size" && cat "$1"; } |
      nc "$RECEIVER_PORT_8080_TCP_ADDR" "$RECEIVER_PORT_8080_TCP_PORT" | tail -n 1
  )
  [ "$answer" = "stored $sum" ] && mv "$1" ../done/
}

cd /logs/waiting || exit 2
code=0
for name in *; do
  [ -f "$name" ] || continue
  answer=
  if upload "$name"; then
    echo "uploaded $name"
  else
    echo "$name goes on waiting: ${answer:-no answer}" >&2
    code=1
  fi
done
exit $code
