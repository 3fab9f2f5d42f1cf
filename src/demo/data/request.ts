// One request to plan a trace for: everything that was decided about it before its spans are made.
import type { DemoModel } from './distributions.ts'
import type { Agent, Department, Organisation } from './fleet.ts'
import type { Incidents } from './incidents.ts'
import type { CallFate } from './model-call.ts'

export interface Request {
  organisation: Organisation
  department: Department
  agent: Agent
  version: string
  model: DemoModel
  feature: string
  dealId: string
  startUs: number
  durationUs: number
  fate: CallFate
  inputFactor: number
  incidents: Incidents
}
