// KubeFleet's kubectl plugin (tools/fleet): approves, drains and uncordons, by the kubectl that it is a plugin of.

/** What the plugin needs of its process. */
export interface PluginContext {
  /** Runs kubectl with these arguments; `exit` other than 0 comes with its words in `stderr`. */
  kubectl(args: readonly string[]): Promise<{ readonly exit: number; readonly stdout: string; readonly stderr: string }>
  out(text: string): void
  err(text: string): void
  /** Wall-clock time, ms. */
  now(): number
  sleep(ms: number): Promise<void>
  /** Eight hexadecimal digits. */
  suffix(): string
}

type Flags = Readonly<Record<string, string>>

interface Command {
  readonly use: string
  readonly short: string
  readonly flags: readonly (readonly [name: string, type: string, help: string])[]
  readonly required: readonly string[]
  run(args: readonly string[], flags: Flags, context: PluginContext): Promise<void>
}

const hub = ['hub-cluster-context', 'string', 'kubectl context for the hub cluster (required)'] as const

const commands: Readonly<Record<string, Command>> = {
  approve: {
    use: 'approve [kind]',
    short: 'Approve a resource',
    flags: [hub, ['name', 'string', 'name of the resource to approve (required)'], ['namespace', 'string', 'namespace of the resource to approve']],
    required: ['hub-cluster-context', 'name'],
    run: approve,
  },
  draincluster: {
    use: 'draincluster',
    short: 'Drain a member cluster',
    flags: [
      ['cluster-name', 'string', 'name of the member cluster (required)'],
      hub,
      ['timeout', 'duration', 'Maximum time to wait for the operation to complete (default 5m0s)'],
    ],
    required: ['cluster-name', 'hub-cluster-context'],
    run: drain,
  },
  uncordoncluster: {
    use: 'uncordoncluster',
    short: 'Uncordon a member cluster',
    flags: [['cluster-name', 'string', 'name of the member cluster (required)'], hub],
    required: ['cluster-name', 'hub-cluster-context'],
    run: uncordon,
  },
}

/** Runs the plugin with its arguments; resolves to the exit code. */
export async function runKubectlFleet(args: readonly string[], context: PluginContext): Promise<number> {
  const [name = '', ...rest] = args
  const command = commands[name]
  if (!command) return tellCommands(name, context)
  const { positional, flags, problem } = parse(rest, command)
  if (flags.help !== undefined) {
    context.out(`${command.short}\n\n${usage(command)}`)
    return 0
  }
  const missing = command.required.filter((flag) => flags[flag] === undefined)
  const fault = problem ?? (missing.length > 0 ? `required flag(s) ${missing.map((flag) => `"${flag}"`).join(', ')} not set` : undefined)
  try {
    if (fault !== undefined) throw new Error(fault)
    await command.run(positional, flags, context)
    return 0
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    context.err(`Error: ${message}\n${usage(command)}\n${stamp(context)} Error executing command: ${message}\n`)
    return 1
  }
}

function tellCommands(name: string, context: PluginContext): number {
  const lines = Object.entries(commands).map(([each, { short }]) => `  ${each.padEnd(15)} ${short}`)
  const text = `KubeFleet plugin for kubectl\n\nUsage:\n  kubectl-fleet [command]\n\nAvailable Commands:\n${lines.join('\n')}\n`
  if (name === '' || name === 'help' || name === '--help' || name === '-h') {
    context.out(text)
    return 0
  }
  context.err(`Error: unknown command "${name}" for "kubectl-fleet"\nRun 'kubectl-fleet --help' for usage.\n`)
  return 1
}

