// The home page: dashboards by folder, with a search.

import { css } from '@emotion/css'
import type { GrafanaTheme2 } from '@grafana/data'
import { Card, Input, useStyles2 } from '@grafana/ui'
import { useEffect, useState } from 'react'
import { useNavigate } from 'react-router-dom'
import { getJson } from './api.ts'

interface Entry {
  uid: string
  title: string
  description: string
  folderTitle: string
  url: string
}

export function Home() {
  const [entries, setEntries] = useState<Entry[]>()
  const [search, setSearch] = useState('')
  const styles = useStyles2(getStyles)
  const navigate = useNavigate()
  useEffect(() => void getJson<Entry[]>('/api/search').then(setEntries), [])
  if (!entries) return null
  const found = entries.filter(({ title, description }) =>
    `${title} ${description}`.toLowerCase().includes(search.toLowerCase()),
  )
  const folders = Map.groupBy(found, ({ folderTitle }) => folderTitle)
  return (
    <main className={styles.page}>
      <h1>Dashboards</h1>
      <Input
        placeholder="Search dashboards"
        value={search}
        onChange={(event) => setSearch(event.currentTarget.value)}
      />
      {[...folders].map(([folder, dashboards]) => (
        <section key={folder} className={styles.folder}>
          <h4>{folder}</h4>
          {dashboards.map(({ uid, title, description, url }) => (
            <Card key={uid} noMargin onClick={() => navigate(url)}>
              <Card.Heading>{title}</Card.Heading>
              <Card.Description>{description}</Card.Description>
            </Card>
          ))}
        </section>
      ))}
      {found.length === 0 && <p>No dashboard matches “{search}”.</p>}
    </main>
  )
}

const getStyles = (theme: GrafanaTheme2) => ({
  page: css({ maxWidth: 1240, margin: '0 auto', padding: theme.spacing(4, 2), display: 'grid', gap: theme.spacing(2) }),
  folder: css({
    display: 'grid',
    gridTemplateColumns: 'repeat(auto-fill, minmax(360px, 1fr))',
    gap: theme.spacing(1),
    '& > h4': { gridColumn: '1 / -1' },
  }),
})
