// The files of the collector's configuration. In: the project's folder. Out: the collector's arguments.
import { join } from 'node:path'

export const collectorConfigs = (root: string): string[] =>
  ['collector.yaml', 'redaction.yaml'].flatMap((file) => ['--config', join(root, 'collector', file)])
