// The parse stage of an upload. In: bytes, declared type, name. Out: text, or a refusal that tells the person what is
// wrong with the file and what to do.
import { parseCsv, rowsToText } from './csv.ts'
import { type DocumentForm, formOf } from './media-type.ts'

export type RefusalReason = 'empty' | 'unsupported' | 'encrypted' | 'binary' | 'not_utf8' | 'no_text' | 'malformed'

export type ReadDocument =
  | { kind: 'text'; form: DocumentForm; text: string }
  | { kind: 'refused'; reason: RefusalReason; message: string }

const OLE_SIGNATURE = Buffer.from('d0cf11e0a1b11ae1', 'hex')
const startsWith = (bytes: Buffer, signature: Buffer) => bytes.subarray(0, signature.length).equals(signature)

/** Formats people upload by mistake or under another name, recognised by their first bytes. */
function refuseKnownFormat(bytes: Buffer): ReadDocument | undefined {
  const refused = (reason: RefusalReason, message: string): ReadDocument => ({ kind: 'refused', reason, message })
  if (startsWith(bytes, Buffer.from('%PDF-'))) {
    if (bytes.includes('/Encrypt')) {
      return refused('encrypted', 'The PDF is protected by a password. Remove the protection and upload its text.')
    }
    return refused('unsupported', 'PDF is not supported. Upload the text as .txt, .md or .csv.')
  }
  if (startsWith(bytes, OLE_SIGNATURE)) {
    // Office wraps password-protected files in this container, whatever their extension says.
    return refused(
      'encrypted',
      'The file is an old or a password-protected Office file. Save it unprotected as .txt, .md or .csv.',
    )
  }
  if (startsWith(bytes, Buffer.from('PK\x03\x04'))) {
    const encrypted = ((bytes[6] ?? 0) & 1) === 1
    if (encrypted)
      return refused('encrypted', 'The archive is encrypted. Upload its documents one by one, unprotected.')
    return refused('unsupported', 'Archives and Office files are not supported. Upload the text as .txt, .md or .csv.')
  }
  if (startsWith(bytes, Buffer.from('-----BEGIN PGP MESSAGE-----'))) {
    return refused('encrypted', 'The file is encrypted with PGP. Decrypt it before uploading.')
  }
  return undefined
}

/** Decodes UTF-8, and UTF-16 with a byte order mark. */
function decode(bytes: Buffer): string | undefined {
  const encoding =
    bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : 'utf-8'
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}

export function readDocument(file: { bytes: Buffer; mediaType: string; name: string }): ReadDocument {
  const { bytes, mediaType, name } = file
  if (bytes.length === 0) {
    return {
      kind: 'refused',
      reason: 'empty',
      message: `The file ${name} is empty (0 bytes). Choose a file with content.`,
    }
  }
  const known = refuseKnownFormat(bytes)
  if (known) return known
  const form = formOf(mediaType, name)
  if (!form) {
    const message = `Files of type ${mediaType || 'unknown'} are not supported. Upload .txt, .md or .csv.`
    return { kind: 'refused', reason: 'unsupported', message }
  }
  const text = decode(bytes)
  if (text === undefined) {
    const message = `The file ${name} is not UTF-8 text; it may be binary, encrypted or in another encoding. Save it as UTF-8.`
    return { kind: 'refused', reason: 'not_utf8', message }
  }
  if (text.includes('\0')) {
    return { kind: 'refused', reason: 'binary', message: `The file ${name} holds binary data. Upload text.` }
  }
  if (!/[\p{L}\p{N}]/u.test(text)) {
    return {
      kind: 'refused',
      reason: 'no_text',
      message: `The file ${name} has no readable text. If it is a scan, upload its text.`,
    }
  }
  if (form !== 'csv') return { kind: 'text', form, text: text.normalize('NFC') }
  const parsed = parseCsv(text)
  if (parsed.kind === 'malformed') {
    const message = `The spreadsheet ${name} is malformed: line ${parsed.line} has ${parsed.problem}. Correct the line and upload again.`
    return { kind: 'refused', reason: 'malformed', message }
  }
  if (parsed.rows.length < 2) {
    return { kind: 'refused', reason: 'no_text', message: `The spreadsheet ${name} has no row below its header.` }
  }
  return { kind: 'text', form, text: rowsToText(parsed.rows).normalize('NFC') }
}
