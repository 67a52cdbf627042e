# The web process: light, without torch. The page's JavaScript is gathered in a first stage.
FROM node:24-slim AS page
WORKDIR /metamerlab
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY static static
COPY synthesis/starter/pictures.json synthesis/starter/pictures.json
RUN npm run vendor

FROM python:3.11-slim
WORKDIR /metamerlab
COPY pyproject.toml README.md ./
COPY app app
COPY synthesis synthesis
RUN pip install --no-cache-dir --editable .
COPY migrations migrations
COPY templates templates
COPY --from=page /metamerlab/static static
RUN useradd --create-home metamerlab && mkdir var && chown metamerlab var
USER metamerlab
EXPOSE 8000
CMD ["sh", "-c", "metamerlab db upgrade && exec metamerlab serve --host 0.0.0.0 --port 8000"]
