# syntax=docker/dockerfile:1
# Andon as a user without rights, in a file system that may be read-only: it writes to /data only.
#
#   docker build -t andon .
#   docker run --rm -it andon demo                                  # a chat on the sample plant
#   docker run -d --read-only --tmpfs /tmp --env-file .env -v andon:/data \
#     -p 127.0.0.1:8080:8080 andon                                  # Slack and Teams
#
# The whole way, three replicas behind a proxy, and what can change meanwhile: docs/deploy.md.
#
# Build arguments: EXTRAS=model adds a language model and memory; MSSQL=1 SQL Server's ODBC driver
# (the licence is Microsoft's).
ARG PYTHON=3.13

FROM python:${PYTHON}-slim AS build
ARG EXTRAS=""
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /src
RUN python -m venv /opt/andon
COPY requirements.lock requirements-model.lock requirements-databases.lock ./
RUN /opt/andon/bin/pip install --require-hashes -r requirements-databases.lock \
      -r "requirements${EXTRAS:+-model}.lock"
COPY pyproject.toml README.md LICENSE ./
COPY adapters adapters
COPY bot bot
COPY core core
RUN /opt/andon/bin/pip install --no-deps --no-build-isolation . \
 && /opt/andon/bin/python -m compileall -q /opt/andon

FROM python:${PYTHON}-slim
ARG MSSQL=""
# No versions: they are those of the base image's Debian.
# hadolint ignore=DL3008
RUN if [ -n "$MSSQL" ]; then \
      apt-get update \
      && apt-get install --yes --no-install-recommends unixodbc libgssapi-krb5-2 \
      && rm -rf /var/lib/apt/lists/*; \
    fi
RUN useradd --system --uid 10001 --home-dir /data --create-home andon
COPY --from=build /opt/andon /opt/andon
USER 10001
WORKDIR /data
VOLUME /data
ENV PATH=/opt/andon/bin:$PATH ANDON_HOME=/data ANDON_HOST=0.0.0.0 ANDON_PORT=8080 \
    MPLCONFIGDIR=/tmp/matplotlib PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s CMD ["python", "-c", \
  "from urllib.request import urlopen; urlopen('http://127.0.0.1:8080/healthz', timeout=4)"]
ENTRYPOINT ["andon"]
CMD ["serve"]
