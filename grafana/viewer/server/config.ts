// The viewer's settings from the environment. The same variables fill in $NAME in the provisioning files.
import { z } from 'zod'
import { logLevel, port } from '../../../src/shared/config.ts'

export const shape = {
  VIEWER_HOST: z.string().default('127.0.0.1').describe('Address to listen on; the viewer is for local use.'),
  VIEWER_PORT: port(3000).describe('Port of the page, the same as Grafana would have.'),
  VIEWER_LOG_LEVEL: logLevel,
  VIEWER_PROVISIONING_DIR: z.string().default('grafana/provisioning').describe('Grafana provisioning files.'),
  VIEWER_TENANTS_DIR: z
    .string()
    .optional()
    .describe('Provisioning files of single organisations, as `spanledger tenant grafana` writes them.'),
  VIEWER_PAGE_DIR: z.string().min(1).describe('The built page; without it the one that `make install` built.'),
}
