#!/usr/bin/env -S node --disable-warning=ExperimentalWarning
// The operator's command line. In: arguments and SPANLEDGER_DATABASE_URL. Out: text on standard output; exit code 1
// and one line on standard error when something is wrong.
import { describeError } from './describe-error.ts'
import { createProgram } from './program.ts'

try {
  await createProgram().parseAsync()
} catch (error) {
  console.error(`spanledger: ${describeError(error)}`)
  process.exitCode = 1
}
