import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { expect, test } from 'vitest'
import { cacheDir, componentDir, componentPath, isBuilt, neo4jLib } from '../../../stack/components.ts'

test('keeps each build in a folder of its version and module files', () => {
  expect(basename(componentDir('prometheus', '/cache'))).toMatch(/^prometheus-3\.14\.0-[0-9a-f]{12}$/)
  expect(componentDir('prometheus', '/cache')).toBe(componentDir('prometheus', '/cache'))
})

test('says what is missing and how to get it, until it is there', () => {
  const cache = mkdtempSync(join(tmpdir(), 'spanledger-cache-'))
  expect(() => componentPath('promtool', cache)).toThrow(
    /^prometheus 3\.14\.0 is not built .*`make install` builds it with go$/,
  )
  expect(() => neo4jLib(cache)).toThrow('builds it with mvn')
  mkdirSync(componentDir('prometheus', cache))
  expect(isBuilt('prometheus', cache)).toBe(true)
  expect(componentPath('promtool', cache)).toBe(join(componentDir('prometheus', cache), 'promtool'))
  rmSync(cache, { recursive: true })
})

test('takes the cache folder from SPANLEDGER_CACHE', () => {
  expect(cacheDir({ SPANLEDGER_CACHE: '/elsewhere' })).toBe('/elsewhere')
  expect(cacheDir({})).toMatch(/\/\.cache\/spanledger$/)
})
