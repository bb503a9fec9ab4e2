// Recorded kubectl sessions: loaded, played by a bash that has a world's kubectl, and compared as their README says.
import { readdir, readFile } from 'node:fs/promises'
import { mask, type RecordedWorld, sortEvents } from './mask.ts'

/** One command of a recorded session. */
export interface RecordedStep {
  readonly run: string
  readonly stdin?: string
  readonly exit: number
  readonly stdout: string
  readonly stderr: string
  readonly compare?: 'exit' | 'last' | 'first' | 'sorted' | 'set' | 'stdout' | 'none'
}

/** A recorded session. */
export interface RecordedCase {
  readonly name: string
  readonly area: string
  readonly namespace: string
  readonly serial?: boolean
  readonly needs?: readonly string[]
  readonly cleanup?: string
  readonly world: RecordedWorld
  readonly steps: readonly RecordedStep[]
}

/** What a step printed when it was played. */
export interface PlayedStep {
  readonly exit: number
  readonly stdout: string
  readonly stderr: string
}

/** A step that did not print what the real cluster printed: the masked texts. */
export interface Deviation {
  readonly step: string
  readonly expected: string
  readonly actual: string
}

/** Every case below a folder of recordings, sorted by area and name. */
export async function loadCases(folder: string, areas: readonly string[]): Promise<readonly RecordedCase[]> {
  const cases: RecordedCase[] = []
  for (const area of areas) {
    const files = (await readdir(`${folder}/${area}`)).filter((file) => file.endsWith('.json')).sort()
    for (const file of files) cases.push(JSON.parse(await readFile(`${folder}/${area}/${file}`, 'utf8')) as RecordedCase)
  }
  return cases
}

/** The script that plays a case: each step in a bash of its own, in one folder, its answers framed line by line. */
export function scriptOf(recorded: RecordedCase): string {
  const steps = recorded.steps.map(({ run, stdin = '' }) => `play ${encode(run)} ${encode(stdin)}`)
  return `
folder=$(mktemp -d); cd "$folder"
cp "$HOME/.kube/config" "$folder.kubeconfig"; export KUBECONFIG="$folder.kubeconfig" KUBE_EDITOR=false LC_ALL=C.UTF-8 TZ=UTC
kubectl wait --for=delete namespace/${recorded.namespace} --timeout=40s >/dev/null 2>&1
kubectl create namespace ${recorded.namespace} >/dev/null
kubectl config set-context --current --namespace ${recorded.namespace} >/dev/null
for i in 1 2 3 4 5 6 7 8 9 10; do kubectl get sa/default cm/kube-root-ca.crt >/dev/null 2>&1 && break; sleep 0.1; done
names="s|$KUBECONFIG|KUBECONFIG|g;s|$folder|WORKDIR|g"
play() {
  printf %s "$2" | base64 -d > "$folder.in"
  timeout 20 bash -c "$(printf %s "$1" | base64 -d)" < "$folder.in" > "$folder.out" 2> "$folder.err"
  printf 'STEP %s %s %s\\n' $? "$(sed "$names" "$folder.out" | base64 -w0)" "$(sed "$names" "$folder.err" | base64 -w0)"
}
${steps.join('\n')}
${recorded.cleanup ?? ''}
kubectl delete namespace ${recorded.namespace} --wait=false >/dev/null 2>&1
exit 0
`
}

/** The answers framed by `scriptOf`. */
export function playedSteps(stdout: string): readonly PlayedStep[] {
  return [...stdout.matchAll(/^STEP (\d+) (\S*) (\S*)$/gm)].map(([, exit = '', out = '', err = '']) => ({
    exit: Number(exit),
    stdout: decode(out),
    stderr: decode(err),
  }))
}

/** How a played step differs from the recorded one; undefined when it does not. */
export function deviationOf(
  step: RecordedStep,
  played: PlayedStep | undefined,
  worlds: { recorded: RecordedWorld; played: RecordedWorld },
): Deviation | undefined {
  if (step.compare === 'none') return undefined
  if (!played) return { step: step.run, expected: comparable(step, step, worlds.recorded), actual: '(not played)' }
  const expected = comparable(step, step, worlds.recorded)
  const actual = comparable(step, played, worlds.played)
  return expected === actual ? undefined : { step: step.run, expected, actual }
}

function comparable(step: RecordedStep, answer: PlayedStep, world: RecordedWorld): string {
  if (step.compare === 'exit') return `exit ${answer.exit}`
  const hide = (text: string): string => arrange(step, sortEvents(mask(text, world)))
  const stderr = step.compare === 'stdout' ? '' : hide(answer.stderr)
  return `exit ${answer.exit}\n${hide(answer.stdout)}\n--- stderr\n${stderr}`
}

/** Lines of a table of events that are the kubelet's: there was none when the recordings were made. */
const kubeletEvent = /\bkubelet\b|\b(Pulling|Pulled|Created|Started|Killing)\b.*\bpod\/|^(Pulling|Pulled|Created|Started|Killing)\b/

/** Orders and picks lines as the step's `compare` asks; a table of events is a set. */
function arrange({ compare, run }: RecordedStep, text: string): string {
  const isEvents = /\bget (events?|ev)\b|kubectl events/.test(run)
  const lines = text.split('\n').filter((line) => !isEvents || !kubeletEvent.test(line))
  if (compare === 'last') return lines.filter((line) => line !== '').at(-1) ?? ''
  if (compare === 'first') return lines[0] ?? ''
  if (compare === 'sorted') return [...lines].sort().join('\n')
  if (compare === 'set' || isEvents) return [...new Set(lines)].sort().join('\n')
  return text
}

function encode(text: string): string {
  return `'${Buffer.from(text).toString('base64')}'`
}

function decode(text: string): string {
  return Buffer.from(text, 'base64').toString('utf8')
}
