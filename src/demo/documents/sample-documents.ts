// The data room a demo deal starts with. In: organisation and deal. Out: four documents and the facts of the graph about
// one invented company; the same deal always gets the same ones.
import { createHash } from 'node:crypto'
import type { Credential } from '../credentials.ts'
import type { GraphFact } from '../graph/deal-graph.ts'

interface Target {
  name: string
  trade: string
  city: string
  customers: [string, string, string]
  supplier: string
  chief: string
}

const target = (
  name: string,
  trade: string,
  city: string,
  customers: Target['customers'],
  supplier: string,
  chief: string,
): Target => ({
  name,
  trade,
  city,
  customers,
  supplier,
  chief,
})

const TARGETS: readonly [Target, ...Target[]] = [
  target(
    'Falcon Robotics',
    'warehouse robots',
    'Leipzig',
    ['Northwind Logistics', 'Baltic Foods', 'Helio Retail'],
    'Okada Motors',
    'Mara Lindqvist',
  ),
  target(
    'Heron Marine',
    'hull cleaning drones',
    'Aarhus',
    ['Delta Terminals', 'Seaway Lines', 'Port of Tallinn'],
    'Kelp Batteries',
    'Jonas Winther',
  ),
  target(
    'Atlas Mapping',
    'survey software',
    'Lyon',
    ['Agrico Group', 'Meadow Farms', 'Terra Coop'],
    'Silica Devices',
    'Ines Caron',
  ),
  target(
    'Orion Optics',
    'lens coatings',
    'Jena',
    ['Clearview Eyewear', 'Lumen Medical', 'Aster Cameras'],
    'Quartz Works',
    'Paul Reinhardt',
  ),
  target(
    'Juniper Foods',
    'plant drinks',
    'Ghent',
    ['Corner Markets', 'Bistro Union', 'Green Basket'],
    'Oat Mills',
    'Lotte Claes',
  ),
  target(
    'Maple Health',
    'clinic scheduling software',
    'Toronto',
    ['Lakeside Clinics', 'Nordic Dental', 'Care Partners'],
    'Cirrus Hosting',
    'Omar Haddad',
  ),
]

function targetOf({ orgId, dealId }: Credential): { target: Target; revenue: number; growth: number; year: number } {
  const digest = createHash('sha256').update(`${orgId}:${dealId}`).digest()
  const named = TARGETS.find((item) => item.name.toLowerCase().startsWith(dealId.toLowerCase()))
  const drawn = TARGETS[digest.readUInt8(0) % TARGETS.length] ?? TARGETS[0]
  return {
    target: named ?? drawn,
    revenue: 20 + (digest.readUInt8(1) % 80),
    growth: 6 + (digest.readUInt8(2) % 20),
    year: 2025,
  }
}

export function sampleDocuments(credential: Credential): { name: string; mediaType: string; text: string }[] {
  const { target, revenue, growth, year } = targetOf(credential)
  const [first, second, third] = target.customers
  return [
    {
      name: 'information-memorandum.md',
      mediaType: 'text/markdown',
      text: `# ${target.name}: information memorandum

${target.name} builds ${target.trade} in ${target.city} and employs 240 people. ${target.chief} leads ${target.name} since 2017.

Revenue in ${year} was ${revenue}.4 million euros, ${growth} percent more than in the year before. The operating margin was 14 percent.

The shareholders want to sell all shares. Binding offers are due on 30 September ${year + 1}.`,
    },
    {
      name: 'customer-contracts.md',
      mediaType: 'text/markdown',
      text: `# Customer contracts of ${target.name}

The three largest customers are ${first}, ${second} and ${third}. They account for 58 percent of revenue.

The contract with ${first} ends on 31 December ${year + 1} and can be terminated with three months notice after a change of control.

The contract with ${second} renews each year and has no change of control clause. ${third} pays within 60 days.`,
    },
    {
      name: 'supply-and-risks.md',
      mediaType: 'text/markdown',
      text: `# Supply and risks

${target.supplier} supplies a part that no other supplier offers; ${target.name} holds eight weeks of stock.

A former distributor claims 1.2 million euros in damages. The court in ${target.city} will hear the case next spring; the provision is 0.4 million euros.

The last external security test found two critical weaknesses. Both have been closed.`,
    },
    {
      name: 'management-accounts.csv',
      mediaType: 'text/csv',
      text: ['Quarter,Revenue in million euros,Orders in million euros']
        .concat(
          [1, 2, 3, 4].map(
            (quarter) => `Q${quarter} ${year},${(revenue / 4 + quarter / 10).toFixed(1)},${(revenue / 3.6).toFixed(1)}`,
          ),
        )
        .join('\n'),
    },
  ]
}

export function sampleFacts(credential: Credential): GraphFact[] {
  const { target } = targetOf(credential)
  const company = { kind: 'company', name: target.name } as const
  return [
    ...target.customers.map(
      (name): GraphFact => ({ from: company, relation: 'sells to', to: { kind: 'company', name } }),
    ),
    { from: { kind: 'company', name: target.supplier }, relation: 'supplies', to: company },
    { from: { kind: 'person', name: target.chief }, relation: 'leads', to: company },
    { from: company, relation: 'is based in', to: { kind: 'place', name: target.city } },
  ]
}
