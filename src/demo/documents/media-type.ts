// Which documents are taken in. In: the declared media type and the file name. Out: one of three forms, or nothing.

export type DocumentForm = 'text' | 'markdown' | 'csv'

const BY_TYPE: Readonly<Record<string, DocumentForm>> = {
  'text/plain': 'text',
  'text/markdown': 'markdown',
  'text/csv': 'csv',
}

const BY_EXTENSION: Readonly<Record<string, DocumentForm>> = {
  txt: 'text',
  md: 'markdown',
  markdown: 'markdown',
  csv: 'csv',
}

/** The media type decides; where it says nothing (octet-stream, form default) the name's extension does. */
export function formOf(mediaType: string, name: string): DocumentForm | undefined {
  const declared = mediaType.split(';')[0]?.trim().toLowerCase() ?? ''
  const byType = BY_TYPE[declared]
  if (byType && byType !== 'text') return byType
  const saysNothing = ['', 'application/octet-stream', 'application/x-www-form-urlencoded', 'text/plain'].includes(
    declared,
  )
  const extension = /\.([a-z]+)$/i.exec(name)?.[1]?.toLowerCase() ?? ''
  if (saysNothing && Object.hasOwn(BY_EXTENSION, extension)) return BY_EXTENSION[extension]
  return byType
}
