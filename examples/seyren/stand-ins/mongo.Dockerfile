FROM busybox:latest
COPY stand-in.sh /
EXPOSE 27017
ENTRYPOINT ["sh", "/stand-in.sh", "mongo", "27017"]
