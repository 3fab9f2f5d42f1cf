// Alertmanager's fingerprint of an alert: FNV-1a (64 bit) over its sorted labels, each name and value followed by byte 255.
// In: labels. Out: 16 hex digits. Same algorithm as prometheus/common model.LabelSet.Fingerprint.

const OFFSET = 14695981039346656037n
const PRIME = 1099511628211n
const MASK = (1n << 64n) - 1n
const SEPARATOR = Uint8Array.of(255)

export function fingerprintOf(labels: Record<string, string>): string {
  const encoder = new TextEncoder()
  // Go sorts strings by their bytes.
  const names = Object.keys(labels).sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
  let hash = OFFSET
  for (const name of names) {
    for (const bytes of [encoder.encode(name), SEPARATOR, encoder.encode(labels[name]), SEPARATOR]) {
      for (const byte of bytes) hash = ((hash ^ BigInt(byte)) * PRIME) & MASK
    }
  }
  return hash.toString(16).padStart(16, '0')
}
