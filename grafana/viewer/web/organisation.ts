// Which organisation the page shows. In: `?orgId=` of the URL, else what was chosen before, else the superadmins'.
// Out: its number; an unknown one is an error, never another organisation.
import { config, locationService } from '@grafana/runtime'
import type { Organisation } from './api.ts'

const STORED = 'orgId'
const MAIN_ORG_ID = 1

/** Sets the page's organisation and names it in the URL, as Grafana does. @throws RangeError when there is none of that number. */
export async function chooseOrganisation(): Promise<Organisation[]> {
  const organisations = (await (await fetch('/api/user/orgs')).json()) as Organisation[]
  const asked = new URLSearchParams(location.search).get('orgId')
  const stored = organisations.find(({ orgId }) => orgId === Number(localStorage.getItem(STORED)))
  const orgId = asked === null ? (stored?.orgId ?? MAIN_ORG_ID) : Number(asked)
  if (!organisations.some((organisation) => organisation.orgId === orgId))
    throw new RangeError(`There is no organisation ${asked}. spanledger tenant grafana makes one.`)
  localStorage.setItem(STORED, String(orgId))
  config.bootData.user.orgId = orgId
  return organisations
}

/** Data sources and dashboards are another organisation's: the page starts anew. */
export function switchOrganisation(orgId: number): void {
  localStorage.setItem(STORED, String(orgId))
  window.location.assign(`/?orgId=${orgId}`)
}

/** Keeps `orgId` in the URL, so that a copied link opens the same organisation. */
export function nameInUrl(): void {
  const { search } = locationService.getLocation()
  const orgId = String(config.bootData.user.orgId)
  if (new URLSearchParams(search).get('orgId') !== orgId) locationService.partial({ orgId }, true)
}
