// The jq of a sandbox on a machine that has none: jq itself as WebAssembly, with the words of its command line. Bundled by bundle-clients.ts.
import { readFileSync } from 'node:fs'
import process from 'node:process'
import { text } from 'node:stream/consumers'
import { loadJq } from 'jq-wasm/inline'

/** A command line of jq, taken apart. Files are read here, for the program itself sees none. */
interface Asked {
  readonly filter: string
  readonly flags: readonly string[]
  readonly files: readonly string[]
}

/** Letters of a group as `-rc`, and whether it has this one. */
const has = (word: string, letter: string): boolean => /^-[a-zA-Z]+$/.test(word) && word.includes(letter)

/** Options of two further words that name a file for its content. */
const contents: Readonly<Record<string, (name: string, content: string) => readonly string[]>> = {
  '--rawfile': (name, content) => ['--arg', name, content],
  '--slurpfile': (name, content) => ['--argjson', name, slurped(content)],
}

const jq = await loadJq()
process.stdout.on('error', () => process.exit(0))
process.exitCode = await main(process.argv.slice(2))

async function main(words: readonly string[]): Promise<number> {
  if (words.includes('--version') || words.includes('-V')) return print(`${jq.version}\n`)
  if (words.includes('--help') || words.includes('-h')) return print('Usage: jq [OPTIONS] FILTER [FILES...]\nThe manual is that of jq 1.8.\n')
  try {
    const { filter, flags, files } = parse(words)
    const { stdout, stderr, exitCode } = jq.raw(await input(filter, flags, files), filter, [...flags])
    const joined = flags.some((flag) => has(flag, 'j') || flag === '--join-output' || flag === '--raw-output0')
    if (stderr) process.stderr.write(`${stderr}\n`)
    if (stdout) print(joined ? stdout : `${stdout}\n`)
    return exitCode
  } catch (error) {
    process.stderr.write(`jq: error: ${error instanceof Error ? error.message : String(error)}\n`)
    return 2
  }
}

function parse(words: readonly string[]): Asked {
  const flags: string[] = []
  const plain: string[] = []
  const positional: unknown[] = []
  const rest = [...words]
  let from: string | undefined
  let take: ((word: string) => unknown) | undefined
  const next = (option: string): string => rest.shift() ?? fail(`${option} takes a further parameter`)
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    const content = contents[word]
    if (content) flags.push(...content(next(word), readFileSync(next(word), 'utf8')))
    else if (word === '--arg' || word === '--argjson') flags.push(word, next(word), next(word))
    else if (word === '--indent') flags.push(word, next(word))
    else if (word === '--from-file' || has(word, 'f')) from = readFileSync(next(word), 'utf8')
    else if (word === '--args') take = (given) => given
    else if (word === '--jsonargs') take = (given) => JSON.parse(given)
    else if (word === '--') plain.push(...rest.splice(0))
    else if (/^-./.test(word)) flags.push(word)
    else if (take && (plain.length > 0 || from !== undefined)) positional.push(take(word))
    else plain.push(word)
  }
  const filter = from ?? plain.shift() ?? '.'
  const given = positional.length > 0 ? `($ARGS + {positional: ${JSON.stringify(positional)}}) as $ARGS | ` : ''
  return { filter: given + filter, flags, files: plain }
}

/** The files, or standard input; nothing where the filter asks for nothing. */
async function input(filter: string, flags: readonly string[], files: readonly string[]): Promise<string> {
  if (files.length > 0) return files.map((file) => readFileSync(file, 'utf8')).join('\n')
  const empty = flags.some((flag) => has(flag, 'n') || flag === '--null-input')
  return empty && !/\binputs?\b/.test(filter) ? '' : text(process.stdin)
}

function slurped(content: string): string {
  return jq.raw(content, '.', ['-s', '-c']).stdout
}

function print(text: string): number {
  process.stdout.write(text)
  return 0
}

function fail(message: string): never {
  throw new Error(message)
}
