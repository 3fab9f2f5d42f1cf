// What the api refuses to start with, in words that name the variable and show no secret.
import { describe, expect, it } from 'vitest'
import { loadApiConfig } from '../../../src/api/config.ts'

const good = {
  API_DATABASE_URL: 'postgres://spanledger_api:p%40ss@127.0.0.1:5432/spanledger',
  API_WEBHOOK_TOKEN: 'token',
  API_JWT_SECRET: 'x'.repeat(32),
}

describe('the api’s configuration', () => {
  it.each([
    [
      'API_DATABASE_URL',
      'postgres//spanledger_api:hunter2@db/spanledger',
      'postgres://user:password@host:5432/spanledger',
    ],
    ['API_DATABASE_URL', 'host=db password=hunter2', 'postgres://user:password@host:5432/spanledger'],
    ['API_SMTP_URL', 'mail.example.com:587?hunter2', 'smtp://user:password@host:587'],
    ['API_NEO4J_URL', 'http://hunter2:7474', 'bolt://host:7687'],
  ])('names %s that is none, says how to write it, and does not show it', (name, value, example) => {
    const load = () => loadApiConfig({ ...good, [name]: value })
    expect(load).toThrow(`${name}: must be a URL like ${example}`)
    expect(load).not.toThrow(/hunter2/)
  })

  it('takes what the stack and operators write', () => {
    const urls = { API_SMTP_URL: 'smtps://user:p%40ss@mail.example.com', API_NEO4J_URL: 'neo4j+s://graph:7687' }
    expect(loadApiConfig({ ...good, ...urls })).toMatchObject({ ...good, ...urls })
    expect(loadApiConfig({ ...good, API_SMTP_URL: '', API_NEO4J_URL: '' }).API_SMTP_URL).toBeUndefined()
  })
})
