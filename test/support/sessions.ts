// Sessions as people type them: commands and what is printed, in files that read like a terminal.
//
// `$ ` begins a command, `> ` goes on with it, `% ` is one whose output does not count. What follows is printed, both streams in one;
// `[1]` is an exit code other than 0, a line `...` stands for any lines. RECORD=1 writes down what is printed now.
// No session sleeps: `seen PATTERN COMMAND` runs a command until it prints a line like that, `unseen` until it prints none.
import assert from 'node:assert/strict'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { drydock } from './drydock.ts'

/** A command, and what it printed. */
interface Step {
  readonly command: string
  readonly counts: boolean
  readonly printed: string
}

/** A session: the lines before its first command say what it shows. */
export interface Session {
  readonly name: string
  readonly about: string
  readonly steps: readonly Step[]
}

/** How sessions are played: how many beside each other, and in which world. */
export interface Playing {
  readonly beside: number
  readonly world?: string
}

/** Plays every session of a folder in one shell, each in a namespace of its own, and compares what is printed. */
export async function playSessions(folder: string, { beside, world }: Playing): Promise<void> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.session')).sort()
  const chosen = process.env.ONLY
  const sessions = await Promise.all(
    files
      .filter((file) => chosen === undefined || file.includes(chosen))
      .map(async (file) => readSession(file.replace(/\.session$/, ''), await readFile(`${folder}/${file}`, 'utf8'))),
  )
  const { exit, stdout, stderr } = await drydock(['shell', ...(world === undefined ? [] : [world])], { stdin: driver(sessions, beside) })
  assert.equal(exit, 0, stderr)
  if (process.env.RECORD === '1')
    for (const session of sessions) await writeFile(`${folder}/${session.name}.session`, written(session, answersOf(stdout, session)))
  const wrong = process.env.RECORD === '1' ? [] : sessions.flatMap((session) => differences(session, answersOf(stdout, session)))
  console.log(`${folder}: ${sessions.length} sessions, ${sessions.flatMap(({ steps }) => steps).length} commands, ${wrong.length} deviating`)
  assert.equal(wrong.length, 0, wrong.join('\n'))
}

/** Reads a session's file. */
export function readSession(name: string, text: string): Session {
  const about: string[] = []
  const steps: { command: string; counts: boolean; printed: string }[] = []
  for (const line of text.replace(/\n$/, '').split('\n')) {
    const last = steps.at(-1)
    if (/^[$%] /.test(line)) steps.push({ command: line.slice(2), counts: line.startsWith('$'), printed: '' })
    else if (!last) about.push(line)
    else if (line === '>' || line.startsWith('> ')) last.command += `\n${line.slice(2)}`
    else last.printed += `${line}\n`
  }
  return { name, about: about.join('\n'), steps }
}

function written({ about, steps }: Session, played: readonly string[]): string {
  const lines = steps.map(({ command, counts }, index) => {
    const [first = '', ...rest] = command.split('\n')
    return `${counts ? '$' : '%'} ${first}\n${rest.map((line) => (line === '' ? '>\n' : `> ${line}\n`)).join('')}${counts ? (played[index] ?? '') : ''}`
  })
  return `${about}\n${lines.join('')}`
}

/** What waits in a session: for a state, never for a time. Whoever waits in vain is told so after a minute. */
const waiting = `
seen() { local pattern=$1 end=$((SECONDS + 60)); shift; until "$@" 2>&1 | grep -Eq -- "$pattern"; do [ $SECONDS -lt $end ] || { echo "never seen: $pattern"; return 1; }; sleep 0.1; done; }
unseen() { local pattern=$1 end=$((SECONDS + 60)); shift; while "$@" 2>&1 | grep -Eq -- "$pattern"; do [ $SECONDS -lt $end ] || { echo "always seen: $pattern"; return 1; }; sleep 0.1; done; }`

