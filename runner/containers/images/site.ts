// Web servers: pages out of the container's files, access logs, and the configuration of nginx as far as it is read.
import { formatDate } from '../commands/date.ts'
import { answerText, reasonOf } from '../commands/transfer.ts'
import { type Files, join, resolve } from '../files.ts'
import type { HttpAnswer, HttpCall, Process } from '../process.ts'

const types: Readonly<Record<string, string>> = {
  html: 'text/html',
  htm: 'text/html',
  css: 'text/css',
  js: 'application/javascript',
  json: 'application/json',
  txt: 'text/plain',
  svg: 'image/svg+xml',
  xml: 'text/xml',
}

/** How a server speaks for itself. */
export interface Voice {
  readonly server: string
  errorPage(status: number, path: string): string
}

/** A page of a folder, or why there is none. */
export function servePage(files: Files, root: string, call: HttpCall, voice: Voice): HttpAnswer {
  const path = (call.path.split('?')[0] ?? '/').replace(/%([\da-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  const real = resolve(root, `.${resolve('/', path)}`)
  const entry = files.stat(real)
  if (entry?.kind === 'folder' && !path.endsWith('/'))
    return { ...refusal(301, path, voice), headers: { server: voice.server, 'content-type': 'text/html', location: `${path}/` } }
  const file = entry?.kind === 'folder' ? join(real, 'index.html') : real
  const found = files.stat(file)
  if (found?.kind !== 'file') return refusal(entry?.kind === 'folder' ? 403 : 404, path, voice)
  if (call.method !== 'GET' && call.method !== 'HEAD') return refusal(405, path, voice)
  const type = types[file.slice(file.lastIndexOf('.') + 1)] ?? 'application/octet-stream'
  const headers = {
    server: voice.server,
    'content-type': type,
    'last-modified': formatDate(found.at, '%a, %d %b %Y %H:%M:%S GMT'),
    etag: `"${found.content.length.toString(16)}-${Math.floor(found.at / 1000).toString(16)}"`,
    'accept-ranges': 'bytes',
    ...(call.method === 'HEAD' && { 'content-length': String(found.content.length) }),
  }
  return { status: 200, headers, body: call.method === 'HEAD' ? '' : found.content }
}

function refusal(status: number, path: string, voice: Voice): HttpAnswer {
  return { status, headers: { server: voice.server, 'content-type': 'text/html' }, body: voice.errorPage(status, path) }
}

/** nginx's own pages. */
export const nginxVoice: Voice = {
  server: 'nginx/1.29.3',
  errorPage: (status) =>
    `<html>\r\n<head><title>${status} ${reasonOf({ status })}</title></head>\r\n<body>\r\n<center><h1>${status} ${reasonOf({ status })}</h1></center>\r\n<hr><center>nginx/1.29.3</center>\r\n</body>\r\n</html>\r\n`,
}

/** Apache's own pages. */
export const apacheVoice: Voice = {
  server: 'Apache/2.4.65 (Unix)',
  errorPage: (status) =>
    `<!DOCTYPE HTML PUBLIC "-//IETF//DTD HTML 2.0//EN">\n<html><head>\n<title>${status} ${reasonOf({ status })}</title>\n</head><body>\n<h1>${reasonOf({ status })}</h1>\n<p>The requested URL was not found on this server.</p>\n</body></html>\n`,
}

/** A line of an access log in the combined form. */
export function accessLine(process: Process, call: HttpCall, answer: HttpAnswer, forwarded: boolean): string {
  const when = formatDate(process.now(), '%d/%b/%Y:%H:%M:%S %z')
  const agent = call.headers['user-agent'] ?? '-'
  return `${call.from} - - [${when}] "${call.method} ${call.path} HTTP/1.1" ${answer.status} ${answer.body.length}${forwarded ? ` "${call.headers.referer ?? '-'}" "${agent}" "${call.headers['x-forwarded-for'] ?? '-'}"` : ''}\n`
}

/** A `server` of nginx's configuration. */
export interface NginxServer {
  readonly port: number
  answer(call: HttpCall): HttpAnswer
}

/** The servers that a configuration describes: ports, roots, and locations that return something. */
export function readNginx(files: Files): readonly NginxServer[] {
  const main = text(files, '/etc/nginx/nginx.conf')
  const included =
    files.isFolder('/etc/nginx/conf.d') && /include\s+\/etc\/nginx\/conf\.d/.test(main)
      ? files.list('/etc/nginx/conf.d').filter((name) => name.endsWith('.conf'))
      : []
  const whole = [main, ...included.map((name) => text(files, `/etc/nginx/conf.d/${name}`))].join('\n').replace(/#[^\n]*/g, '')
  return blocks(whole, 'server').flatMap(({ body }) => {
    const outer = body.replace(/location[^{]*\{[^{}]*\}/g, '')
    const ports = [...outer.matchAll(/\blisten\s+(?:[\d.*]+:|\[::\]:)?(\d+)/g)].map((match) => Number(match[1]))
    const locations = blocks(body, 'location').map(({ name, body: inner }) => ({ name, inner }))
    const root = outer.match(/\broot\s+([^;\s]+)/)?.[1]
    return [...new Set(ports)].map((port) => ({ port, answer: (call) => located(files, call, { locations, root, outer }) }))
  })
}

interface Located {
  readonly locations: readonly { readonly name: string; readonly inner: string }[]
  readonly root: string | undefined
  readonly outer: string
}

function located(files: Files, call: HttpCall, { locations, root, outer }: Located): HttpAnswer {
  const path = call.path.split('?')[0] ?? '/'
  const fits = (name: string): number => {
    const [, sign = '', place = ''] = name.match(/^(=|~\*?|\^~)?\s*(\S+)/) ?? []
    if (sign === '=') return place === path ? 10_000 : -1
    if (sign.startsWith('~')) return new RegExp(place, sign === '~*' ? 'i' : '').test(path) ? 5000 : -1
    return path.startsWith(place) ? place.length : -1
  }
  const [best] = [...locations].sort((a, b) => fits(b.name) - fits(a.name))
  const inner = best && fits(best.name) >= 0 ? best.inner : ''
  const returned = `${inner}\n${inner === '' ? outer : ''}`.match(/\breturn\s+(\d+)(?:\s+("(?:\\.|[^"])*"|'[^']*'|[^;]*))?;/)
  if (returned) {
    const said = (returned[2] ?? '')
      .replace(/^["']|["']$/g, '')
      .replace(/\\n/g, '\n')
      .replace(/\$hostname/g, text(files, '/etc/hostname').trim())
    const status = Number(returned[1])
    const type = inner.match(/(?:default_type|add_header\s+Content-Type)\s+"?([^;"]+)/)?.[1] ?? 'application/octet-stream'
    if (status >= 300 && status < 400)
      return { ...refusal(status, path, nginxVoice), headers: { server: nginxVoice.server, 'content-type': 'text/html', location: said } }
    return returned[2] === undefined
      ? refusal(status, path, nginxVoice)
      : { ...answerText(said, type, status), headers: { server: nginxVoice.server, 'content-type': type } }
  }
  const place = inner.match(/\broot\s+([^;\s]+)/)?.[1] ?? root ?? '/etc/nginx/html'
  return servePage(files, place, call, nginxVoice)
}

function blocks(config: string, kind: string): readonly { readonly name: string; readonly body: string }[] {
  const found: { name: string; body: string }[] = []
  for (const match of config.matchAll(new RegExp(`\\b${kind}\\s*([^{};]*)\\{`, 'g'))) {
    const start = (match.index ?? 0) + match[0].length
    let depth = 1
    let end = start
    for (; end < config.length && depth > 0; end += 1) depth += config[end] === '{' ? 1 : config[end] === '}' ? -1 : 0
    found.push({ name: (match[1] ?? '').trim(), body: config.slice(start, end - 1) })
  }
  return found
}

function text(files: Files, path: string): string {
  const entry = files.stat(path)
  return entry?.kind === 'file' ? entry.content : ''
}
