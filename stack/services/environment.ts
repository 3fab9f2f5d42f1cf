// Which variables of `.env` a service gets besides those the stack sets: the ones that bear its prefix.
import { TEMPLATE_VARIABLES } from '../../prometheus/template-variables.ts'
import { SETTINGS_SHAPE } from '../settings.ts'
import type { StackContext } from './context.ts'

/** Names that belong to the stack although they bear a service's prefix; services would refuse them as unknown. */
const OURS = new Set([...Object.keys(SETTINGS_SHAPE), ...Object.keys(TEMPLATE_VARIABLES), 'LEDGER_ENDPOINT'])

export const passedOn = ({ given }: StackContext, prefixes: readonly string[]): Record<string, string> =>
  Object.fromEntries(
    Object.entries(given).filter(([name]) => prefixes.some((prefix) => name.startsWith(prefix)) && !OURS.has(name)),
  )
