// The browser that page tests use. In: CHROMIUM_BIN. Out: its path, and what is missing for such tests, in words.
import { existsSync } from 'node:fs'
import { builtPage } from './viewer.ts'

export const CHROMIUM = process.env.CHROMIUM_BIN ?? '/usr/bin/chromium'

export const missingForPages = (): string[] =>
  [existsSync(CHROMIUM) ? '' : `no ${CHROMIUM}`, builtPage() ? '' : 'the page is not built'].filter(Boolean)