/** The whole script: every session a process of its own. */
function driver(sessions: readonly Session[], beside: number): string {
  const parts = sessions.map(
    (session, index) => `
play_${index}() {
folder=$(mktemp -d); cd "$folder"; out="$folder.out"
cp "$HOME/.kube/config" "$folder.kubeconfig"; export KUBECONFIG="$folder.kubeconfig" LC_ALL=C.UTF-8 TZ=UTC KUBE_EDITOR=false
kubectl create namespace ${session.name} >/dev/null && kubectl config set-context --current --namespace ${session.name} >/dev/null
{
${session.steps.map(({ command }) => `{ ${command}\n} < /dev/null; printf '\\nEND %s\\n' $?`).join('\n')}
} > "$out" 2>&1
printf 'SESSION %s %s\\n' ${session.name} "$(sed "s|$folder|FOLDER|g" "$out" | base64 -w0)"
}`,
  )
  const begun = sessions.map((_, index) => `while [ "$(jobs -rp | wc -l)" -ge ${beside} ]; do wait -n; done\nplay_${index} &`)
  return `${waiting}\n${parts.join('\n')}\nset +m\n${begun.join('\n')}\nwait\nexit 0\n`
}

function answersOf(stdout: string, { name, steps }: Session): readonly string[] {
  const [, encoded = ''] = new RegExp(`^SESSION ${name} (\\S*)$`, 'm').exec(stdout) ?? []
  const parts = Buffer.from(encoded, 'base64')
    .toString('utf8')
    .split(/\n?END (\d+)\n/)
  return steps.map((_, index) => {
    const text = parts[index * 2] ?? ''
    const code = parts[index * 2 + 1] ?? 'none'
    return `${text === '' || text.endsWith('\n') ? text : `${text}\n`}${code === '0' ? '' : `[${code}]\n`}`
  })
}

function differences({ name, steps }: Session, played: readonly string[]): readonly string[] {
  return steps.flatMap(({ command, counts, printed }, index) => {
    const actual = played[index] ?? ''
    if (!counts || fits(maskSession(actual), maskSession(printed)) || onlyMixed(command, actual, printed)) return []
    return [`--- ${name}: $ ${command}\n--- expected\n${printed}--- actual\n${actual}`]
  })
}

/** A pod's two streams come over a connection side by side, and are written by two hands: which line is first is not fixed. */
function onlyMixed(command: string, actual: string, expected: string): boolean {
  const sorted = (text: string): string => maskSession(text).split('\n').sort().join('\n')
  return /\bkubectl\b.* (exec|attach|run|debug) /.test(command) && sorted(actual) === sorted(expected)
}

function fits(actual: string, expected: string): boolean {
  if (!expected.split('\n').includes('...')) return actual === expected
  const pattern = expected
    .split('\n')
    .map((line) => (line === '...' ? '(?:[^\\n]*\\n)*?' : `${line.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}\\n`))
    .join('')
  return new RegExp(`^${pattern}$`).test(`${actual}\n`)
}

const letters = '[bcdfghjklmnpqrstvwxz2456789]'
const masks: readonly (readonly [RegExp, string])[] = [
  [/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, 'UID'],
  [/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, 'TIME'],
  [/^[WIE]\d{4} \d\d:\d\d:\d\d\.\d+ +\d+ /gm, 'KLOG '],
  [/\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d \+0000/g, 'TIME'],
  [/\b\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\S*( \+0000 UTC)?/g, 'TIME'],
  [/\w{3} \w{3} +\d+ \d\d:\d\d:\d\d( UTC)? \d{4}/g, 'TIME'],
  [/\b\d{1,3}(\.\d{1,3}){3}\b/g, 'IP'],
  [/\b3[0-2]\d{3}\b/g, 'PORT'],
  [new RegExp(`-${letters}{8,10}-${letters}{5}\\b`, 'g'), '-HASH-ID'],
  [new RegExp(`-${letters}{8,10}\\b`, 'g'), '-HASH'],
  [new RegExp(`-${letters}{5}\\b`, 'g'), '-ID'],
  [/(resourceVersion: )"\d+"/g, '$1"RV"'],
  [/(?<![\w.-])(\d+[smhd]){1,2}(?![\w.-])/g, 'AGE'],
  [/\b[0-9a-f]{64}\b/g, 'DIGEST'],
  [/ {2,}/g, ' '],
  [/[ \t]+$/gm, ''],
]

/** What chance decides is masked, and so are the widths of columns. */
export function maskSession(text: string): string {
  return masks.reduce((masked, [pattern, word]) => masked.replace(pattern, word), text)
}
