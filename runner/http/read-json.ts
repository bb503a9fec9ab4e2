// A request's JSON body, checked; what is wrong is said with its place.
import type { HonoRequest } from 'hono'
import type { z } from 'zod'
import { RouteError } from './errors.ts'

/** Largest body, bytes. */
const largest = 64 * 1024

/** Reads and checks; an empty body counts as `{}`. Throws a `bad-request` error. */
export async function readJson<schema extends z.ZodType>(request: HonoRequest, schema: schema): Promise<z.infer<schema>> {
  const text = await readText(request)
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

/** The body as text; what is too large is refused before it is read to its end. */
async function readText(request: HonoRequest): Promise<string> {
  const decoder = new TextDecoder()
  let [text, length] = ['', Number(request.header('content-length') ?? 0)]
  if (length > largest) throw tooLarge()
  length = 0
  for await (const chunk of request.raw.body ?? []) {
    length += chunk.length
    if (length > largest) throw tooLarge()
    text += decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}

function tooLarge(): RouteError {
  return new RouteError('too-large', `The request is too large: expected at most ${largest} bytes`)
}
