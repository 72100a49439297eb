# The image holds one static binary, certificates and time zones; it has no shell and does not run as root.
#
#   docker build --build-arg VERSION="$(git describe --tags --always)" -t hirebot .

FROM --platform=$BUILDPLATFORM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=dev
ARG TARGETOS
ARG TARGETARCH
RUN CGO_ENABLED=0 GOOS=$TARGETOS GOARCH=$TARGETARCH go build -trimpath -buildvcs=false -ldflags "-s -w -X main.version=$VERSION" -o /out/hirebot ./cmd/hirebot
# A volume takes its first owner from the directory in the image: the user that the program runs as.
RUN mkdir /out/data

FROM gcr.io/distroless/static-debian12:nonroot
COPY --from=build /out/hirebot /hirebot
COPY --from=build --chown=nonroot:nonroot /out/data /data
ENV HIREBOT_DATA_DIR=/data \
    HIREBOT_HTTP_ADDR=:8080 \
    HIREBOT_OPS_ADDR=:9090
VOLUME /data
# The chat platforms' requests, and health with metrics.
EXPOSE 8080 9090
USER nonroot:nonroot
ENTRYPOINT ["/hirebot"]
