// A client of lists in a process of its own: what it makes of the bytes is not counted as the server's work.
import { Agent, request } from 'node:https'
import { medianMs } from './measure.ts'

/** Where the server is, as the process that serves tells this one. */
export interface ListTask {
  readonly port: number
  readonly ca: string
  readonly host: string
  readonly token: string
  /** Objects in a page. */
  readonly page: number
}

/** Median ms of one page, and of all of them. */
export interface ListFigures {
  readonly page: number
  readonly pages: number
}

process.once('message', (task: ListTask) => void measure(task).then((figures) => process.send?.(figures)))

async function measure({ port, ca, host, token, page }: ListTask): Promise<ListFigures> {
  const agent = new Agent({ keepAlive: true, ca, servername: host })
  const headers = { authorization: `Bearer ${token}`, host }
  /** Answers how the list begins, with what goes on from there in it. */
  const get = (path: string): Promise<string> =>
    new Promise((resolve, reject) => {
      request({ host: '127.0.0.1', port, agent, path, headers }, (answer) => {
        let start = ''
        answer.on('data', (part: Buffer) => {
          if (start.length < 1000) start += part.toString('utf8', 0, 1000)
        })
        answer.once('end', () => resolve(start))
      })
        .once('error', reject)
        .end()
    })
  const pages = async (): Promise<void> => {
    let next = ''
    do {
      const start = await get(`/api/v1/pods?limit=${page}${next === '' ? '' : `&continue=${next}`}`)
      next = /"continue":"([^"]+)"/.exec(start)?.[1] ?? ''
    } while (next !== '')
  }
  return { page: await medianMs(() => get(`/api/v1/pods?limit=${page}`), 10), pages: await medianMs(pages, 5, 1) }
}
