# Licensed under the Apache License, Version 2.0; see LICENSE.
# SPDX-License-Identifier: Apache-2.0
#
# One image with every executable: docker build -t business-central-sales-sync .

FROM swift:6.3-bookworm AS build
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        librdkafka-dev liblmdb-dev libsimdjson-dev libyaml-dev libmicrohttpd-dev libssl-dev pkg-config \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /source
COPY . .
RUN swift build -c release --static-swift-stdlib
# Executables find their resources (mappings, topics) in the folders beside them.
RUN mkdir /stage \
    && find "$(swift build -c release --static-swift-stdlib --show-bin-path)" -maxdepth 1 \
        \( -type f -executable ! -name '*.so' -o -type d -name '*.resources' \) -exec cp -r {} /stage/ \; \
    && find /stage -maxdepth 1 -type f -exec strip {} + \
    && cp Scripts/ready LICENSE NOTICE /stage/

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        librdkafka1 liblmdb0 libsimdjson14 libyaml-0-2 libmicrohttpd12 libssl3 libstdc++6 ca-certificates \
    && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --home-dir /var/lib/sync --shell /usr/sbin/nologin sync \
    && install -d -o sync -g sync /var/lib/sync
COPY --from=build /stage/ /opt/sync/
ENV PATH=/opt/sync:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    SYNC_HTTP=0.0.0.0:8080 \
    SYNC_STATE_DIR=/var/lib/sync
USER sync
WORKDIR /var/lib/sync
# A worker's state: a cache of its compacted topics, so losing it costs a replay and nothing else.
VOLUME /var/lib/sync
EXPOSE 8080
CMD ["syncctl", "--help"]
