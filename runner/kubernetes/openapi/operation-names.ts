// How operations of the documents are called, tagged and described (apiserver `endpoints/installer.go`, `endpoints/openapi/openapi.go`).
import type { ResourceInfo } from '../kind.ts'

/** An operation on a resource, in the words that its name is made of. */
export interface NamedOperation {
  readonly resource: Pick<ResourceInfo, 'kind' | 'namespaced' | 'source' | 'verbs'>
  /** `list`, `get`, `watch`, `watchlist`, ..., or `connect get` and its like. */
  readonly action: string
  /** `''` for the resource itself. */
  readonly subresource: string
  readonly path: string
}

/** The verb that begins the name of an operation of an action. */
const verbs: Readonly<Record<string, string>> = {
  delete: 'delete',
  deletecollection: 'deletecollection',
  get: 'read',
  list: 'list',
  patch: 'patch',
  post: 'create',
  put: 'replace',
  watch: 'watch',
  watchlist: 'watch',
}

/** `listNamespacedPod`, before group and version stand in it. */
export function operationName({ resource, action, subresource, path }: NamedOperation): string {
  const everywhere = isEverywhere(resource.namespaced, path)
  const scope = resource.namespaced && !everywhere ? 'Namespaced' : ''
  const list = action === 'watchlist' ? 'List' : ''
  const suffix = `${path.endsWith('/{path}') ? 'WithPath' : ''}${everywhere ? 'ForAllNamespaces' : ''}`
  return `${verbs[action] ?? action.replace(/ (.)/, (_all, first: string) => first.toUpperCase())}${scope}${resource.kind}${capital(subresource)}${list}${suffix}`
}

/** The id of an operation and the tag of its group version: `listCoreV1NamespacedPod`, `core_v1`. */
export function idAndTag(name: string, path: string): { readonly operationId: string; readonly tags: readonly string[] } {
  const verb = prefixes.find((each) => name.startsWith(each)) ?? ''
  const [root = '', group = '', version = ''] = inApis(path.split('/').filter((part) => part !== ''))
  const rest = name.slice(verb.length)
  if (root !== 'apis' || group === '') return { operationId: verb + identifier(rest, true), tags: [identifier(root, false)] }
  const short = group.replace(/\.k8s\.io$/, '')
  const tag = version === '' ? identifier(short, false) : `${identifier(short, false)}_${identifier(version, false)}`
  return { operationId: `${verb}${identifier(short, true)}${identifier(version, true)}${identifier(rest, true)}`, tags: [tag] }
}

/** What an operation does, in a sentence. */
export function describeOperation({ resource, action, subresource }: Omit<NamedOperation, 'path'>): string {
  const { kind } = resource
  const of = subresource === '' ? '' : `${subresource} of `
  const one = oneOf(kind)
  switch (action) {
    case 'get':
      return `read ${of}the specified ${kind}`
    case 'list':
      return `${isWatchable(resource) ? 'list or watch' : 'list'} objects of kind ${kind}`
    case 'post':
      return `create ${of}${one}`
    case 'put':
      return `replace ${of}the specified ${kind}`
    case 'patch':
      return `partially update ${of}the specified ${kind}`
    case 'delete':
      return `delete ${of}${one}`
    case 'deletecollection':
      return `delete collection of ${kind}`
    case 'watch':
      return `watch changes to an object of kind ${kind}. ${deprecated}, filtered to a single item with the 'fieldSelector' parameter.`
    case 'watchlist':
      return `watch individual changes to a list of ${kind}. ${deprecated}.`
    default:
      return `connect ${action.replace('connect ', '').toUpperCase()} requests to ${of}${kind}`
  }
}

/** Custom kinds are watched too, but the documents are silent on it. */
function isWatchable({ source, verbs }: NamedOperation['resource']): boolean {
  return source === 'built-in' && verbs.includes('watch')
}

const deprecated = "deprecated: use the 'watch' parameter with a list operation instead"
const prefixes = ['get', 'log', 'read', 'replace', 'patch', 'delete', 'watch', 'connect', 'proxy', 'list', 'create']

function isEverywhere(namespaced: boolean, path: string): boolean {
  return namespaced && !path.includes('{namespace}')
}

function inApis(parts: readonly string[]): readonly string[] {
  return parts[0] === 'api' ? ['apis', 'core', ...parts.slice(1)] : parts
}

/** Without what no identifier has, each part after such beginning large (`ToValidOperationID`). */
function identifier(text: string, large: boolean): string {
  const joined = text.replace(/[^\p{L}_\d]+(.?)/gu, (_all, next: string) => next.toUpperCase())
  return large ? capital(joined) : joined
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** A kind with its article; plurals have none. */
function oneOf(kind: string): string {
  if (/[^s]s$/.test(kind)) return kind
  return `${/^[aeiou]/i.test(kind) ? 'an' : 'a'} ${kind}`
}
