// The little of kubectl that `az aks command invoke` has here: get, logs and version, read from the API server as anybody reads it.
import { isObject, type JsonObject } from '../../base/json.ts'

/** What a command printed, and how it ended. */
export interface CommandOutcome {
  readonly exitCode: number
  readonly logs: string
}

/** Asks the cluster's API server. */
export type ClusterFetch = (path: string, accept: string) => Promise<Response>

interface Words {
  readonly verb: string
  readonly names: readonly string[]
  readonly namespace: string
  readonly everywhere: boolean
  readonly selector: string | undefined
  readonly output: string | undefined
  readonly container: string | undefined
}

const table = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json'

/** Runs one command. What is not known is refused in a line that says so. */
export async function runKubectl(command: string, ask: ClusterFetch): Promise<CommandOutcome> {
  const [program, ...rest] = command.trim().split(/\s+/)
  const words = program === 'kubectl' && !/[|;&<>$`'"\\]/.test(command) ? wordsOf(rest) : undefined
  const verbs: Readonly<Record<string, (words: Words, ask: ClusterFetch) => Promise<CommandOutcome>>> = { get, logs, version }
  const verb = words && Object.hasOwn(verbs, words.verb) ? verbs[words.verb] : undefined
  if (!words || !verb)
    return failed(`Of commands inside of a cluster, "kubectl get", "kubectl logs" and "kubectl version" with plain words are simulated here: not "${command}".`)
  return verb(words, ask)
}

function failed(logs: string): CommandOutcome {
  return { exitCode: 1, logs: `${logs}\n` }
}

const valued: Readonly<Record<string, string>> = {
  n: 'namespace',
  namespace: 'namespace',
  l: 'selector',
  selector: 'selector',
  o: 'output',
  output: 'output',
  c: 'container',
  container: 'container',
}

/** Undefined where an option is not known. */
function wordsOf(given: readonly string[]): Words | undefined {
  const options: Record<string, string> = {}
  const plain: string[] = []
  for (let at = 0; at < given.length; at += 1) {
    const word = given[at] ?? ''
    const [, name = '', value] = /^--?([a-zA-Z-]+)(?:=(.*))?$/.exec(word) ?? []
    if (!word.startsWith('-')) plain.push(word)
    else if (name === 'A' || name === 'all-namespaces') options.everywhere = 'yes'
    else if (valued[name] === undefined) return undefined
    else {
      options[valued[name]] = value ?? given[at + 1] ?? ''
      if (value === undefined) at += 1
    }
  }
  const [verb = '', ...names] = plain
  return {
    verb,
    names,
    namespace: options.namespace ?? 'default',
    everywhere: options.everywhere === 'yes',
    selector: options.selector,
    output: options.output,
    container: options.container,
  }
}

async function get(words: Words, ask: ClusterFetch): Promise<CommandOutcome> {
  const [first = '', ...more] = words.names
  const [kind = '', named = more[0]] = first.split('/')
  if (kind === '' || kind.includes(',') || more.length > 1)
    return failed(`"kubectl get ${words.names.join(' ')}" is not simulated here: one resource, and at most one name.`)
  const found = await resourceOf(kind, ask)
  if (!found) return failed(`error: the server doesn't have a resource type "${kind}"`)
  const place = found.namespaced && !words.everywhere ? `/namespaces/${words.namespace}` : ''
  const query = words.selector === undefined ? '' : `?labelSelector=${encodeURIComponent(words.selector)}`
  const path = `${found.base}${place}/${found.plural}${named === undefined ? '' : `/${named}`}${query}`
  const plain = words.output === 'json' || words.output === 'name'
  if (words.output !== undefined && words.output !== 'wide' && !plain) return failed(`Output "${words.output}" is not simulated here.`)
  const answer = await ask(path, plain ? 'application/json' : table)
  const body = (await answer.json()) as JsonObject
  if (!answer.ok) return failed(`Error from server (${String(body.reason)}): ${String(body.message)}`)
  if (words.output === 'json') return { exitCode: 0, logs: `${JSON.stringify(body, null, 4)}\n` }
  if (words.output === 'name') return { exitCode: 0, logs: namesOf(body, found) }
  const text = tableText(body, { wide: words.output === 'wide', namespaces: words.everywhere && found.namespaced })
  return { exitCode: 0, logs: text ?? `No resources found${found.namespaced && !words.everywhere ? ` in ${words.namespace} namespace` : ''}.\n` }
}

interface Found {
  readonly base: string
  readonly plural: string
  readonly singular: string
  readonly group: string
  readonly namespaced: boolean
}

/** A resource by any of its names, the core group's first. */
async function resourceOf(name: string, ask: ClusterFetch): Promise<Found | undefined> {
  const core = await resourceIn('/api/v1', '', name, ask)
  if (core) return core
  const groups = (await (await ask('/apis', 'application/json')).json()) as { groups?: readonly { name: string; preferredVersion: { groupVersion: string } }[] }
  for (const { name: group, preferredVersion } of groups.groups ?? []) {
    const found = await resourceIn(`/apis/${preferredVersion.groupVersion}`, group, name, ask)
    if (found) return found
  }
  return undefined
}

interface Listed {
  readonly name: string
  readonly singularName: string
  readonly kind: string
  readonly namespaced: boolean
  readonly shortNames?: readonly string[]
}

async function resourceIn(base: string, group: string, name: string, ask: ClusterFetch): Promise<Found | undefined> {
  const answer = await ask(base, 'application/json')
  if (!answer.ok) return undefined
  const { resources = [] } = (await answer.json()) as { resources?: readonly Listed[] }
  const wanted = name.toLowerCase()
  const found = resources.find(
    (one) =>
      !one.name.includes('/') && [one.name, `${one.name}.${group}`, one.singularName, one.kind.toLowerCase(), ...(one.shortNames ?? [])].includes(wanted),
  )
  return found && { base, plural: found.name, singular: found.singularName || found.kind.toLowerCase(), group, namespaced: found.namespaced }
}

function namesOf(body: JsonObject, { singular, group }: Found): string {
  const items = Array.isArray(body.items) ? body.items.filter(isObject) : [body]
  const kind = group === '' ? singular : `${singular}.${group}`
  return items.map(({ metadata }) => `${kind}/${isObject(metadata) ? String(metadata.name) : ''}\n`).join('')
}

interface Column {
  readonly name: string
  readonly priority: number
}

/** Columns three blanks apart, as kubectl prints them; undefined for no rows. */
function tableText(body: JsonObject, { wide, namespaces }: { wide: boolean; namespaces: boolean }): string | undefined {
  const columns = (body.columnDefinitions ?? []) as unknown as readonly Column[]
  const rows = (body.rows ?? []) as unknown as readonly { cells: readonly unknown[]; object?: { metadata?: { namespace?: string } } }[]
  if (rows.length === 0) return undefined
  const shown = columns.flatMap(({ priority }, index) => (wide || priority === 0 ? [index] : []))
  const lines = [
    [...(namespaces ? ['NAMESPACE'] : []), ...shown.map((index) => (columns[index]?.name ?? '').toUpperCase())],
    ...rows.map(({ cells, object }) => [...(namespaces ? [object?.metadata?.namespace ?? ''] : []), ...shown.map((index) => cellText(cells[index]))]),
  ]
  const widths = (lines[0] ?? []).map((_, column) => Math.max(...lines.map((line) => (line[column] ?? '').length)))
  return lines.map((line) => `${line.map((cell, column) => (column === line.length - 1 ? cell : cell.padEnd((widths[column] ?? 0) + 3))).join('')}\n`).join('')
}

function cellText(cell: unknown): string {
  return cell === null || cell === undefined ? '<none>' : String(cell)
}

async function logs({ names, namespace, container }: Words, ask: ClusterFetch): Promise<CommandOutcome> {
  const name = (names[0] ?? '').replace(/^pods?\//, '')
  const answer = await ask(`/api/v1/namespaces/${namespace}/pods/${name}/log${container === undefined ? '' : `?container=${container}`}`, '*/*')
  const text = await answer.text()
  if (answer.ok) return { exitCode: 0, logs: text }
  const status = JSON.parse(text) as JsonObject
  return failed(`Error from server (${String(status.reason)}): ${String(status.message)}`)
}

async function version(_words: Words, ask: ClusterFetch): Promise<CommandOutcome> {
  const { gitVersion } = (await (await ask('/version', 'application/json')).json()) as { gitVersion: string }
  return { exitCode: 0, logs: `Client Version: ${gitVersion}\nServer Version: ${gitVersion}\n` }
}
