// The ${NAME} placeholders of prometheus.yml and alertmanager/alertmanager.yml: what each is for and its value in a
// native run. In: nothing. Out: the table that stack/render.ts fills in, from the environment first.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders for other programs

export interface TemplateVariable {
  description: string
  /** Value in a native run where `.env` is silent; other variables may be named. Undefined: required. */
  fallback?: string
  secret?: true
}

export const TEMPLATE_VARIABLES = {
  PROMETHEUS_SCRAPE_INTERVAL: { description: 'Scrape and rule evaluation interval', fallback: '15s' },
  PROMETHEUS_RULES_DIR: { description: 'Folder with recording/ and alerts/, absolute' },
  COLLECTOR_METRICS_TARGET: { description: 'host:port', fallback: '127.0.0.1:${COLLECTOR_METRICS_PORT}' },
  LEDGER_TARGET: { description: 'host:port', fallback: '127.0.0.1:${LEDGER_PORT}' },
  API_TARGET: { description: 'host:port', fallback: '127.0.0.1:${API_PORT}' },
  DEMO_TARGET: { description: 'host:port', fallback: '127.0.0.1:${DEMO_PORT}' },
  PROMETHEUS_TARGET: { description: 'host:port', fallback: '127.0.0.1:${PROMETHEUS_PORT}' },
  ALERTMANAGER_TARGET: { description: 'host:port', fallback: '127.0.0.1:${ALERTMANAGER_PORT}' },
  GRAFANA_PUBLIC_URL: {
    description: 'Where people open dashboards, without a trailing slash',
    fallback: 'http://127.0.0.1:${GRAFANA_PORT}',
  },
  API_PUBLIC_URL: {
    description: 'Where people reach the api: acknowledge links',
    fallback: 'http://127.0.0.1:${API_PORT}',
  },
  RUNBOOK_BASE_URL: {
    description: 'Where runbooks/<AlertName>.md is served',
    fallback: 'http://127.0.0.1:${API_PORT}/runbooks',
  },
  API_ENDPOINT: {
    description: 'Where Alertmanager reaches the api: webhook',
    fallback: 'http://127.0.0.1:${API_PORT}',
  },
  API_WEBHOOK_TOKEN: { description: 'Bearer token of the webhook', secret: true },
  API_LINK_KEY: {
    description: 'Secret behind the keys in links of mails; empty: the page asks to sign in',
    fallback: '',
    secret: true,
  },
  ALERTMANAGER_SMTP_SMARTHOST: {
    description: 'host:port of the mail server',
    fallback: '127.0.0.1:${INBOX_SMTP_PORT}',
  },
  ALERTMANAGER_SMTP_FROM: { description: 'Sender of alert mails', fallback: 'Spanledger <alerts@spanledger.local>' },
  ALERTMANAGER_SMTP_HELLO: { description: 'Name given in EHLO', fallback: 'localhost' },
  ALERTMANAGER_SMTP_REQUIRE_TLS: { description: 'true for any server outside this machine', fallback: 'false' },
  ALERTMANAGER_SMTP_USERNAME: { description: 'Empty: no sign-in', fallback: '' },
  ALERTMANAGER_SMTP_PASSWORD: { description: 'Empty: no sign-in', fallback: '', secret: true },
  ALERTMANAGER_MAIL_TO: { description: 'Who gets the mails, comma separated', fallback: 'oncall@spanledger.local' },
  ALERTMANAGER_TEMPLATES_DIR: { description: 'Folder with the mail templates, absolute' },
  ALERTMANAGER_GROUP_WAIT: { description: 'How long the first mail of a group waits for more', fallback: '10s' },
  ALERTMANAGER_GROUP_INTERVAL: { description: 'How long changes of a group are collected', fallback: '1m' },
  ALERTMANAGER_REPEAT_INTERVAL: { description: 'Cooldown between mails of one group', fallback: '30m' },
} as const satisfies Record<string, TemplateVariable>
