# The worker image: everything, with torch and bubblewrap. The sandbox makes user namespaces:
# the container needs a seccomp profile that allows them, or the sandbox falls to its next rung.
FROM python:3.11-slim
RUN apt-get update && apt-get install -y --no-install-recommends bubblewrap \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --create-home --uid 10001 assay
WORKDIR /assay
COPY requirements/torch.txt requirements/worker.lock requirements/
RUN pip install --no-cache-dir -r requirements/torch.txt \
    && pip install --no-cache-dir --no-deps --require-hashes -r requirements/worker.lock
COPY manage.py ./
COPY registry registry
COPY analysis analysis
COPY workers workers
COPY templates templates
COPY docs docs
USER assay
ENV ASSAY_HOME=/home/assay/data PYTHONUNBUFFERED=1
CMD ["celery", "-A", "registry", "worker", "-Q", "files,cpu", "--concurrency", "1", "--loglevel", "INFO"]
