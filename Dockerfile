# The workflow with every version pinned, for a user without rights:
#   docker build -t semispectral .                     on processors
#   docker build -t semispectral --build-arg GPU=1 .   with CUDA's packages; run it with --gpus all
# docs/howto/image.md says how it is used, and with Apptainer.
FROM python:3.12-slim-bookworm AS built
ARG GPU=0
WORKDIR /opt/semispectral
COPY locks locks
COPY envs envs
RUN PYTHON=python3 sh envs/install.sh new locks/$([ "$GPU" = 0 ] && echo run || echo gpu).lock
COPY . .
RUN .venv/bin/python -I -m pip install --quiet --no-deps --no-build-isolation -e .
# The user of the image may not write here: without this, each job would compile all that it imports. Some packages have
# files that are no Python of this version.
RUN .venv/bin/python -I -m compileall -q -j 0 --invalidation-mode unchecked-hash .venv/lib src || true

FROM python:3.12-slim-bookworm
ARG VERSION=0.2.0
LABEL org.opencontainers.image.title="semispectral" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.licenses="BSD-3-Clause"
COPY --from=built /opt/semispectral /opt/semispectral
# rasterio's wheel looks for libexpat, which slim images leave out.
RUN apt-get update -q && apt-get install -y -q --no-install-recommends libexpat1 && rm -rf /var/lib/apt/lists/*
RUN useradd --create-home --uid 1000 geologist && mkdir /study && chown geologist /study
# Caches go where any user of the image may write.
ENV PATH=/opt/semispectral/.venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    MPLCONFIGDIR=/tmp/matplotlib \
    XDG_CACHE_HOME=/tmp/cache
USER geologist
WORKDIR /study
ENTRYPOINT ["semispectral"]
CMD ["--help"]
