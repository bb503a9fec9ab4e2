// The `drydock` command of a learner's shell: the time of the world that the shell is in. Shown there as a file of its own, so it imports nothing of ours.
import process from 'node:process'

const host = 'https://clock.drydock.internal'
const usage = `Usage: drydock clock [advance DURATION | pace N]

  drydock clock                the world's time
  drydock clock advance 15m    moves it on; what falls due meanwhile happens, in order
  drydock clock pace 60        sixty world seconds in a second; 1 is true pace
`

process.exitCode = await main(process.argv.slice(2))

async function main([command, action, value, ...rest]: readonly string[]): Promise<number> {
  if (command === undefined || [command, action].includes('--help')) {
    process.stdout.write(usage)
    return 0
  }
  if (command !== 'clock') return refuse(`Unknown command "${command}": inside a shell there is only "drydock clock"`)
  if (action === undefined) return ask('GET', '/')
  const path = action === 'advance' ? '/advance?by=' : action === 'pace' ? '/pace?to=' : undefined
  if (path === undefined) return refuse(`Unknown action "${action}": expected "advance" or "pace"`)
  if (value === undefined)
    return refuse(action === 'advance' ? 'Expected a duration: "drydock clock advance 15m"' : 'Expected a number: "drydock clock pace 60"')
  if (rest[0] !== undefined) return refuse(`No use for "${rest[0]}"`)
  return ask('POST', `${path}${encodeURIComponent(value)}`)
}

async function ask(method: string, path: string): Promise<number> {
  try {
    const response = await fetch(`${host}${path}`, { method })
    const answer = (await response.json()) as { readonly now?: string; readonly pace?: number; readonly error?: string }
    if (!response.ok) return refuse(answer.error ?? `The clock answered ${response.status}`)
    process.stdout.write(`${answer.now}${answer.pace === 1 ? '' : ` (pace ${answer.pace})`}\n`)
    return 0
  } catch (error) {
    process.stderr.write(`drydock: The world's clock does not answer: ${error instanceof Error ? error.message : String(error)}\n`)
    return 1
  }
}

function refuse(message: string): number {
  process.stderr.write(`drydock: ${message}\n`)
  return 2
}
