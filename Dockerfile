# Runs with a read-only root file system: docker run --read-only --tmpfs /tmp -v chartroom:/data …
FROM node:20-bookworm-slim AS pages
WORKDIR /src/frontend-stub
COPY frontend-stub/package.json frontend-stub/package-lock.json frontend-stub/.npmrc ./
RUN npm ci --no-fund --no-audit
COPY schema.graphql /src/schema.graphql
COPY frontend-stub ./
RUN npm run build

# The Python that the tests run on.
FROM python:3.11-slim-bookworm AS build
WORKDIR /src
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1

# The build backend comes out of the full lock, into an environment that stays behind in this stage.
COPY requirements.lock requirements.runtime.lock ./
RUN python -m venv /opt/build && /opt/build/bin/pip install --require-hashes --no-deps -r requirements.lock
RUN python -m venv --without-pip /opt/chartroom \
 && /opt/build/bin/pip --python /opt/chartroom/bin/python install --require-hashes --no-deps -r requirements.runtime.lock

COPY pyproject.toml README.md ./
COPY app app
COPY migrations migrations
COPY --from=pages /src/app/pages_built app/pages_built
RUN /opt/build/bin/pip wheel --no-deps --no-build-isolation --wheel-dir /wheels . \
 && /opt/build/bin/pip --python /opt/chartroom/bin/python install --no-deps --no-index /wheels/*.whl

FROM python:3.11-slim-bookworm
ARG VERSION=0.1.0
LABEL org.opencontainers.image.title="Chartroom" \
      org.opencontainers.image.description="A chart store over OCI registries: a GraphQL API that pulls Helm charts and shows them" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}"

COPY --from=build /opt/chartroom /opt/chartroom
# A numeric owner, so that Kubernetes can tell that it is not root; the volume starts out as its own.
RUN install -d -o 10001 -g 10001 -m 0750 /data
ENV PATH=/opt/chartroom/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    HOME=/tmp \
    CHARTROOM_HOST=0.0.0.0 \
    CHARTROOM_PORT=8000 \
    CHARTROOM_DATA_DIR=/data
WORKDIR /data
USER 10001:10001
VOLUME ["/data"]
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 \
  CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen('http://127.0.0.1:' + os.environ['CHARTROOM_PORT'] + '/livez', timeout=4).close()"]
ENTRYPOINT ["chartroom"]
CMD ["serve"]
