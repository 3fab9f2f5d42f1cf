# One image for all services of this repository; docker-compose.yml gives each its command.
FROM node:24-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
# The optional packages are Node itself, for machines with an older one. Why not `npm ci`: see stack/npm-install.mjs.
RUN npm install --no-save --omit=dev --omit=optional --no-audit --no-fund --loglevel=error

FROM node:24-bookworm-slim AS spanledger
ENV NODE_ENV=production
WORKDIR /app
COPY --from=dependencies /app/node_modules node_modules
COPY package.json ./
COPY grafana grafana
COPY instrumentation instrumentation
COPY migrations migrations
COPY prometheus prometheus
COPY src src
COPY stack stack
RUN mkdir -p /var/lib/demo && chown node:node /var/lib/demo
USER node
