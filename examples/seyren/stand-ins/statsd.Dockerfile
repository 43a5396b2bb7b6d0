FROM busybox:latest
COPY stand-in.sh /
EXPOSE 8125/udp 8126
ENTRYPOINT ["sh", "/stand-in.sh", "statsd", "8126"]
