// A request's JSON body, checked; what is wrong is said with its place.
import type { HonoRequest } from 'hono'
import type { z } from 'zod'
import { RouteError } from './errors.ts'

/** Reads and checks; an empty body counts as `{}`. Throws a `bad-request` error. */
export async function readJson<schema extends z.ZodType>(request: HonoRequest, schema: schema): Promise<z.infer<schema>> {
  const text = await request.text()
  let value: unknown = {}
  try {
    if (text !== '') value = JSON.parse(text)
  } catch {
    throw new RouteError('bad-request', 'Cannot read the body: expected JSON')
  }
  const result = schema.safeParse(value)
  if (result.success) return result.data
  throw new RouteError('bad-request', result.error.issues.map(({ path, message }) => `${path.join('.') || 'body'}: ${message}`).join('; '))
}