function usage({ use, flags }: Command): string {
  const shown = [...flags.map(([name, type, help]) => [`--${name} ${type}`, help]), ['-h, --help', `help for ${use.split(' ')[0]}`]]
  shown.sort(([a = ''], [b = '']) => (a.replace(/^-h, /, '') < b.replace(/^-h, /, '') ? -1 : 1))
  const width = Math.max(...shown.map(([left = '']) => (left.startsWith('-h') ? left.length : left.length + 4)))
  const lines = shown.map(([left = '', help = '']) => `  ${(left.startsWith('-h') ? left : `    ${left}`).padEnd(width)}   ${help}`)
  return `Usage:\n  kubectl-fleet ${use} [flags]\n\nFlags:\n${lines.join('\n')}\n`
}

function parse(args: readonly string[], command: Command): { readonly positional: readonly string[]; readonly flags: Flags; readonly problem?: string } {
  const positional: string[] = []
  const flags: Record<string, string> = {}
  const queue = [...args]
  for (let arg = queue.shift(); arg !== undefined; arg = queue.shift()) {
    if (arg === '-h' || arg === '--help') flags.help = 'true'
    else if (arg === '-n') flags.namespace = queue.shift() ?? ''
    else if (!arg.startsWith('-')) positional.push(arg)
    else {
      const [name = '', value] = arg.replace(/^-+/, '').split(/=(.*)/s)
      if (!command.flags.some(([known]) => known === name)) return { positional, flags, problem: `unknown flag: --${name}` }
      flags[name] = value ?? queue.shift() ?? ''
    }
  }
  return { positional, flags }
}

/** The time as Go's log package prints it. */
function stamp({ now }: PluginContext): string {
  return new Date(now()).toISOString().slice(0, 19).replaceAll('-', '/').replace('T', ' ')
}

function log(text: string, context: PluginContext): void {
  context.err(`${stamp(context)} ${text}\n`)
}

/** Runs kubectl on the hub; throws its words if it fails. */
async function onHub(args: readonly string[], flags: Flags, context: PluginContext): Promise<string> {
  const { exit, stdout, stderr } = await context.kubectl(['--context', flags['hub-cluster-context'] ?? '', ...args])
  if (exit !== 0) throw new Error(stderr.trim().replace(/^Error from server \(\w+\): /, ''))
  return stdout
}

const approvable: Readonly<Record<string, { readonly kind: string; readonly namespaced: boolean }>> = {
  clusterapprovalrequest: { kind: 'ClusterApprovalRequest', namespaced: false },
  careq: { kind: 'ClusterApprovalRequest', namespaced: false },
  approvalrequest: { kind: 'ApprovalRequest', namespaced: true },
  areq: { kind: 'ApprovalRequest', namespaced: true },
}

async function approve([kindName = '']: readonly string[], flags: Flags, context: PluginContext): Promise<void> {
  const sort = approvable[kindName]
  if (!sort) throw new Error(`unsupported resource kind "${kindName}"`)
  const { name = '', namespace = 'default' } = flags
  const place = sort.namespaced ? ['-n', namespace] : []
  const resource = `${sort.kind.toLowerCase()}s.placement.kubernetes-fleet.io`
  const request = JSON.parse(await onHub([...place, 'get', resource, name, '-o', 'json'], flags, context))
  const condition = {
    type: 'Approved',
    status: 'True',
    reason: `${sort.kind}Approved`,
    message: `${sort.kind} has been approved`,
    lastTransitionTime: new Date(context.now()).toISOString().replace(/\.\d+/, ''),
    observedGeneration: request.metadata.generation,
  }
  const others = (request.status?.conditions ?? []).filter(({ type }: { readonly type: string }) => type !== 'Approved')
  const patch = JSON.stringify({ status: { conditions: [...others, condition] } })
  await onHub([...place, 'patch', resource, name, '--subresource=status', '--type=merge', '-p', patch], flags, context)
  log(`${sort.kind} "${name}" approved successfully`, context)
}

const members = 'memberclusters.cluster.kubernetes-fleet.io'
const cordon = { key: 'cordon-key', value: 'cordon-value', effect: 'NoSchedule' }

