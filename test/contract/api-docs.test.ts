// The api's README says what the code does: variables, error codes, routes.
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { createApi } from '../../src/api/api.ts'
import { loadApiConfig, shape } from '../../src/api/config.ts'
import { systemClock } from '../../src/shared/clock.ts'
import { ERRORS } from '../../src/shared/errors.ts'
import { createLogger } from '../../src/shared/logger.ts'

const readme = readFileSync('src/api/README.md', 'utf8')

describe('src/api/README.md', () => {
  it('names every variable and no other', () => {
    const named = [...readme.matchAll(/^\| `(API_\w+)` \| (?:`([^`]*)`|(\w*)) \|/gm)]
    expect(named.map((match) => match[1])).toEqual(Object.keys(shape))
  })
  it('names the defaults', () => {
    for (const [name, schema] of Object.entries(shape)) {
      const { success, data } = schema.safeParse(undefined)
      const written = success ? (data === undefined ? '' : `\`${data}\``) : 'required'
      expect(readme, name).toContain(`| \`${name}\` | ${written} |`)
    }
  })
  it('names every error code', () => {
    for (const code of Object.keys(ERRORS)) expect(readme).toContain(`\`${code}\``)
  })
  it('names every route of the OpenAPI document', async () => {
    const config = loadApiConfig({
      API_DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none',
      API_WEBHOOK_TOKEN: 'token',
      API_JWT_SECRET: 'x'.repeat(32),
    })
    const api = createApi(config, { clock: systemClock, logger: createLogger('api', 'silent') })
    for (const { path } of api.routes) {
      const words = path.replace(/\/\{\w+\}\/(snooze|resolve|note|link)$/, '/{fingerprint}/acknowledge')
      expect(readme).toContain(words)
    }
    await api.close()
  })
})
