#!/bin/sh
# Uploads the file $LOG to the linked receiver as $NAME (else under its own name). Succeeds only when the receiver says that all of it is stored.
name=${NAME:-$(basename "$LOG")}
url=http://$RECEIVER_PORT_8080_TCP_ADDR:$RECEIVER_PORT_8080_TCP_PORT/cgi-bin/upload?$name

[ -f "$LOG" ] || { echo "there is no $LOG" >&2; exit 2; }
size=$(wc -c <"$LOG")
answer=$(wget -q -O - --post-file "$LOG" "$url") || { echo "uploading $LOG to $url failed" >&2; exit 1; }
[ "$answer" = "stored $size bytes" ] || { echo "$LOG has $size bytes, but the receiver says: $answer" >&2; exit 1; }
echo "uploaded $LOG as $name, $size bytes"
