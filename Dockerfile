# syntax=docker/dockerfile:1
# Afterimage in one image: the static binary alone, as nobody in particular, with its data in /data.
#   docker build -t afterimage --build-arg VERSION="$(git describe --tags --always)" .
#   docker run -p 127.0.0.1:8080:8080 -v afterimage:/data afterimage

FROM node:22-bookworm-slim AS web
WORKDIR /src
# First what is installed, which changes less often than the sources.
COPY package.json package-lock.json .npmrc ./
COPY recorder-js/package.json recorder-js/
COPY ui/package.json ui/
COPY e2e/package.json e2e/
RUN npm ci
COPY recorder-js recorder-js
COPY ui ui
RUN npm run build -w recorder-js && npm run build -w ui

FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
COPY --from=web /src/recorder-js/dist recorder-js/dist
COPY --from=web /src/ui/dist ui/dist
ARG VERSION=development
RUN CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.version=${VERSION}" -o /out/afterimage ./cmd/afterimage
# The final image has no shell to make a folder with.
RUN mkdir -p /out/data /out/tmp && chmod 1777 /out/tmp \
 && cp /etc/ssl/certs/ca-certificates.crt /out/

FROM scratch
LABEL org.opencontainers.image.title="Afterimage" \
      org.opencontainers.image.description="Self-hosted session replay linked to what people say" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /out/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /out/tmp /tmp
# 65532 is nobody else's: a user without a name, a home or a shell.
COPY --from=build --chown=65532:65532 /out/data /data
COPY --from=build /out/afterimage /afterimage
COPY LICENSE /LICENSE
USER 65532:65532
ENV AFTERIMAGE_DATA=/data \
    AFTERIMAGE_ADDR=:8080
VOLUME /data
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=6s --start-period=20s --retries=3 CMD ["/afterimage", "healthcheck"]
ENTRYPOINT ["/afterimage"]
CMD ["serve"]
