# The web image: pages, API, mirror, beat. No torch.
FROM python:3.11-slim
RUN useradd --create-home --uid 10001 assay
WORKDIR /assay
COPY requirements/web.lock requirements/
RUN pip install --no-cache-dir --no-deps --require-hashes -r requirements/web.lock
COPY manage.py ./
COPY registry registry
COPY analysis analysis
COPY templates templates
COPY docs docs
RUN ASSAY_SECRET_KEY=unused ASSAY_STATIC=/assay/static python manage.py collectstatic --noinput
ENV ASSAY_STATIC=/assay/static
USER assay
ENV ASSAY_HOME=/home/assay/data PYTHONUNBUFFERED=1
EXPOSE 8000
CMD ["gunicorn", "registry.wsgi", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", "--workers", "2", "--threads", "8"]
