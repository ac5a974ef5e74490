# syntax=docker/dockerfile:1
FROM python:3.13-slim-bookworm AS build
COPY --from=ghcr.io/astral-sh/uv:0.13.9 /uv /usr/local/bin/uv
ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never
WORKDIR /app
COPY pyproject.toml uv.lock ./
RUN --mount=type=cache,target=/root/.cache/uv uv sync --frozen --no-dev
COPY . .
# Reading the settings needs every variable; these are thrown away with the command, and nothing connects to them.
RUN ENVIRONMENT=development DATA_DIR=/app/var SECRET_KEY=only-to-collect-the-static-files-of-this-image-0123456789 \
    DATABASE_URL=postgresql://nowhere/holdfast REDIS_URL=redis://nowhere/0 BROKER_URL=redis://nowhere/0 \
    .venv/bin/python manage.py collectstatic --no-input

FROM python:3.13-slim-bookworm
RUN useradd --system --uid 10001 --user-group --no-create-home holdfast
ENV PATH=/app/.venv/bin:$PATH PYTHONUNBUFFERED=1 DATA_DIR=/app/var
WORKDIR /app
COPY --from=build /app /app
RUN mkdir -p var/media && chown holdfast:holdfast var/media
USER holdfast
EXPOSE 8000
STOPSIGNAL SIGTERM
CMD ["gunicorn", "inventory_site.wsgi:application", "--bind", "0.0.0.0:8000", \
    "--worker-class", "inventory_site.gunicorn_worker.PatientWorker", "--keep-alive", "0", "--preload", \
    "--workers", "2", "--threads", "4", "--graceful-timeout", "20", "--no-control-socket"]
