// Writes grafana/generated/<uid>.json from dashboards/*.ts. `--check` writes nothing and fails on a difference.
import { readFile, writeFile } from 'node:fs/promises'
import { DASHBOARDS } from './dashboards/index.ts'
import { buildDashboard } from './kit/dashboard.ts'

const check = process.argv.includes('--check')
for (const builder of DASHBOARDS) {
  const dashboard = buildDashboard(builder)
  const file = new URL(`generated/${dashboard.uid}.json`, import.meta.url)
  const json = `${JSON.stringify(dashboard, null, 2)}\n`
  if (!check) await writeFile(file, json)
  else if ((await readFile(file, 'utf8').catch(() => '')) !== json) {
    console.error(`${dashboard.uid}.json is not what grafana/dashboards builds: run \`node grafana/build.ts\``)
    process.exitCode = 1
  }
}
