// Bounds the memory that requests hold together. In: sizes as they become known. Out: yes or no; nobody waits for room,
// so requests that hold a part each cannot wait for one another. What is held never exceeds the bound by more than the
// one request that may (see `resizeToEnd`), and a request that is alone always finds room.

export interface Reservation {
  /** Holds `bytes` instead. False when that exceeds the bound: then nothing has changed. */
  resize(bytes: number): boolean
  /**
   * The same for a request that was received whole, whose end depends on nobody else. One such request at a time may
   * exceed the bound until its release, so that of several that need more the first one ends.
   */
  resizeToEnd(bytes: number): boolean
  release(): void
}

export interface Admission {
  /** Undefined when the bound is reached. */
  reserve(bytes: number): Reservation | undefined
  readonly heldBytes: number
}

export function createAdmission(maxBytes: number): Admission {
  let heldBytes = 0
  let exceeding: Reservation | undefined

  function createReservation(): Reservation {
    let held = 0
    const fits = (bytes: number): boolean => bytes <= held || heldBytes === held || heldBytes - held + bytes <= maxBytes
    const hold = (bytes: number): true => {
      heldBytes += bytes - held
      held = bytes
      return true
    }
    const reservation: Reservation = {
      resize: (bytes) => fits(bytes) && hold(bytes),
      resizeToEnd(bytes) {
        if (!fits(bytes)) {
          if (exceeding !== undefined && exceeding !== reservation) return false
          exceeding = reservation
        }
        return hold(bytes)
      },
      release() {
        hold(0)
        if (exceeding === reservation) exceeding = undefined
      },
    }
    return reservation
  }

  return {
    get heldBytes() {
      return heldBytes
    },
    reserve(bytes) {
      const reservation = createReservation()
      return reservation.resize(bytes) ? reservation : undefined
    },
  }
}
