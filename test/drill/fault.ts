// What a drill case is. In: nothing. Out: the types that the faults, the runner and the report share.
import type { Drill } from './start-drill.ts'

export interface Fault {
  /** For `--only`. */
  name: string
  /** What is done to the running stack, in one line. */
  what: string
  /** The one alert that may be mailed; `orgId` when it is about one organisation. Undefined: none may. */
  alert?: string
  orgId?: string
  /** Why it cannot be run here, e.g. a program that is not installed. */
  missing?: () => string | undefined
  inject(drill: Drill): Promise<void>
  undo(drill: Drill): Promise<void>
  /** The fault lasts this long at least, so that its consequences have the time to be mailed by mistake. */
  lastsMs?: number
  /** How long the mail is awaited. */
  mailTimeoutMs?: number
  /** The alert looks back over minutes, so its resolved mail is awaited while other faults run. */
  resolvesLate?: true
}

export interface FaultReport {
  fault: Fault
  problems: string[]
  /** From the moment the rule's condition had held for its `for` to the mail's arrival. */
  mailMs?: number
  /** `for` of the rule, scaled. */
  forMs?: number
  /** From undoing the fault to the resolved mail. */
  resolvedMs?: number
  /** Alerts that fired as well and that inhibition held back. */
  heldBack: string[]
}
