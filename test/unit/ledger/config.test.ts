// What the ledger refuses to start with, in words that name the variable and show no secret.
import { expect, it } from 'vitest'
import { loadLedgerConfig } from '../../../src/ledger/config.ts'

it.each(['postgres//spanledger_writer:hunter2@db/spanledger', 'host=db password=hunter2', 'mysql://root:hunter2@db'])(
  'names a database URL that is none, says how to write it, and does not show it: %s',
  (url) => {
    const load = () => loadLedgerConfig({ LEDGER_DATABASE_URL: url })
    expect(load).toThrow('LEDGER_DATABASE_URL: must be a URL like postgres://user:password@host:5432/spanledger')
    expect(load).not.toThrow(/hunter2/)
  },
)
