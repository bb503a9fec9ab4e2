// `npm run soak` (1): the server is killed at random moments of the exercise; what was acknowledged must be there afterwards.
import { createRandom } from '#runner/base/random.ts'
import type { ServerMessage } from '#runner/http/messages.ts'
import { attached, type PageWindow, pageClient } from '#test/support/page-client.ts'
import { type ServedRunner, serveRunner } from '#test/support/serve-runner.ts'

/** What was found missing, in words; and how much was looked at. */
export interface KillReport {
  readonly kills: number
  readonly acknowledged: number
  readonly verdicts: number
  readonly bytes: number
  readonly missing: readonly string[]
}

/** Each writes something, waits until the API has said yes, and only then says so on the terminal. */
const azureWriter = 'n=0; while :; do n=$((n+1)); az group create -n "g-ROUND-$n" -l eastus -o none && echo "ack azure g-ROUND-$n"; done'
const clusterWriter =
  'n=0; while :; do n=$((n+1)); kubectl --context "$EAST_MEMBER-ctx" create configmap "c-ROUND-$n" >/dev/null 2>&1 && echo "ack cluster c-ROUND-$n"; done'

/** Plays the exercise again and again, killing the server after a random time of each round. */
export async function killRepeatedly(kills: number, seed: string, tell: (line: string) => void): Promise<KillReport> {
  const random = createRandom(seed)
  const server = await serveRunner()
  const report = { kills: 0, acknowledged: 0, verdicts: 0, bytes: 0, missing: [] as string[] }
  try {
    const client = pageClient(server.url)
    let session = await client.begin('fleet-manager')
    for (let round = 0; round < kills; round += 1) {
      if (round > 0 && round % 12 === 0) session = await client.begin('fleet-manager', { fresh: true, from: 1 + random.below(7) })
      const before = await play(server, client, { id: session.id, round, ms: 200 + random.below(6000) })
      await server.kill()
      await server.start()
      const window = await attached(client, session.id)
      await compare(before, window, report, round)
      await compareVerdicts(before, { client, window, id: session.id }, report, round)
      await window.close()
      tell(`kill ${round + 1}: ${report.acknowledged} writes, ${report.verdicts} verdicts, ${report.bytes} bytes looked at; ${report.missing.length} missing`)
    }
  } finally {
    await server.dispose()
  }
  return report
}

interface Before {
  readonly text: Buffer
  readonly writes: readonly string[]
  readonly done: readonly string[]
  /** The step whose commands were being typed. */
  readonly step: string | undefined
}

type Client = ReturnType<typeof pageClient>

/** A round of the exercise until the moment of the kill; gives what the window had been told by then. */
async function play(_server: ServedRunner, client: Client, { id, round, ms }: { id: string; round: number; ms: number }): Promise<Before> {
  const window = await attached(client, id)
  const open = window.last('hello')?.steps.find(({ state }) => state === 'open')?.id ?? '8'
  window.send({ type: 'open', columns: 100, rows: 30 })
  await window.until(() => (window.last('terminals')?.terminals.length ?? 1) > 1 || (window.last('hello')?.terminals.length ?? 1) > 1, 'a second terminal')
  const second = Math.max(...((window.last('terminals') ?? window.last('hello'))?.terminals ?? []).map(({ number }) => number))
  window.send({ type: 'attach', terminal: second })
  await window.until(() => /\]133;B/.test(window.text(second)), 'its prompt')
  const writer = Number(open) > 4 ? `export EAST_MEMBER=member-east; ${clusterWriter}` : azureWriter
  window.type(`${writer.replaceAll('ROUND', String(round))}\r`, second)
  for (let step = Number(open); step <= 8; step += 1) window.send({ type: 'solve', terminal: 1, step: String(step) })
  await new Promise((resolve) => setTimeout(resolve, ms))
  const writes = [...window.text(second).matchAll(/^ack (\w+ \S+)\r$/gm)].map(([, write = '']) => write)
  return { text: window.output.get(1)?.bytes ?? Buffer.alloc(0), writes, done: doneIn(window), step: stepIn(window) }
}

