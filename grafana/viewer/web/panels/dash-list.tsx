// Links to dashboards, by search text and tags. Organisation, other filters and range go along.
import type { PanelProps } from '@grafana/data'
import { useTheme2 } from '@grafana/ui'
import { useEffect, useState } from 'react'
import { Link } from 'react-router-dom'
import { getJson } from '../api.ts'
import { createPanel } from './plugin.ts'

interface Options {
  query?: string
  tags?: string[]
  maxItems?: number
  includeVars?: boolean
  keepTime?: boolean
}

interface Entry {
  uid: string
  title: string
  description: string
  tags: string[]
  url: string
}

function DashListPanel({ options, width, height, replaceVariables }: PanelProps<Options>) {
  const { link } = useTheme2().colors.text
  const [entries, setEntries] = useState<Entry[]>([])
  useEffect(() => void getJson<Entry[]>('/api/search').then(setEntries), [])
  const { query = '', tags = [], maxItems = 30 } = options
  const found = entries
    .filter((entry) => entry.title.toLowerCase().includes(query.toLowerCase()))
    .filter((entry) => tags.every((tag) => entry.tags.includes(tag)))
    .slice(0, maxItems)
  const carried = [
    options.keepTime ? replaceVariables('${__url_time_range}') : '',
    options.includeVars ? replaceVariables('${__all_variables}') : '',
  ].filter(Boolean)
  return (
    <ul style={{ width, height, overflow: 'auto', listStyle: 'none', margin: 0, padding: 4 }}>
      {found.map(({ uid, title, description, url }) => (
        <li key={uid} style={{ padding: '4px 0' }}>
          <Link style={{ color: link }} to={carried.length > 0 ? `${url}?${carried.join('&')}` : url}>
            {title}
          </Link>
          <div style={{ opacity: 0.7, fontSize: 12 }}>{description}</div>
        </li>
      ))}
    </ul>
  )
}

export const dashListPanel = createPanel({ component: DashListPanel })
