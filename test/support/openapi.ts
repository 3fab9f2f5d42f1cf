// Holds answers to the OpenAPI document. In: the document, then each request's method, path, status and body.
// Out: nothing, or an error that names the field that does not match.
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormatsModule from 'ajv-formats'

// A CommonJS module whose types say ES module.
const addFormats = addFormatsModule as unknown as typeof addFormatsModule.default

interface Document {
  paths: Record<string, Record<string, { responses: Record<string, { content: Record<string, { schema: object }> }> }>>
  components: { schemas: Record<string, object> }
}

export type CheckAnswer = (method: string, path: string, status: number, body: unknown) => void

/** @param openapi the document as JSON. */
export function createAnswerCheck(openapi: unknown): CheckAnswer {
  const document = openapi as Document
  const ajv = new Ajv2020({ strict: false, allErrors: true })
  addFormats(ajv)
  ajv.addSchema({ $id: 'api', components: document.components })
  const operations = Object.entries(document.paths).flatMap(([template, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      method: method.toUpperCase(),
      pattern: new RegExp(`^${template.replaceAll(/\{\w+\}/g, '[^/]+')}$`),
      template,
      responses: operation.responses,
    })),
  )
  return (method, path, status, body) => {
    const pathname = path.split('?')[0] ?? path
    const operation = operations.find((candidate) => candidate.method === method && candidate.pattern.test(pathname))
    if (!operation) return
    const described = operation.responses[String(status)] ?? operation.responses.default
    const schema = described?.content['application/json']?.schema
    if (!schema) throw new Error(`${method} ${operation.template} ${status} is not in the OpenAPI document`)
    const validate = ajv.compile(JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"api#/')))
    if (validate(body)) return
    throw new Error(`${method} ${operation.template} ${status} does not match: ${ajv.errorsText(validate.errors)}`)
  }
}
