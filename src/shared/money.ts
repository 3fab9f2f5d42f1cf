// Exact money. In: decimal USD strings or token counts and prices. Out: BigInt pico-USD (1 USD = 10^12 pico-USD).
// A price in USD per million tokens with up to 6 decimals is a whole number of pico-USD per token, so no step rounds.

/** Amount of money in pico-USD (10^-12 USD). Never a JavaScript number. */
export type PicoUsd = bigint

const PICO_DIGITS = 12
const DECIMAL = /^(-?)(\d+)(?:\.(\d+))?$/

/** Parses a decimal USD string such as `0.075`. Throws RangeError on other forms or more than 12 decimals. */
export function parseUsd(text: string): PicoUsd {
  const match = DECIMAL.exec(text)
  if (!match) throw new RangeError(`not a decimal amount of USD: ${JSON.stringify(text)} (write it like 12.50)`)
  const [, sign, whole = '0', fraction = ''] = match
  const significant = fraction.replace(/0+$/, '')
  if (significant.length > PICO_DIGITS) {
    throw new RangeError(`${text} USD has more than ${PICO_DIGITS} decimals (finer than one pico-USD)`)
  }
  const pico = BigInt(whole + significant.padEnd(PICO_DIGITS, '0'))
  return sign ? -pico : pico
}

/** Formats pico-USD as the shortest exact decimal USD string, e.g. `0.000075`; the form SQL `numeric` takes. */
export function formatUsd(pico: PicoUsd): string {
  const digits = (pico < 0n ? -pico : pico).toString().padStart(PICO_DIGITS + 1, '0')
  const whole = digits.slice(0, -PICO_DIGITS)
  const fraction = digits.slice(-PICO_DIGITS).replace(/0+$/, '')
  return `${pico < 0n ? '-' : ''}${whole}${fraction ? `.${fraction}` : ''}`
}
