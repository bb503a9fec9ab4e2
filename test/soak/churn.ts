// `npm run soak` (2): sessions come and go; descriptors, processes, folders and memory of the server return to where they were.
import { readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { attached, pageClient } from '#test/support/page-client.ts'
import { type ServedRunner, serveRunner } from '#test/support/serve-runner.ts'

/** What a server holds of its machine. */
export interface Holdings {
  readonly descriptors: number
  /** Processes that descend from it. */
  readonly processes: number
  /** Folders of sandboxes in the temporary folder. */
  readonly folders: number
  readonly memoryMiB: number
}

/** Rounds of sessions that are begun, used and deleted; gives what was held after each, the first being the warm server at rest. */
export async function churn(options: { readonly rounds: number; readonly sessions: number }, tell: (line: string) => void): Promise<readonly Holdings[]> {
  const server = await serveRunner()
  try {
    await beginAtTheEnd(server)
    const held: Holdings[] = []
    for (let round = 0; round <= options.rounds; round += 1) {
      await playRound(server, round === 0 ? 2 : options.sessions)
      held.push(holdings(server))
      tell(`after ${round} rounds of ${options.sessions} sessions: ${JSON.stringify(held.at(-1))}`)
    }
    return held
  } finally {
    await server.dispose()
  }
}

/** A new server solves its labs in a sandbox of its own: who begins with the last step waits until that is over. */
async function beginAtTheEnd(server: ServedRunner): Promise<void> {
  const client = pageClient(server.url)
  const { id } = await client.begin('fleet-manager', { from: 8 })
  await client.request('DELETE', `/api/sessions/${id}`)
}

async function playRound(server: ServedRunner, sessions: number): Promise<void> {
  for (let begun = 0; begun < sessions; begun += 10) {
    await Promise.all(
      Array.from({ length: Math.min(10, sessions - begun) }, async () => {
        const client = pageClient(server.url)
        const { id } = await client.begin('fleet-manager')
        const window = await attached(client, id)
        await window.run('az group create -n g -l eastus -o none; seq 1 500 | tail -1')
        await client.request('DELETE', `/api/sessions/${id}`)
      }),
    )
  }
}

function holdings(server: ServedRunner): Holdings {
  const pid = server.pid()
  const memory = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024
  const folders = readdirSync(tmpdir()).filter((name) => name.startsWith(`drydock-${pid}-`)).length
  return { descriptors: readdirSync(`/proc/${pid}/fd`).length, processes: descendants(pid), folders, memoryMiB: Math.round(memory) }
}

function descendants(pid: number): number {
  const children = readdirSync(`/proc/${pid}/task`).flatMap((task) => {
    try {
      return readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number)
    } catch {
      return []
    }
  })
  return children.reduce((sum, child) => sum + 1 + descendants(child), 0)
}
