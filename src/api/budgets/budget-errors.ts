// What the database refuses about a budget, in words. In: work that writes a budget. Out: its result, or an AppError that
// says which rule was broken. Branches on SQLSTATE and constraint, never on message text.
import { AppError, type ErrorCode } from '../../shared/errors.ts'

const REFUSALS: Record<string, [ErrorCode, string | undefined]> = {
  budgets_scope_period_key: ['conflict', 'there is a budget for this scope and period already; change that one'],
  // The database names the organisation, the scope and the id.
  budgets_scope_exists: ['unprocessable', undefined],
  budgets_org_id_fkey: ['unprocessable', 'the organisation is not registered; add it first'],
  budgets_scope_known: ['unprocessable', 'scope must be organisation, deal, department or agent'],
  budgets_period_known: ['unprocessable', 'period must be day, week or month'],
  budgets_amount_positive: [
    'unprocessable',
    'the amount must be more than 0 and below 10^12 US dollars, with at most 12 decimals',
  ],
  budgets_thresholds_form: ['unprocessable', 'thresholds must be 1 to 10 ascending whole percents from 1 to 1000'],
  budgets_organisation_scope: ['unprocessable', 'scope organisation takes the organisation’s own id, or none'],
}

export async function budgetErrors<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const { constraint, message } = error as { constraint?: string; message: string }
    const refusal = constraint === undefined ? undefined : REFUSALS[constraint]
    if (!refusal) throw error
    throw new AppError(refusal[0], refusal[1] ?? message, { cause: error })
  }
}
