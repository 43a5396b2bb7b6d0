FROM busybox:latest
COPY stand-in.sh /
EXPOSE 8080
ENTRYPOINT ["sh", "/stand-in.sh", "seyren", "8080"]
