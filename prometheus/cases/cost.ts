// Cases of the alerts on money.
import type { AlertCase, Series } from './alert-case.ts'

const ACME = { dashboard: 'cost-management?var-org_id=acme' }
const API = 'job="api",instance="api:4500"'
const budget = (scope: string, period: string, threshold: string, values: string): Series => ({
  [`budget_threshold_crossed{${API},org_id="acme",scope="${scope}",scope_id="falcon",period="${period}",period_start="2026-11-01",threshold="${threshold}"}`]:
    values,
  // There whenever the other is.
  [`budget_period_used_ratio{${API},org_id="acme",scope="${scope}",scope_id="falcon",period="${period}",period_start="2026-11-01"}`]:
    values.replaceAll(/(?<=^| )[01](?=x| |$)/g, '1.02'),
  [`budget_amount_usd{${API},org_id="acme",scope="${scope}",scope_id="falcon",period="${period}"}`]: '1234.5x60',
})
const BUDGET = { org_id: 'acme', scope_id: 'falcon', period_start: '2026-11-01' }
const spend = (window: string, values: string): Series => ({
  [`api_spend_usd{${API},org_id="acme",window="${window}"}`]: values,
})
const limit = (values: string): Series => ({ [`api_spend_daily_limit_usd{${API},org_id="acme"}`]: values })
const average = (values: string): Series => ({ [`api_spend_daily_average_usd{${API},org_id="acme"}`]: values })

export const COST_CASES: readonly AlertCase[] = [
  {
    alert: 'BudgetExceeded',
    fires: {
      series: {
        ...budget('deal', 'month', '100', '0x4 1x40'),
        // The month has ended; the next one has begun.
        [`budget_period_used_ratio{${API},org_id="acme",scope="deal",scope_id="falcon",period="month",period_start="2026-12-01"}`]:
          '0.01x44',
      },
      at: '1m15s',
      notYetAt: '1m',
      labels: { ...BUDGET, scope: 'deal', period: 'month', threshold: '100' },
      ...ACME,
    },
    silent: [
      { why: 'not crossed', series: budget('organisation', 'day', '100', '0x40'), at: ['5m'] },
      { why: 'only 99 % crossed', series: budget('organisation', 'day', '99', '1x40'), at: ['5m'] },
      { why: 'no budget', series: {}, at: ['5m'] },
    ],
  },
  {
    alert: 'BudgetNearLimit',
    fires: {
      series: budget('organisation', 'week', '80', '0x4 1 _x20 1x40'), // the api restarts for 5 minutes in between
      at: '6m',
      notYetAt: '1m',
      labels: { ...BUDGET, scope: 'organisation', period: 'week', threshold: '80' },
      ...ACME,
    },
    silent: [
      { why: 'not crossed', series: budget('deal', 'day', '80', '0x40'), at: ['5m'] },
      { why: 'used up: BudgetExceeded speaks', series: budget('deal', 'day', '100', '1x40'), at: ['5m'] },
      { why: 'used up and more: BudgetExceeded speaks', series: budget('deal', 'day', '150', '1x40'), at: ['5m'] },
    ],
  },
  {
    alert: 'DailySpendHigh',
    fires: {
      series: { ...spend('day', '99x4 101x40'), ...limit('100x44') },
      at: '1m15s',
      notYetAt: '1m',
      labels: { org_id: 'acme' },
      ...ACME,
    },
    silent: [
      { why: 'the limit was raised', series: { ...spend('day', '101x40'), ...limit('100x8 200x32') }, at: ['2m15s'] },
      { why: 'a new day', series: { ...spend('day', '101x8 1x32'), ...limit('100x40') }, at: ['2m15s'] },
      { why: 'exactly the threshold', series: { ...spend('day', '100x40'), ...limit('100x40') }, at: ['5m'] },
      { why: 'no threshold set', series: spend('day', '9000x40'), at: ['5m'] },
    ],
  },
  {
    alert: 'HourlySpendHigh',
    fires: {
      series: spend('hour', '49x4 50.01x40'),
      at: '1m15s',
      notYetAt: '1m',
      labels: { org_id: 'acme' },
      ...ACME,
    },
    silent: [
      { why: 'exactly $50', series: spend('hour', '50x40'), at: ['5m'] },
      { why: 'a correction brought it down', series: spend('hour', '51x4 9x40'), at: ['1m15s', '5m'] },
      {
        why: '$500 today, but not in the last hour',
        series: { ...spend('day', '500x40'), ...spend('hour', '10x40') },
        at: ['5m'],
      },
    ],
  },
  {
    alert: 'SpendAboveAverage',
    fires: {
      series: { ...spend('day', '20.2x40'), ...average('10x40') },
      at: '1m',
      labels: { org_id: 'acme' },
      ...ACME,
    },
    silent: [
      { why: 'exactly twice', series: { ...spend('day', '20x40'), ...average('10x40') }, at: ['5m'] },
      { why: 'cents', series: { ...spend('day', '0.9x40'), ...average('0.1x40') }, at: ['5m'] },
      { why: 'no average yet', series: spend('day', '99x40'), at: ['5m'] },
    ],
  },
]
