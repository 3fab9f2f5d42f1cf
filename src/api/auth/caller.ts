// Who is calling and what they may do. In: nothing. Out: the caller's shape and the order of roles.

export const ROLES = ['member', 'admin', 'superadmin'] as const
export type Role = (typeof ROLES)[number]

export interface Caller {
  /** User id of a person, `key:<name>` of an API key. */
  userId: string
  via: 'jwt' | 'api_key'
  memberships: ReadonlyMap<string, Role>
}

/** True when `role` allows what `needed` allows. */
export const atLeast = (role: Role, needed: Role): boolean => ROLES.indexOf(role) >= ROLES.indexOf(needed)

export const isSuperadmin = (caller: Caller): boolean => [...caller.memberships.values()].includes('superadmin')
