// Paging by page number. In: `page` and `limit` of a query. Out: SQL limit and offset, and the page's part of the envelope.
import { z } from 'zod'
import type { Meta } from './envelope.ts'

export const MAX_LIMIT = 1000

export const pageQuery = (defaultLimit = 50) => ({
  page: z.coerce.number().int().min(1).max(1_000_000).default(1).describe('1 is the first page'),
  limit: z.coerce.number().int().min(1).max(MAX_LIMIT).default(defaultLimit).describe('rows per page'),
})

export interface Page {
  page: number
  limit: number
}

export const offsetOf = ({ page, limit }: Page): number => (page - 1) * limit

/** @param total rows that match, on all pages. */
export function pageMeta({ page, limit }: Page, total: number): Meta {
  return { total, page, limit, has_more: page * limit < total, next_cursor: null }
}
