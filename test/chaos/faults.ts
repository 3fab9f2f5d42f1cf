// The faults by name, each named for what happens to whom, and which of them each cycle of the long form has.
import { COLLECTOR_FAULTS, KNOWN_LOSSES } from './collector-faults.ts'
import type { Fault } from './fault.ts'
import { LEDGER_FAULTS } from './ledger-faults.ts'

export const FAULTS: Record<string, Fault> = { ...LEDGER_FAULTS, ...COLLECTOR_FAULTS, ...KNOWN_LOSSES }

/** One round of the long form: each fault at least once, the kills more often. */
export const ROUND = [
  'kill-9-ledger',
  'kill-9-collector',
  'postgres-immediate',
  'requests-cut',
  'kill-9-ledger',
  'kill-9-collector+kill-9-ledger',
  'sigterm-ledger',
  'answers-lost',
  'kill-9-ledger',
  'kill-9-collector+postgres-immediate',
  'postgres-immediate+kill-9-ledger',
  'backends-terminated',
  'identical-requests',
  'kill-9-ledger',
  'kill-9-collector',
  'max-connections',
  'clock-jump',
  'postgres-immediate',
  'disk-full',
  'no-fault',
]
