# The web image: pages, API, mirror, beat. No torch.
FROM python:3.11-slim
RUN useradd --create-home --uid 10001 assay
WORKDIR /assay
COPY requirements/web.lock requirements/
RUN pip install --no-cache-dir --no-deps --require-hashes -r requirements/web.lock
COPY manage.py ./
COPY registry registry
COPY analysis/__init__.py analysis/catalog.py analysis/contract.py analysis/metrics.py \
     analysis/text.py analysis/verdicts.py analysis/
COPY analysis/cards analysis/cards
COPY templates templates
USER assay
ENV ASSAY_HOME=/home/assay/data PYTHONUNBUFFERED=1
EXPOSE 8000
CMD ["gunicorn", "registry.wsgi", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", "--workers", "2", "--threads", "8"]
