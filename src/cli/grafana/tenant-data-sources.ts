// The data sources of one organisation, in the form both Grafana's provisioning files and its HTTP API take. In: its
// database login and api key, where Postgres and the api are. Out: `ledger` and `tempo`, with the uids that dashboards name.
// Prometheus is left out: it knows no tenants, so whoever may query it sees every organisation.

export interface TenantAccess {
  orgId: string
  /** `reader_<org>`: the database lets it read this organisation's rows only. */
  login: { role: string; password: string }
  /** Key of the api that is bound to the organisation. */
  apiKey: string
}

export interface Places {
  /** As Grafana reaches it: `host:port`. */
  databaseHost: string
  database: string
  /** As Grafana reaches it; it answers Tempo's read API for the key's organisation, beside a real Tempo too. */
  apiUrl: string
}

export interface TenantDataSource {
  name: string
  uid: 'ledger' | 'tempo'
  type: string
  access: 'proxy'
  url: string
  isDefault: boolean
  jsonData: Record<string, unknown>
  secureJsonData: Record<string, string>
  user?: string
  basicAuth?: boolean
  basicAuthUser?: string
}

export const tenantDataSources = ({ orgId, login, apiKey }: TenantAccess, places: Places): TenantDataSource[] => [
  {
    name: 'Ledger',
    uid: 'ledger',
    type: 'grafana-postgresql-datasource',
    access: 'proxy',
    url: places.databaseHost,
    isDefault: true,
    user: login.role,
    secureJsonData: { password: login.password },
    jsonData: { database: places.database, sslmode: 'disable', postgresVersion: 1800, maxOpenConns: 5 },
  },
  {
    name: 'Tempo',
    uid: 'tempo',
    type: 'tempo',
    access: 'proxy',
    url: places.apiUrl,
    isDefault: false,
    basicAuth: true,
    basicAuthUser: orgId,
    secureJsonData: { basicAuthPassword: apiKey },
    jsonData: {},
  },
]
