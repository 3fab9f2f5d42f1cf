// Bounds the memory that requests hold together. In: sizes as they become known. Out: yes or no.

export interface Reservation {
  /** Replaces what is held by the true size, once known. */
  resize(bytes: number): void
  release(): void
}

export interface Admission {
  /** Undefined when the bound is reached. One request is always let in, however large. */
  reserve(bytes: number): Reservation | undefined
  readonly heldBytes: number
}

export function createAdmission(maxBytes: number): Admission {
  let heldBytes = 0
  return {
    get heldBytes() {
      return heldBytes
    },
    reserve(bytes) {
      if (heldBytes > 0 && heldBytes + bytes > maxBytes) return undefined
      let held = bytes
      heldBytes += held
      return {
        resize(size) {
          heldBytes += size - held
          held = size
        },
        release() {
          heldBytes -= held
          held = 0
        },
      }
    },
  }
}
