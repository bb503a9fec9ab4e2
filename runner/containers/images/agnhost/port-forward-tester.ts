// `agnhost port-forward-tester`: one connection over TCP, what is expected of it, and chunks that are sent back.
import type { Connected, Process, Program } from '../../process.ts'

/** Ends with 0 after one connection, with the original's codes where less or something else came. */
export const portForwardTester: Program = async (_, process) => {
  const expected = process.env.get('EXPECTED_CLIENT_DATA') ?? ''
  const { to, read } = await accepted(process, expected.length)
  process.out('Accepted client connection\n')
  if (expected !== '') {
    const came = await process.halt.unless(read)
    if (came.length < expected.length) {
      const why = came === '' ? 'EOF' : '<nil>'
      process.out(`Expected to read ${expected.length} bytes from client, but got ${came.length} instead. err=${why}\n`)
      return 2
    }
    if (came !== expected) {
      process.out(`Expect to read ${JSON.stringify(expected)}, but got ${JSON.stringify(came)}. err=<nil>\n`)
      return 3
    }
    process.out('Received expected client data\n')
  }
  const [chunks, size, interval] = ['CHUNKS', 'CHUNK_SIZE', 'CHUNK_INTERVAL'].map((name) => numberOf(process, name))
  if (chunks === undefined || size === undefined || interval === undefined) return 1
  for (let sent = 0; sent < chunks; sent += 1) {
    if (sent > 0) await process.sleep(interval)
    to.send('x'.repeat(size))
  }
  process.out('Shutting down connection\n')
  to.end()
  await process.sleep(lastPause)
  process.out('Done\n')
  return 0
}

/** Between the end of what is sent and the connection's, ms. */
const lastPause = 500

/** The first connection, and what it brings until that is `length` bytes or it ends. */
async function accepted(process: Process, length: number): Promise<{ readonly to: Connected; readonly read: Promise<string> }> {
  const first = Promise.withResolvers<Connected>()
  const read = Promise.withResolvers<string>()
  let held = ''
  const stream = (to: Connected) => {
    first.resolve(to)
    return {
      data(bytes: string) {
        held += bytes
        if (held.length >= length) read.resolve(held.slice(0, length))
      },
      end: () => read.resolve(held),
    }
  }
  process.machine.net.listen(Number(process.env.get('BIND_PORT')), { stream })
  return { to: await process.halt.unless(first.promise), read: read.promise }
}

function numberOf(process: Process, name: string): number | undefined {
  const text = process.env.get(name) ?? ''
  if (/^-?\d+$/.test(text)) return Number(text)
  process.out(`Error parsing ${name} ${JSON.stringify(text)}: strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax\n`)
  return undefined
}
