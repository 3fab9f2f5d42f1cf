// The ledger as a process: configuration in, exit code out.
import { ConfigError } from '../shared/config.ts'
import { createLogger } from '../shared/logger.ts'
import { untilStopped } from '../shared/shutdown.ts'
import { type LedgerConfig, loadLedgerConfig } from './config.ts'
import { createLedger } from './ledger.ts'

function configOrExit(): LedgerConfig {
  try {
    return loadLedgerConfig()
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    console.error(error.message)
    process.exit(2)
  }
}

const config = configOrExit()
const logger = createLogger('ledger', config.LEDGER_LOG_LEVEL)
const { server, system, schemaProblem, close } = createLedger(config, { logger })

const problem = await schemaProblem()
if (problem !== undefined) {
  logger.fatal(problem)
  process.exit(1)
}
server.once('error', (error) => {
  logger.fatal({ err: error }, `cannot listen on ${config.LEDGER_HOST}:${config.LEDGER_PORT} (LEDGER_PORT moves it)`)
  process.exit(1)
})
server.listen(config.LEDGER_PORT, config.LEDGER_HOST, () => logger.info({ address: server.address() }, 'listening'))
system.start()

process.exit(await untilStopped([{ name: 'ledger', close }], { logger, timeoutMs: config.LEDGER_DRAIN_TIMEOUT_MS }))
