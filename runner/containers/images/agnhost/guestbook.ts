// `agnhost guestbook`: a small store of keys, its replicas, and the page's server before them (test/images/agnhost/guestbook).
import { decodeText } from '../../bytes.ts'
import { readOptions } from '../../commands/options.ts'
import { answerText, partsOf, readTarget, transfer } from '../../commands/transfer.ts'
import { forever, type HttpAnswer, type HttpCall, type Process } from '../../process.ts'
import { logLine } from './klog.ts'

interface Book {
  store: Record<string, string>
  readonly replicas: string[]
  readonly backend: string
  readonly process: Process
}

type Route = (values: URLSearchParams, book: Book) => HttpAnswer | Promise<HttpAnswer>

const routes: Readonly<Record<string, Route>> = { '/register': register, '/get': get, '/set': set, '/guestbook': forward }

/** Listens; a replica first copies what its primary holds. */
export async function guestbook(words: readonly string[], process: Process): Promise<number> {
  const options = readOptions(words, ['http-port', 'backend-port', 'replicaof'])
  const book: Book = { store: {}, replicas: [], backend: options.value('backend-port') ?? '6379', process }
  process.machine.net.listen(Number(options.value('http-port') ?? 80), { http: (call) => answer(call, book) })
  const primary = options.value('replicaof')
  for (let tries = 0; primary !== undefined && tries < 20; tries += 1) {
    const text = await ask(book, primary, `register?host=${process.machine.net.address}`)
    if (text !== undefined) {
      book.store = (JSON.parse(text) as { readonly data: Record<string, string> }).data
      process.err(logLine(process, `Registered to node: ${primary}`))
      break
    }
    process.err(logLine(process, `encountered error while registering to primary: ${primary}. Retrying in 3s.`))
    await process.sleep(3000)
  }
  return forever(process)
}

function answer({ path: asked }: HttpCall, book: Book): HttpAnswer | Promise<HttpAnswer> {
  const [path, query] = partsOf(asked)
  book.process.err(logLine(book.process, `GET ${asked}`))
  return routes[path]?.(new URLSearchParams(query), book) ?? answerText('404 page not found\n', undefined, 404)
}

async function ask({ process, backend }: Book, host: string, request: string): Promise<string | undefined> {
  const sending = { method: 'GET', headers: { 'user-agent': 'Go-http-client/1.1' }, body: '', patience: 5000 }
  const done = await transfer(process, readTarget(`http://${host}:${backend}/${request}`), sending)
  return done.kind === 'answer' ? decodeText(done.answer.body) : undefined
}

function register(values: URLSearchParams, book: Book): HttpAnswer {
  book.replicas.push(values.get('host') ?? '')
  return answerText(JSON.stringify({ data: book.store }))
}

function get(values: URLSearchParams, { store }: Book): HttpAnswer {
  const key = values.get('key') ?? ''
  return answerText(JSON.stringify({ data: key === '' ? store : (store[key] ?? '') }))
}

async function set(values: URLSearchParams, book: Book): Promise<HttpAnswer> {
  const [key, value] = [values.get('key') ?? '', values.get('value') ?? '']
  if (key === '') return answerText('cannot set with empty key.\n', undefined, 400)
  book.store = { ...book.store, [key]: value }
  for (const replica of book.replicas) {
    const done = await ask(book, replica, `set?key=${encodeURIComponent(key)}&value=${encodeURIComponent(value)}`)
    if (done === undefined) return answerText(`encountered error while propagating to replica '${replica}'\n`, undefined, 417)
  }
  return answerText(JSON.stringify({ message: 'Updated' }))
}

async function forward(values: URLSearchParams, book: Book): Promise<HttpAnswer> {
  const [command, key, value] = [(values.get('cmd') ?? '').toLowerCase(), values.get('key') ?? '', values.get('value') ?? '']
  if (command !== 'get' && command !== 'set') return answerText(`unsupported cmd: '${command}'\n`, undefined, 400)
  if (command === 'set' && key === '') return answerText('cannot set with empty key.\n', undefined, 400)
  const request = `${command}?key=${encodeURIComponent(key)}&value=${encodeURIComponent(value)}`
  const text = await ask(book, command === 'get' ? 'agnhost-replica' : 'agnhost-primary', request)
  return text === undefined ? answerText('encountered error\n', undefined, 417) : answerText(text)
}
