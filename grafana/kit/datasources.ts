// The provisioned data sources by their fixed uids (provisioning/datasources/datasources.yaml).
import type { DataSourceRef } from '@grafana/grafana-foundation-sdk/common'

export const PROMETHEUS: DataSourceRef = { type: 'prometheus', uid: 'prometheus' }
export const TEMPO: DataSourceRef = { type: 'tempo', uid: 'tempo' }
export const LEDGER: DataSourceRef = { type: 'grafana-postgresql-datasource', uid: 'ledger' }
