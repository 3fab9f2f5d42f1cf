// A drawn value that leads somewhere when its field has a data link. In: the value and how it is drawn.
import type { FieldDisplay } from '@grafana/data'
import type { ReactNode } from 'react'
import { linkOf } from './single-values.ts'

export function Linked({ value, children }: { value: FieldDisplay; children: ReactNode }) {
  const link = linkOf(value)
  return link ? <a {...link}>{children}</a> : children
}
