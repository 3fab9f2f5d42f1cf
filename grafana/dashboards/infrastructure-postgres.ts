// Panels of "Infrastructure" on Postgres: pools from our metrics, the server from its own statistics, which it keeps
// without a history. In: the dashboard. Out: the same.
import { type DashboardBuilder, RowBuilder } from '@grafana/grafana-foundation-sdk/dashboard'
import { column } from '../kit/column.ts'
import { siblingUrl } from '../kit/links.ts'
import { lines, table } from '../kit/panels.ts'
import { promql, sqlTable } from '../kit/queries.ts'

const half = { width: 12, height: 8 } as const
const bytes = [column.unit('bytes'), column.decimals(1)]

/** Tables with what they hold; a partition counts with its table. */
const TABLES = `
  select coalesce(i.inhparent, s.relid)::regclass::text as "table", sum(pg_total_relation_size(s.relid))::float8 as size,
    sum(n_live_tup)::float8 as "rows, about", sum(n_dead_tup)::float8 / nullif(sum(n_live_tup + n_dead_tup), 0) as dead,
    max(greatest(last_vacuum, last_autovacuum)) as "last vacuum", count(i.inhparent) as partitions
  from pg_stat_user_tables s left join pg_inherits i on i.inhrelid = s.relid
  group by 1
  order by 2 desc
  limit 20`

export const withPostgresPanels = (dashboard: DashboardBuilder): DashboardBuilder =>
  dashboard
    .withRow(new RowBuilder('Postgres'))
    .withPanel(
      lines({
        title: 'Connections of our pools',
        description:
          'Connections in use, and requests that wait for one: a pool is too small, or its queries take too long.',
        unit: 'short',
        ...half,
        emptyText: 'No service is scraped',
        link: { title: 'Pipeline health', url: siblingUrl('pipeline-health') },
        queries: [
          promql('sum by (job) (pg_pool_connections{state="used"})', '{{job}} in use'),
          promql('sum by (job) (pg_pool_waiting_requests)', '{{job}} waiting'),
        ],
      })
        .min(0)
        .axisSoftMax(5),
    )
    .withPanel(
      table({
        title: 'Databases of the server',
        description:
          'Size now; reads that found their page in memory, deadlocks and sorts that went to disk, all since the server’s statistics began.',
        unit: 'short',
        ...half,
        emptyText: 'Postgres does not say',
        columns: {
          size: [...bytes, column.width(95)],
          connections: [column.width(110)],
          'from memory': [...column.percent(), column.width(115)],
          deadlocks: [column.width(100)],
          'sorted on disk': [...bytes, column.width(120)],
        },
        queries: [
          sqlTable(`
            select datname as "database", pg_database_size(oid)::float8 as size, numbackends as connections,
              blks_hit::float8 / nullif(blks_hit + blks_read, 0) as "from memory", deadlocks, temp_bytes::float8 as "sorted on disk"
            from (select d.oid, s.* from pg_database d join pg_stat_database s on s.datid = d.oid
              where has_database_privilege(d.oid, 'connect') and not d.datistemplate) as databases
            order by 2 desc`),
        ],
      }),
    )
    .withPanel(
      table({
        title: 'Largest tables',
        description:
          'Size with indexes, all organisations together. Dead rows wait for a vacuum; a fifth and more of a large table means that it does not come.',
        unit: 'short',
        width: 24,
        height: 9,
        emptyText: 'The schema has no tables',
        columns: {
          size: [...bytes, column.width(110)],
          'rows, about': [column.width(120)],
          dead: [...column.percent(), column.width(90)],
          'last vacuum': [column.toTheSecond(), column.width(180), column.noValue('never')],
          partitions: [column.width(100)],
        },
        queries: [sqlTable(TABLES)],
      }),
    )
