// Recorded sessions on a real fleet, played again with the real kubectl on a fleet of ours, and compared as their README says.
import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse, stringify } from 'yaml'
import { type PlainServer, servePlain } from './plain-server.ts'
import type { TestFleet } from './start-fleet.ts'

/** One command of a recording. */
export interface FleetStep {
  readonly run: string
  readonly stdin?: string
  readonly exit: number
  readonly stdout: string
  readonly stderr: string
  readonly tookMs: number
  readonly wait?: boolean
  readonly timing?: boolean
  readonly unstable?: boolean
  readonly compare?: string
}

/** A change of an object in a recording. */
export interface FleetEvent {
  readonly atMs: number
  readonly cluster: string
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'
  readonly kind: string
  readonly ns?: string
  readonly name: string
  readonly change: unknown
}

/** A recorded session. */
export interface FleetRecording {
  readonly name: string
  readonly world: string
  readonly webhook: string
  readonly replayable: boolean
  readonly steps: readonly FleetStep[]
  readonly timeline: readonly FleetEvent[]
}

/** A step that printed something else than on the real fleet; both texts are masked. */
export interface FleetDeviation {
  readonly step: number
  readonly run: string
  readonly expected: string
  readonly actual: string
}

/** What a replay came to. */
export interface FleetReplay {
  readonly compared: number
  /** Steps that are not compared: waits, timings and what two real runs print differently. */
  readonly leftOut: number
  readonly deviations: readonly FleetDeviation[]
}

/** Reads a recording. */
export async function loadRecording(name: string): Promise<FleetRecording> {
  const file = new URL(`../truth/fleet/${name}.json`, import.meta.url)
  return JSON.parse(await readFile(file, 'utf8')) as FleetRecording
}

/** What one command printed. */
export interface Printed {
  readonly exit: number
  readonly stdout: string
  readonly stderr: string
}

/** How fast time passes while a command runs: `first` for `until` ms of the fleet's time, `after` from then on. */
export interface Pace {
  readonly first: number
  readonly until: number
  readonly after: number
}

/** A shell with contexts for all clusters of a fleet. */
export interface FleetShell {
  /** Runs a command in a bash of its own; time passes as long as it runs. */
  run(command: string, pace?: Pace): Promise<Printed>
  close(): Promise<void>
}

/** The plugin behind `kubectl fleet`. */
const plugin = fileURLToPath(new URL('../../runner/cli/kubectl-fleet-entry.ts', import.meta.url))

