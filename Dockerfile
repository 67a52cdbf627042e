# Two images: `worker` with torch, and `web`, the default, light and without it.

# The page's JavaScript.
FROM node:24-slim AS page
WORKDIR /metamerlab
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY static static
COPY synthesis/starter/pictures.json synthesis/starter/pictures.json
RUN npm run vendor

FROM python:3.11-slim AS program
WORKDIR /metamerlab
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY app app
COPY synthesis synthesis
RUN pip install --no-cache-dir --constraint constraints.txt --editable .
COPY migrations migrations
RUN useradd --create-home metamerlab \
    && mkdir var /home/metamerlab/.cache && chown metamerlab var /home/metamerlab/.cache

FROM program AS worker
RUN pip install --no-cache-dir --constraint constraints.txt --editable '.[synthesis]'
USER metamerlab
CMD ["metamerlab", "worker"]

FROM program AS web
COPY templates templates
COPY --from=page /metamerlab/static static
USER metamerlab
EXPOSE 8000
CMD ["sh", "-c", "metamerlab db upgrade && exec metamerlab serve --host 0.0.0.0 --port 8000"]
