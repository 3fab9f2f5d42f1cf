// What a set of figures is given and gives. Sets are named on the command line of main.ts.
import type { Figure } from './figure.ts'

export interface SetOptions {
  /** Figures are medians over this many rounds. */
  rounds: number
  /** Requests of 512 spans a round, where a round is a number of requests. */
  requests: number
  /** Length of a soak. */
  minutes: number
}

export interface Report {
  figure: (figure: Figure) => void
  /** What the figures depend on: sizes, versions, how something was counted. */
  note: (text: string) => void
  /** @param share of the whole set that is done, 0 to 1. */
  progress: (share: number, text: string) => void
}

export interface FigureSet {
  title: string
  /** On two quiet cores. */
  minutes: (options: SetOptions) => number
  run: (options: SetOptions, report: Report) => Promise<void>
}
