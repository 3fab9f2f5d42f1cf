// Reads an uploaded file within a bound. In: the request's stream. Out: its bytes, or an error that names the bound.
import type { Request } from 'express'
import { AppError } from '../../shared/errors.ts'

const megabytes = (bytes: number) => `${(bytes / 1024 / 1024).toLocaleString('en', { maximumFractionDigits: 1 })} MB`

export async function readBody(request: Request, maxBytes: number): Promise<Buffer> {
  const tooLarge = () =>
    new AppError(
      'payload_too_large',
      `The file is larger than ${megabytes(maxBytes)}. Split it and upload the parts.`,
      {
        details: { max_bytes: maxBytes },
      },
    )
  if (Number(request.get('content-length') ?? 0) > maxBytes) throw tooLarge()
  const chunks: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of request) {
      size += chunk.length
      if (size > maxBytes) throw tooLarge()
      chunks.push(chunk)
    }
  } catch (error) {
    if (error instanceof AppError) throw error
    throw new AppError('bad_request', 'The upload broke off before the file was complete. Try again.', { cause: error })
  }
  return Buffer.concat(chunks)
}
