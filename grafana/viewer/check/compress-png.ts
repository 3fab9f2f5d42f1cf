// A PNG with its pixels as they were and its data packed as tightly as deflate can; browsers pack for speed.
// In: a PNG. Out: the same picture, one data chunk, without metadata.
import { constants, crc32, deflateSync, inflateSync } from 'node:zlib'

const SIGNATURE_BYTES = 8
/** Length and name before a chunk's data, checksum after it. */
const BEFORE_BYTES = 8
const AFTER_BYTES = 4

export function compressPng(png: Buffer): Buffer {
  const chunks = readChunks(png)
  const kept = chunks.filter(({ name }) => ['IHDR', 'PLTE', 'tRNS'].includes(name))
  const pixels = inflateSync(Buffer.concat(chunks.filter(({ name }) => name === 'IDAT').map(({ data }) => data)))
  const data = deflateSync(pixels, { level: 9, memLevel: 9, strategy: constants.Z_FILTERED })
  const packed = Buffer.concat([
    png.subarray(0, SIGNATURE_BYTES),
    ...kept.map(({ name, data }) => writeChunk(name, data)),
    writeChunk('IDAT', data),
    writeChunk('IEND', Buffer.alloc(0)),
  ])
  return packed.length < png.length ? packed : png
}

function readChunks(png: Buffer): { name: string; data: Buffer }[] {
  const chunks = []
  for (let at = SIGNATURE_BYTES; at < png.length; ) {
    const length = png.readUInt32BE(at)
    const name = png.toString('latin1', at + 4, at + BEFORE_BYTES)
    chunks.push({ name, data: png.subarray(at + BEFORE_BYTES, at + BEFORE_BYTES + length) })
    at += BEFORE_BYTES + length + AFTER_BYTES
  }
  return chunks
}

function writeChunk(name: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(name, 'latin1'), data])
  const length = Buffer.alloc(4)
  length.writeUInt32BE(data.length)
  const checksum = Buffer.alloc(4)
  checksum.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, checksum])
}
