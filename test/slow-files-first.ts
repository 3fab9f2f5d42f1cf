// The order of test files. The few that wait longest start first, so that a run does not end with one of them alone;
// vitest itself knows how long a file takes only after it has run once, and a clean clone has not.
import { BaseSequencer, type TestSpecification } from 'vitest/node'

const SLOW = [
  'database/api/budget-restart',
  'contract/viewer-page',
  'contract/demo-graph',
  'database/api/runbooks',
  'contract/telemetry-package',
  'contract/viewer-actions',
  'contract/api-neo4j-probe',
  'database/prices/keep-the-past',
  'database/prices/reprice',
  'database/demo/demo-data',
  'e2e/pipeline',
]

const rank = ({ moduleId }: TestSpecification): number => {
  const index = SLOW.findIndex((name) => moduleId.includes(`/test/${name}`))
  return index < 0 ? SLOW.length : index
}

export class SlowFilesFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b))
  }
}