/** Opens a shell; `kubectl` is the program's path. */
export async function openFleetShell(fleet: TestFleet, kubectl: string): Promise<FleetShell> {
  const clusters = { hub: fleet.hub, ...fleet.members }
  const servers: [name: string, server: PlainServer][] = []
  for (const [name, { server }] of Object.entries(clusters)) servers.push([name, await servePlain(server.host)])
  const folder = await mkdtemp(join(tmpdir(), 'fleet-'))
  await writeFile(join(folder, 'config'), kubeconfig(servers))
  await writeFile(join(folder, 'kubectl-fleet'), `#!/bin/sh\nexec ${process.execPath} ${plugin} "$@"\n`, { mode: 0o755 })
  const env = { PATH: `${folder}:${dirname(kubectl)}:/usr/bin:/bin`, HOME: folder, KUBECONFIG: join(folder, 'config'), TZ: 'UTC', LC_ALL: 'C.UTF-8' }
  const forget = fleet.clock.handle('shell', (pace) => fleet.clock.setPace(Number(pace)))
  return {
    async run(command, { first, until, after } = { first: 1, until: 0, after: 1 }) {
      const seconds = /^sleep (\d+)$/.exec(command)?.[1]
      if (seconds !== undefined) {
        await fleet.settle(Number(seconds) * 1000)
        return { exit: 0, stdout: '', stderr: '' }
      }
      await fleet.settle()
      fleet.clock.setPace(first)
      fleet.clock.arm({ owner: 'shell', key: String(after), at: fleet.clock.now() + until })
      fleet.clock.start()
      const printed = await bash(first > 1 ? hastened(command) : command, { cwd: folder, env })
      fleet.clock.stop()
      fleet.clock.disarm('shell', String(after))
      return printed
    },
    async close() {
      forget()
      for (const [, server] of servers) server.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** A command that waits or polls, for a clock that runs so much faster. */
function hastened(command: string): string {
  return command.replace(/\bsleep 1\b/g, 'sleep 0.1').replace(/--timeout=\d+s/, '--timeout=30s')
}

/** Plays a recording's steps and compares what each prints. */
export async function replay(recording: FleetRecording, shell: FleetShell): Promise<FleetReplay> {
  const deviations: FleetDeviation[] = []
  let leftOut = 0
  for (const [index, step] of recording.steps.entries()) {
    const printed = await shell.run(step.run, paceOf(step))
    if (step.wait || step.timing || step.unstable || step.compare === 'none') {
      leftOut += 1
      continue
    }
    const [expected, actual] = [textOf(step, recording), textOf(printed, recording)]
    if (expected !== actual) deviations.push({ step: index, run: step.run, expected, actual })
  }
  return { compared: recording.steps.length - leftOut, leftOut, deviations }
}

/**
 * Time passes faster while a step does nothing but wait: nearly as long as it took when it was recorded, or well beyond where it took long.
 * It passes slower where any other step takes longer than it did: a busy machine is no reason for the fleet to be further on.
 */
function paceOf({ run, wait, timing, tookMs }: FleetStep): Pace {
  const waits = wait || timing || /^kubectl --context \S+ wait /.test(run)
  if (!waits) return { first: 1, until: tookMs, after: 0.25 }
  return { first: 10, until: tookMs < 30_000 ? 0.75 * tookMs : 1.5 * tookMs, after: 1 }
}

function kubeconfig(servers: readonly (readonly [string, PlainServer])[]): string {
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: servers.map(([name, { url }]) => ({ name, cluster: { server: url } })),
    users: [{ name: 'admin', user: {} }],
    contexts: servers.map(([name]) => ({ name, context: { cluster: name, user: 'admin' } })),
    'current-context': 'hub',
  }
  return JSON.stringify(config)
}

function bash(command: string, { cwd, env }: { readonly cwd: string; readonly env: Record<string, string> }): Promise<Printed> {
  return new Promise((done) => {
    const child = spawn('bash', ['-c', command], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
    let [stdout, stderr] = ['', '']
    child.stdout.on('data', (part) => (stdout += part))
    child.stderr.on('data', (part) => (stderr += part))
    child.on('close', (code) => done({ exit: code ?? 1, stdout, stderr }))
  })
}

function textOf({ exit, stdout, stderr }: Printed, recording: Pick<FleetRecording, 'name'>): string {
  return `exit ${exit}\n${maskFleet(stdout, recording)}\n${maskFleet(stderr, recording)}`
}

/** Sessions that were played on the same real fleet at the same time: what bears their names is left out. */
const sessions = [
  'drift-silent',
  'edit-placement',
  'fail-immutable',
  'fail-quota',
  'override-cluster',
  'pickfixed-one',
  'pickn-scale',
  'revisions',
  'rollout-untrackable',
  'select-nothing',
  'staged-approval',
  'staged-stuck',
  'staged-wait',
  'unavailable-loadbalancer',
  'web-drift',
]

function othersOf({ name }: Pick<FleetRecording, 'name'>): RegExp {
  return new RegExp(`\\b(${sessions.filter((session) => session !== name && !(name === 'exercise-drift' && session === 'web-drift')).join('|')})\\b`)
}

const masks: readonly (readonly [RegExp, string])[] = [
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, '<uid>'],
  [/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, '<time>'],
  [/\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d \w{3} \d{4} \d\d:\d\d:\d\d [+-]\d{4}/g, '<time>'],
  [/(resourceVersion: ?)"\d+"/g, '$1"<rv>"'],
  [/(Resource Version:\s+)\d+/g, '$1<rv>'],
  [/\b\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d\b/g, '<time>'],
  [/https?:\/\/127\.0\.0\.1:\d+/g, '<server>'],
  [/\b10\.\d+\.\d+\.\d+\b/g, '<address>'],
  [/(spec-hash["\\]*: *["\\]*|resource-hash: )[0-9a-f]{64}/g, '$1<hash>'],
  [/\bweb-[bcdfghjklmnpqrstvwxz2456789]{8,10}(-[bcdfghjklmnpqrstvwxz2456789]{5})?\b/g, 'web-<hash>'],
  [/(pod-template-hash: )[a-z0-9]+/g, '$1<hash>'],
  [/kube-api-access-\w{5}/g, 'kube-api-access-<suffix>'],
  [/((?:east|west))-[0-9a-f]{8}\b/g, '$1-<suffix>'],
  [/\b0x[0-9a-f]+/g, '<pointer>'],
  [/caBundle: \S+/g, 'caBundle: <bytes>'],
]

const age = /(?<![\w.:/-])(?:\d+[ydhms]){1,3}(?![\w.:/-])/g

/** Hides what chance and time decide, and puts lists without an order into one: what the recordings' README lists, nothing else. */
export function maskFleet(text: string, recording: Pick<FleetRecording, 'name'> = { name: '' }): string {
  let masked = text
  for (const [pattern, replacement] of masks) masked = masked.replace(pattern, replacement)
  const others = othersOf(recording)
  if (/^(apiVersion: |[[{])/.test(text)) return stringify(ordered(parse(masked), { name: '', others }), { lineWidth: 0 })
  const lines = masked.split('\n').map((line) =>
    line
      .replace(age, '<age>')
      .replace(/\(x\d+ over <age>\)/g, '')
      .replace(/\s+/g, ' ')
      .trim(),
  )
  return withoutEmptyTables(sortEvents(lines.filter((line) => !others.test(line))))
    .join('\n')
    .trim()
}

const unordered = ['conditions', 'items', 'managedFields', 'ownerReferences', 'placementStatuses', 'targetClusters']

function ordered(value: unknown, options: { readonly name: string; readonly others: RegExp }): unknown {
  if (Array.isArray(value)) {
    const items = value.map((item) => ordered(item, { ...options, name: '' }))
    const own = options.name === 'items' ? items.filter((item) => !options.others.test(nameOf(item))) : items
    return unordered.includes(options.name) ? own.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)) : own
  }
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, ordered(part, { ...options, name })]))
}

function nameOf(item: unknown): string {
  return String((item as { metadata?: { name?: string } } | null)?.metadata?.name)
}

/** Events of one second come in any order, and an earlier play of the same session may have told the same. */
function sortEvents(lines: readonly string[]): readonly string[] {
  const start = lines.findIndex((line) => /^(NAMESPACE )?LAST SEEN TYPE|^Type Reason Age/.test(line))
  return start < 0 ? lines : [...lines.slice(0, start + 1), ...new Set(lines.slice(start + 1).sort())]
}

function withoutEmptyTables(lines: readonly string[]): readonly string[] {
  return lines
    .filter((line, index) => !/^NAME\b/.test(line) || (lines[index + 1] ?? '') !== '')
    .filter((line, index, all) => line !== '' || all[index - 1] !== '')
}
