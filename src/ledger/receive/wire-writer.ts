// The two protobuf field forms that answers need.

function varint(value: number): Buffer {
  const bytes: number[] = []
  let rest = value
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80)
    rest = Math.floor(rest / 0x80)
  }
  bytes.push(rest)
  return Buffer.from(bytes)
}

/** @param value a whole number below 2^53. */
export const varintField = (field: number, value: number): Buffer => Buffer.concat([varint(field << 3), varint(value)])

export const lengthDelimited = (field: number, content: Buffer): Buffer =>
  Buffer.concat([varint((field << 3) | 2), varint(content.length), content])
