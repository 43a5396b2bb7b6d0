#!/bin/sh
# stand-in.sh NAME PORT: stands in for NAME. Prints the variables it was given, then answers HTTP on PORT until it is stopped.
echo "stand-in for $1 on port $2, given:"
env | sort
mkdir -p /www
echo "This is a stand-in for $1." >/www/index.html
if [ -n "${MONGO_PORT_27017_TCP_ADDR:-}" ]; then
  echo "mongo answers: $(wget -q -O - "http://$MONGO_PORT_27017_TCP_ADDR:$MONGO_PORT_27017_TCP_PORT/" 2>&1)"
fi
httpd -f -p "$2" -h /www &
# The first process of a container gets no default handling of signals.
trap 'kill $!; exit 0' TERM INT
wait $!
