// drydock doctor: what this machine gives and lacks, with the remedy for each.

import { join } from 'node:path'
import { MachineError } from '../sessions/machine-error.ts'
import { isOnPath, probeBubblewrap, probeNamespaces } from '../sessions/sandbox/probe.ts'
import { protectionsOf } from '../sessions/sandbox/protections.ts'
import { findTools } from '../sessions/tools.ts'
import { type Command, exitCodes } from './command.ts'
import { cacheFolder, coloured, type Machine, print } from './machine.ts'

/** One line of the examination. `needed`: drydock cannot work without it. */
interface Finding {
  readonly what: string
  readonly state: 'ok' | 'lacks' | 'missing'
  readonly note: string
  readonly remedy?: string
}

/** Small programs that lessons use; where one is missing the shell still works. */
const smallPrograms = ['jq', 'less', 'vi', 'nano', 'watch', 'tree', 'openssl', 'curl', 'python3']

/** Where the machine has none, a sandbox has ours. */
const ours = ['jq']

export const doctor: Command = {
  name: 'doctor',
  says: 'What this machine gives and lacks, and the remedy for each',
  words: [],
  options: [{ name: '--json', says: 'as a program reads it' }],
  async run(given, machine) {
    const findings = [nodeFinding(), systemFinding(), ...(await toolFindings(machine)), ...(await sandboxFindings()), ...smallFindings()]
    if (given.has('--json')) print(machine, JSON.stringify(findings, undefined, 2))
    else for (const finding of findings) show(finding, machine)
    return findings.some(({ state }) => state === 'missing') ? exitCodes.missing : exitCodes.done
  },
}

function nodeFinding(): Finding {
  return { what: 'node', state: 'ok', note: `${process.version}, ${process.execPath}` }
}

function systemFinding(): Finding {
  const { platform, arch } = process
  if (platform === 'linux' && arch === 'x64') return { what: 'system', state: 'ok', note: 'linux x64' }
  return {
    what: 'system',
    state: 'lacks',
    note: `${platform} ${arch}`,
    remedy: 'Drydock is made for Linux x64 first (WSL2 counts); elsewhere kubectl 1.35 and helm 4 must be on the PATH.',
  }
}

async function toolFindings(machine: Machine): Promise<readonly Finding[]> {
  try {
    const tools = await findTools({ cache: join(cacheFolder(machine), 'tools'), path: machine.env.PATH ?? '' })
    return tools.map(({ name, version, path, from }) => ({
      what: name,
      state: 'ok',
      note: `${version}, ${from === 'machine' ? "the machine's" : 'ours'}, ${path}`,
    }))
  } catch (error) {
    if (error instanceof MachineError) return [{ what: 'kubectl and helm', state: 'missing', note: error.message, remedy: error.remedy }]
    throw error
  }
}

const probes = { bubblewrap: probeBubblewrap, namespaces: probeNamespaces } as const

/** One body is enough; where bubblewrap works it is the one that is used. */
async function sandboxFindings(): Promise<readonly Finding[]> {
  const [bubblewrap, namespaces] = await Promise.all([refusalOf('bubblewrap'), refusalOf('namespaces')])
  const unused = bubblewrap && namespaces ? 'missing' : 'lacks'
  return [
    ...(bubblewrap ? [refused('bubblewrap', unused, bubblewrap)] : worksAs('bubblewrap', 'the sandbox that is used')),
    ...(namespaces ? [refused('namespaces', unused, namespaces)] : worksAs('namespaces', bubblewrap ? 'the sandbox that is used' : 'works too')),
  ]
}

async function refusalOf(kind: keyof typeof probes): Promise<MachineError | undefined> {
  try {
    await probes[kind]()
    return undefined
  } catch (error) {
    if (error instanceof MachineError) return error
    throw error
  }
}

function refused(kind: string, state: Finding['state'], { message, remedy }: MachineError): Finding {
  return { what: `sandbox ${kind}`, state, note: message, remedy }
}

function worksAs(kind: keyof typeof probes, note: string): readonly Finding[] {
  const protections = protectionsOf(kind)
  return [
    { what: `sandbox ${kind}`, state: 'ok', note },
    ...protections.map((one): Finding => ({ what: `  ${one.name}`, state: one.inForce ? 'ok' : 'lacks', note: one.note })),
  ]
}

function smallFindings(): readonly Finding[] {
  const absent = smallPrograms.filter((name) => !isOnPath(name) && !ours.includes(name))
  if (absent.length === 0) return [{ what: 'small programs', state: 'ok', note: `${smallPrograms.join(', ')}: the machine's, or ours (${ours.join(', ')})` }]
  return [
    {
      what: 'small programs',
      state: 'lacks',
      note: `no ${absent.join(', ')}`,
      remedy: `Install them where lessons use them (Debian, Ubuntu: apt-get install ${absent.map(packageOf).join(' ')}).`,
    },
  ]
}

function packageOf(program: string): string {
  return { vi: 'vim-tiny', watch: 'procps' }[program] ?? program
}

function show({ what, state, note, remedy }: Finding, machine: Machine): void {
  const colour = { ok: 32, lacks: 33, missing: 31 }[state]
  const mark = state.padEnd(7)
  print(machine, `${coloured(machine.stdout, machine) ? `\x1b[${colour}m${mark}\x1b[0m` : mark}  ${what}: ${note}`)
  if (remedy) print(machine, `         ${remedy}`)
}
