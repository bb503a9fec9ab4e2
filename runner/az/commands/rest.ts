// az rest: any request, with az' token.
import type { Json } from '../../base/json.ts'
import { reasonPhrase } from '../arm-error.ts'
import { AzError } from '../cli-error.ts'
import { type Call, type CommandGroup, flag, list, required, text } from '../command.ts'
import { randomUuid } from '../context.ts'
import { sendOnce } from '../http-client.ts'
import { absolutePath } from '../paths.ts'
import { pythonJson } from '../python.ts'
import { acquireToken } from '../tokens.ts'

/** `az rest`. */
export const group: CommandGroup = { handlers: { rest } }

const resources: readonly (readonly [origin: string, resource: string])[] = [
  ['https://management.azure.com', 'https://management.core.windows.net/'],
  ['https://graph.microsoft.com', 'https://graph.microsoft.com/'],
  ['https://graph.windows.net', 'https://graph.windows.net/'],
]

async function rest(call: Call): Promise<unknown> {
  const { values, context } = call
  const url = requestUrl(call)
  const headers: Record<string, string> = {
    accept: '*/*',
    'user-agent': 'python/3.11.7 (Linux-x86_64) AZURECLI/2.91.0 (PIP)',
    'x-ms-client-request-id': randomUuid(context),
    commandname: 'rest',
    parametersetname: call.parameters.join(' '),
  }
  for (const [name, value] of pairs(list(values, 'headers'))) headers[name.toLowerCase()] = value.trim()
  const body = requestBody(text(values, 'body'), headers)
  if (headers.authorization === undefined && !flag(values, 'skip_authorization_header')) await authorize(call, url, headers)
  const method = (text(values, 'method') ?? 'get').toUpperCase()
  const response = await sendOnce(context, { url, method, headers, ...(body === undefined ? {} : { body }) })
  const answer = await response.text()
  if (response.status < 200 || response.status >= 300) throw new AzError(`${reasonPhrase(response.status)}${answer === '' ? '' : `(${answer})`}`)
  const file = text(values, 'output_file')
  if (file !== undefined) await context.files.write(absolutePath(context, file), answer)
  return file !== undefined || answer === '' ? undefined : parsed(call, answer)
}

function parsed(call: Call, answer: string): unknown {
  try {
    return JSON.parse(answer)
  } catch {
    call.log.warning('Not a json response, outputting to stdout. For binary data suggest use "--output-file" to write to a file')
    call.context.stdout(`${answer}\n`)
    return undefined
  }
}

function requestUrl(call: Call): string {
  const given = required(call.values, 'url')
  const absolute = given.includes('://') ? given : `https://management.azure.com/${given.replace(/^\/+/, '')}`
  const url = new URL(absolute.includes('{subscriptionId}') ? absolute.replaceAll('{subscriptionId}', call.arm.subscriptionId()) : absolute)
  for (const [name, value] of pairs(list(call.values, 'uri_parameters'))) url.searchParams.append(name, value)
  return url.href
}

/** `key=value` words, or JSON objects. */
function pairs(words: readonly string[] | undefined): readonly (readonly [string, string])[] {
  return (words ?? []).flatMap((word) => {
    try {
      return Object.entries(JSON.parse(word) as Record<string, Json>).map(([name, value]) => [name, String(value)] as const)
    } catch {
      return [[word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)] as const]
    }
  })
}

function requestBody(body: string | undefined, headers: Record<string, string>): string | undefined {
  if (body === undefined) return undefined
  try {
    const json = pythonJson(JSON.parse(body))
    headers['content-type'] ??= 'application/json'
    return json
  } catch {
    return body
  }
}

async function authorize(call: Call, url: string, headers: Record<string, string>): Promise<void> {
  const resource = text(call.values, 'resource') ?? resources.find(([origin]) => url.startsWith(`${origin}/`))?.[1]
  if (resource === undefined) {
    call.log.warning(
      "Can't derive appropriate Azure AD resource from --url to acquire an access token. If access token is required, use --resource to specify the resource",
    )
    return
  }
  const id = /\/subscriptions\/([^/?]+)/i.exec(url)?.[1]
  const known = id === undefined ? undefined : call.profile.all().find((entry) => entry.id.toLowerCase() === id.toLowerCase())
  const token = await acquireToken(call.context, known ?? call.profile.subscription(), `${resource}/.default`)
  headers.authorization = `Bearer ${token.token}`
}
