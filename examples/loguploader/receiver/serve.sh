#!/bin/sh
rm -f /uploads/.part.* # of uploads that its last end has cut off
echo "receiving on port 8080"
httpd -f -p 8080 -h /www &
# The first process of a container gets no default handling of signals.
trap 'kill $!; exit 0' TERM INT
wait $!