async function setTaints(change: (taints: readonly (typeof cordon)[]) => readonly (typeof cordon)[], flags: Flags, context: PluginContext): Promise<void> {
  const name = flags['cluster-name'] ?? ''
  const { spec } = JSON.parse(await onHub(['get', members, name, '-o', 'json'], flags, context))
  const patch = JSON.stringify({ spec: { taints: change(spec.taints ?? []) } })
  await onHub(['patch', members, name, '--type=merge', '-p', patch], flags, context)
}

async function drain(_args: readonly string[], flags: Flags, context: PluginContext): Promise<void> {
  const cluster = flags['cluster-name'] ?? ''
  await setTaints((taints) => (taints.some(({ key }) => key === cordon.key) ? taints : [...taints, cordon]), flags, context)
  log(`Successfully cordoned member cluster ${cluster} by adding cordon taint`, context)
  const bindings = JSON.parse(await onHub(['get', 'clusterresourcebindings.placement.kubernetes-fleet.io', '-o', 'json'], flags, context)).items
  const here = bindings.filter(({ spec, metadata }: { spec: { targetCluster: string }; metadata: { deletionTimestamp?: string } }) => {
    return spec.targetCluster === cluster && metadata.deletionTimestamp === undefined
  })
  let executed = true
  for (const { metadata } of here) executed = (await evict(metadata.labels['kubernetes-fleet.io/parent-CRP'], flags, context)) && executed
  if (!executed) log(`drain was not successful for cluster ${cluster}`, context)
  else log(`drain was successful for cluster ${cluster}`, context)
  log(`reminder: uncordon the cluster ${cluster} to remove cordon taint if needed`, context)
}

/** Asks for an eviction and waits until it is decided; true if it was executed. */
async function evict(placement: string, flags: Flags, context: PluginContext): Promise<boolean> {
  const cluster = flags['cluster-name'] ?? ''
  const name = `drain-eviction-${placement}-${cluster}-${context.suffix()}`
  const resource = 'clusterresourceplacementevictions.placement.kubernetes-fleet.io'
  const apiVersion = 'placement.kubernetes-fleet.io/v1beta1'
  const object = { apiVersion, kind: 'ClusterResourcePlacementEviction', metadata: { name }, spec: { placementName: placement, clusterName: cluster } }
  await onHub(['create', '--raw', `/apis/${apiVersion}/clusterresourceplacementevictions`, '-f', `data:${JSON.stringify(object)}`], flags, context)
  log(`Created eviction ${name} for CRP ${placement} targeting member cluster ${cluster}`, context)
  for (let tries = 0; tries < 60; tries += 1) {
    const { status } = JSON.parse(await onHub(['get', resource, name, '-o', 'json'], flags, context))
    const conditions: readonly { type: string; status: string; message: string }[] = status?.conditions ?? []
    const [valid, executed] = ['Valid', 'Executed'].map((wanted) => conditions.find(({ type }) => type === wanted))
    const what = `eviction ${name}`
    if (valid?.status === 'False') {
      log(`${what} is invalid with reason ${valid.message} for CRP ${placement} targeting member cluster ${cluster}, but drain will succeed`, context)
      return true
    }
    if (executed?.status === 'True') log(`${what} was executed successfully for CRP ${placement} targeting member cluster ${cluster}`, context)
    if (executed?.status === 'False') log(`${what} was not executed successfully for CRP ${placement} targeting member cluster ${cluster}`, context)
    if (executed) return executed.status === 'True'
    await context.sleep(1000)
  }
  const what = `failed to wait for eviction ${name} for CRP ${placement} targeting member cluster ${cluster} to reach terminal state`
  throw new Error(`failed to drain member cluster ${cluster}: ${what}: timed out waiting for the condition`)
}

async function uncordon(_args: readonly string[], flags: Flags, context: PluginContext): Promise<void> {
  await setTaints((taints) => taints.filter(({ key }) => key !== cordon.key), flags, context)
  log(`uncordoned member cluster ${flags['cluster-name']}`, context)
}
