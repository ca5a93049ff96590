# The hub and its Airflow: one image for every service of docker-compose.yml. No secret is in it, and none is needed
# to build it. Pin the base by digest as well where your registry vouches for one:
#   docker build --build-arg PYTHON=3.11.13-slim-bookworm@sha256:… .
ARG PYTHON=3.11.13-slim-bookworm

FROM python:${PYTHON} AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /opt/hub
# Every file proven by its hash: what the hub needs to run, and setuptools to make its own package known.
COPY requirements.lock ./
COPY deploy/requirements.lock deploy/
RUN python -m venv /opt/venv \
    && /opt/venv/bin/pip install --require-hashes -r deploy/requirements.lock \
    && awk '/^setuptools==/ {on = 1} on {print} on && !/\\$/ {exit}' requirements.lock > /tmp/build.txt \
    && /opt/venv/bin/pip install --require-hashes -r /tmp/build.txt
COPY . .
RUN /opt/venv/bin/pip install --no-deps --no-build-isolation -e . \
    && /opt/venv/bin/pip uninstall --yes setuptools \
    && /opt/venv/bin/python -m compileall -q /opt/hub

FROM python:${PYTHON}
ENV PATH=/opt/venv/bin:$PATH \
    HOME=/tmp \
    HUB_HOME=/var/lib/hub \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1
# The folders that become volumes: a fresh volume takes their owner.
RUN groupadd --gid 10001 hub \
    && useradd --uid 10001 --gid hub --no-create-home --home-dir /tmp --shell /usr/sbin/nologin hub \
    && install -d -o hub -g hub -m 0750 /var/lib/hub /var/lib/hub/landing /var/lib/hub/data-docs /var/log/hub
COPY --from=build /opt/venv /opt/venv
COPY --from=build /opt/hub /opt/hub
WORKDIR /opt/hub
USER 10001:10001
# For a container by itself; each service of docker-compose.yml has a check of its own.
HEALTHCHECK --interval=30s --timeout=15s --start-period=120s --retries=4 \
    CMD ["python", "-m", "deploy.healthy", "http://localhost:8080/api/v2/monitor/health", "metadatabase"]
CMD ["airflow", "api-server"]