function stepIn(window: PageWindow): string | undefined {
  const { terminals = [] } = window.last('terminals') ?? window.last('hello') ?? {}
  return terminals.find(({ number }) => number === 1)?.running?.step
}

function doneIn(window: PageWindow): readonly string[] {
  const verdicts = new Map<string, string>()
  const note = (standing: { id: string; verdict: string }): unknown => verdicts.set(standing.id, standing.verdict)
  for (const message of window.messages as readonly ServerMessage[]) {
    if (message.type === 'hello') message.standings.forEach(note)
    if (message.type === 'standing') note(message.standing)
  }
  return [...verdicts].filter(([, verdict]) => verdict === 'done').map(([id]) => id)
}

async function compare(
  before: Before,
  window: PageWindow,
  report: { acknowledged: number; verdicts: number; bytes: number; kills: number; missing: string[] },
  round: number,
): Promise<void> {
  // The shell is a new one: its prompt comes after everything that was there.
  await window.until(() => /\]133;B/.test((window.output.get(1)?.bytes ?? Buffer.alloc(0)).subarray(before.text.length).toString('latin1')), 'the new prompt')
  const after = window.output.get(1)
  report.kills += 1
  report.bytes += before.text.length
  if (!after?.bytes.subarray(0, before.text.length).equals(before.text))
    report.missing.push(`round ${round}: scrollback of ${before.text.length} bytes is not where it was`)
  const groups = before.writes.some((write) => write.startsWith('azure')) ? await window.run('az group list --query "[].name" -o tsv') : ''
  const maps = before.writes.some((write) => write.startsWith('cluster')) ? await window.run('kubectl --context member-east-ctx get configmaps -o name') : ''
  for (const write of before.writes) {
    const name = write.split(' ')[1] ?? ''
    report.acknowledged += 1
    const listed = write.startsWith('azure') ? groups : maps
    if (!new RegExp(`(^|/)${name}\\r$`, 'm').test(listed))
      report.missing.push(`round ${round}: ${write} was acknowledged and is not there (${listed.length} bytes listed, ${listed.slice(0, 200)})`)
  }
  for (const { number } of window.last('hello')?.terminals ?? []) if (number > 1) window.send({ type: 'close', terminal: number })
  await window.run('true')
}

/** The one verdict that the exercise itself takes back for a while (step 7 deletes the deployment), and what it finds then. */
const takenBack = { id: 'workload-on-members', step: '7', seen: /no deployment "web"/ }

/** What was done is done; if the kill came while step 7 deleted the deployment, Fleet repairs it after. */
async function compareVerdicts(
  before: Before,
  { client, window, id: session }: { readonly client: Client; readonly window: PageWindow; readonly id: string },
  report: { verdicts: number; missing: string[] },
  round: number,
): Promise<void> {
  for (const id of before.done) {
    report.verdicts += 1
    const now = window.last('hello')?.standings.find((standing) => standing.id === id)
    if (now?.verdict === 'done') continue
    const lost = `round ${round}: ${id} was done, is ${now?.verdict}: ${now?.seen}`
    if (id !== takenBack.id || before.step !== takenBack.step || !takenBack.seen.test(now?.seen ?? '')) report.missing.push(lost)
    else if (!(await repaired(client, window, session))) report.missing.push(`${lost}; and Fleet does not repair it`)
  }
}

async function repaired(client: Client, window: PageWindow, session: string): Promise<boolean> {
  const doneAgain = (): boolean =>
    window.messages.some((message) => message.type === 'standing' && message.standing.id === takenBack.id && message.standing.verdict === 'done')
  for (let minutes = 0; minutes < 30 && !doneAgain(); minutes += 5) {
    await client.request('POST', `/api/sessions/${session}/clock`, { advance: '5m' })
    await window.run('true')
  }
  return doneAgain()
}
