// Amounts of money as text. Grafana's own unit writes $4.8e-7, rounds a call to $0.000000 and a total to $1.25K.

/** Three digits that count below a dollar, cents above. @param amount a column or expression, numeric; NULL stays NULL */
export const usdText = (amount: string): string => `case when ${amount} < 0 then '-' else '' end || '$' ||
      case when abs(${amount}) < 1 and ${amount} <> 0 then trim_scale(round(abs(${amount}), 2 - floor(log(abs(${amount})))::int))::text
        else to_char(abs(${amount}), 'FM999,999,999,990.00') end`

/** To the last digit, as booked. */
export const usdExact = (amount: string): string =>
  `case when ${amount} < 0 then '-' else '' end || '$' || trim_scale(abs(${amount}))::text`
