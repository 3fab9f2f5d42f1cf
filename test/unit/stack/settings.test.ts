import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ensureEnvFile, readEnvFile, stackEnvironment } from '../../../stack/env-file.ts'
import { generateSecrets, loadSettings, PORTS, SECRETS } from '../../../stack/settings.ts'

describe('settings', () => {
  test('defaults every port and takes every secret', () => {
    const settings = loadSettings({ ...generateSecrets({}), LEDGER_PORT: '5500', LEDGER_LOG_LEVEL: 'debug' })
    expect(settings.ports).toMatchObject({ LEDGER_PORT: 5500, API_PORT: 4500, POSTGRES_PORT: 54329 })
    expect(Object.keys(settings.ports)).toEqual(Object.keys(PORTS))
    expect(Object.keys(settings.secrets)).toEqual(Object.keys(SECRETS))
    expect(settings.given.LEDGER_LOG_LEVEL).toBe('debug')
  })

  test('names every missing secret and malformed port at once', () => {
    const { LEDGER_TOKEN: _, ...rest } = generateSecrets({})
    expect(() => loadSettings({ ...rest, API_PORT: 'high', DEMO_PORT: '70000' })).toThrow(
      /API_PORT: .*\n.*DEMO_PORT: .*\n.*LEDGER_TOKEN: required, but not set/,
    )
  })

  test('generates secrets that differ each time, need no escaping in a URL and are no option on a command line', () => {
    const [first, second] = [generateSecrets({}), generateSecrets({})]
    for (const name of Object.keys(SECRETS) as (keyof typeof SECRETS)[]) {
      expect(first[name]).not.toBe(second[name])
      if (name !== 'DEMO_API_KEYS' && name !== 'COLLECTOR_SENDERS') expect(first[name]).toMatch(/^[0-9a-f]{32,}$/)
    }
    expect(generateSecrets(first)).toEqual({})
  })
})

describe('.env', () => {
  let dir = ''
  let file = ''
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'spanledger-env-'))
    file = join(dir, '.env')
  })
  afterEach(() => rmSync(dir, { recursive: true }))

  test('is created once, readable by its owner only', () => {
    expect(ensureEnvFile(file)).toEqual(Object.keys(SECRETS))
    expect(statSync(file).mode & 0o777).toBe(0o600)
    const text = readFileSync(file, 'utf8')
    expect(ensureEnvFile(file)).toEqual([])
    expect(readFileSync(file, 'utf8')).toBe(text)
    expect(loadSettings(readEnvFile(file)).secrets.LEDGER_TOKEN).toMatch(/^[0-9a-f]{48}$/)
  })

  test('keeps what people wrote and adds only secrets it lacks', () => {
    const mine = 'LEDGER_TOKEN=mine # kept\nLEDGER_PORT=5500\n'
    writeFileSync(file, mine)
    const added = ensureEnvFile(file)
    expect(added).not.toContain('LEDGER_TOKEN')
    expect(added).toContain('WRITER_PASSWORD')
    expect(readFileSync(file, 'utf8').startsWith(mine)).toBe(true)
    expect(readEnvFile(file)).toMatchObject({ LEDGER_TOKEN: 'mine', LEDGER_PORT: '5500' })
  })

  test('gives way to real variables, but not to empty ones', () => {
    writeFileSync(file, 'LEDGER_PORT=5500\nAPI_PORT=5600\n')
    expect(stackEnvironment(file, { LEDGER_PORT: '6600', API_PORT: '' })).toEqual({
      LEDGER_PORT: '6600',
      API_PORT: '5600',
    })
  })

  test('leaves the shell’s own variables alone, unless the file or .env.example has them', () => {
    writeFileSync(file, 'API_TYPO=in the file, so the api has to refuse it\n')
    const shell = {
      API_KEY: 'of another program',
      PATH: '/bin',
      API_TYPO: 'here',
      DEMO_MODEL: 'small',
      OTEL_LOG_LEVEL: 'debug',
    }
    expect(stackEnvironment(file, shell)).toEqual({ API_TYPO: 'here', DEMO_MODEL: 'small', OTEL_LOG_LEVEL: 'debug' })
  })
})
