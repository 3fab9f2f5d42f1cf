// The one rule for tenant ids (organisation, deal, …).

const ID = /^[A-Za-z0-9._:@-]{1,128}$/

/** True when `value` may be used as an organisation, deal, user or session id. */
export const isTenantId = (value: unknown): value is string => typeof value === 'string' && ID.test(value)

/** Rows of spans that name no organisation; only superadmins see them. */
export const UNATTRIBUTED_ORG = '_unattributed'
