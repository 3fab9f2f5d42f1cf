// The names and sizes the fleet is built from: organisations, departments with their people and intents, agent roles.

export interface Blueprint {
  orgId: string
  name: string
  share: number
  departments: number
  agentsEach: readonly [least: number, most: number]
  deals: readonly string[]
}

export const BLUEPRINTS: readonly Blueprint[] = [
  {
    orgId: 'acme',
    name: 'Acme Capital',
    share: 0.7,
    departments: 10,
    agentsEach: [8, 10],
    deals: ['falcon', 'heron', 'kestrel', 'osprey', 'merlin', 'harrier', 'curlew', 'plover'],
  },
  {
    orgId: 'globex',
    name: 'Globex Partners',
    share: 0.2,
    departments: 4,
    agentsEach: [3, 4],
    deals: ['atlas', 'orion', 'vega', 'lyra'],
  },
  {
    orgId: 'initech',
    name: 'Initech Advisory',
    share: 0.1,
    departments: 3,
    agentsEach: [3, 4],
    deals: ['juniper', 'maple', 'alder'],
  },
]

export const DEPARTMENTS: readonly { name: string; share: number; owner: string; intents: readonly string[] }[] = [
  {
    name: 'legal',
    share: 0.17,
    owner: 'Ada Holm',
    intents: ['review_contract', 'find_clause', 'compare_drafts', 'check_compliance', 'summarise'],
  },
  {
    name: 'finance',
    share: 0.16,
    owner: 'Ben Okoro',
    intents: ['explain_figures', 'build_model', 'find_variance', 'forecast', 'summarise'],
  },
  {
    name: 'due-diligence',
    share: 0.14,
    owner: 'Carla Reyes',
    intents: ['find_risk', 'ask_data_room', 'compare_documents', 'list_gaps', 'summarise'],
  },
  {
    name: 'sales',
    share: 0.11,
    owner: 'Dev Patel',
    intents: ['draft_message', 'research_buyer', 'answer_question', 'summarise', 'plan_call'],
  },
  {
    name: 'research',
    share: 0.1,
    owner: 'Eva Lind',
    intents: ['research_market', 'extract_data', 'summarise', 'find_source', 'translate'],
  },
  {
    name: 'operations',
    share: 0.09,
    owner: 'Finn Moore',
    intents: ['answer_question', 'plan_task', 'find_document', 'summarise', 'escalate'],
  },
  {
    name: 'hr',
    share: 0.07,
    owner: 'Gita Rao',
    intents: ['answer_policy', 'draft_message', 'screen_profile', 'summarise', 'plan_task'],
  },
  {
    name: 'it',
    share: 0.06,
    owner: 'Hugo Klein',
    intents: ['solve_ticket', 'explain_system', 'write_query', 'find_document', 'escalate'],
  },
  {
    name: 'marketing',
    share: 0.05,
    owner: 'Iris Novak',
    intents: ['draft_message', 'rewrite', 'research_market', 'translate', 'summarise'],
  },
  {
    name: 'risk',
    share: 0.05,
    owner: 'Jan Visser',
    intents: ['find_risk', 'check_compliance', 'explain_figures', 'list_gaps', 'summarise'],
  },
]

export const INTENT_SHARES = [0.38, 0.26, 0.17, 0.12, 0.07]
export const ROLES = [
  'assistant',
  'analyst',
  'reviewer',
  'researcher',
  'extractor',
  'drafter',
  'navigator',
  'checker',
  'planner',
  'scribe',
  'guide',
  'scout',
]
export const USERS_PER_SEGMENT: Readonly<Record<string, number>> = { power: 14, regular: 110, occasional: 60, new: 36 }
