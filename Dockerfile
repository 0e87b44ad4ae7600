# One image for every process of ours: the workspace with its links, and Node running TypeScript as it stands.
# What runs in a container is said in docker-compose.yml.

# Everything the lockfile names, downloaded once and cached until the lockfile changes.
FROM node:24-bookworm-slim AS packages
WORKDIR /app
RUN npm install --global --silent pnpm@12
ENV CI=true
COPY package.json pnpm-lock.yaml pnpm-workspace.yaml ./
# Only the store is wanted: what `fetch` links into node_modules includes the development dependencies.
RUN pnpm fetch --ignore-scripts && rm -rf node_modules

# The control room's page: needs Vite, which must not travel on.
FROM packages AS page
COPY . .
RUN pnpm install --offline --frozen-lockfile --ignore-scripts --filter @ballast/demo... \
 && pnpm --filter @ballast/demo build

# The workspace as it runs: production dependencies alone, linked, not copied, since Node strips no types under
# node_modules. Source maps, type declarations and sources of dependencies are only read by editors.
FROM packages AS workspace
COPY . .
RUN pnpm install --prod --offline --frozen-lockfile --ignore-scripts --filter "{./services/*}..." --filter @ballast/demo... \
 && find node_modules -type f \( -name '*.map' -o -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' -o -name '*.md' \) -delete
COPY --from=page /app/demo/control-room/dist demo/control-room/dist
# Every program is loaded once, up to the point where it misses its configuration: what Node compiles on the way is
# kept, and a third of the start-up time with it. A killed service is back that much sooner.
ENV NODE_COMPILE_CACHE=/app/.compile-cache
RUN for main in services/*/src/main.ts demo/load-balancer/main.ts demo/load-generator/main.ts demo/control-room/server/main.ts; do \
      OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:9 node --import ./packages/telemetry/src/register.ts "$main" >/dev/null 2>&1 || true; \
    done; test -d .compile-cache

FROM node:24-bookworm-slim
WORKDIR /app
# Owned by root and read by `node`: a service can't change its own code.
COPY --from=workspace /app /app
# A volume mounted here takes over the owner: the flags file and the chaos token.
RUN mkdir /run/ballast && chown node:node /run/ballast
ENV NODE_ENV=production NODE_COMPILE_CACHE=/app/.compile-cache
USER node
