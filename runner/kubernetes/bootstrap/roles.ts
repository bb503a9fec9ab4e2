// Reads the tables of roles and makes the objects they stand for.
import type { JsonObject } from '../../base/json.ts'
import { clusterRoleTable, controllerRoleTable, namespacedRoleTable } from '../authorization/bootstrap-roles.ts'
import type { PolicyRule } from '../authorization/rbac.ts'
import { aggregatedRules } from '../kinds/rbac/aggregation.ts'
import type { KubernetesObject } from '../object.ts'

const apiVersion = 'rbac.authorization.k8s.io/v1'
const annotations = { 'rbac.authorization.kubernetes.io/autoupdate': 'true' }
const bootstrapping = { 'kubernetes.io/bootstrapping': 'rbac-defaults' }
const verbSets: Readonly<Record<string, readonly string[]>> = {
  read: ['get', 'list', 'watch'],
  write: ['create', 'delete', 'deletecollection', 'patch', 'update'],
}
const eventRule: PolicyRule = { verbs: ['create', 'patch', 'update'], apiGroups: ['', 'events.k8s.io'], resources: ['events'] }

interface Row {
  readonly head: readonly string[]
  readonly rules: PolicyRule[]
  subjects: readonly JsonObject[] | undefined
}

/** Every role and binding of the tables. */
export function bootstrapRoles(): readonly KubernetesObject[] {
  const clusterRows = readTable(clusterRoleTable)
  const controllerRows = readTable(controllerRoleTable)
  const roles = [...clusterRows.map(clusterRole), ...controllerRows.map(controllerRole)]
  return [
    ...roles.map((role) => (role.aggregationRule === undefined ? role : { ...role, rules: settledRules(role, roles) })),
    ...clusterRows.flatMap(({ head: [name = ''], subjects }) => (subjects ? [clusterBinding(name, subjects)] : [])),
    ...controllerRows.map(({ head: [name = ''] }) => clusterBinding(`system:controller:${name}`, [{ kind: 'ServiceAccount', name, namespace: 'kube-system' }])),
    ...readTable(namespacedRoleTable).flatMap(namespacedRole),
  ]
}

/** Aggregates twice over: `admin` takes up what `edit` took from `view`. */
function settledRules(role: KubernetesObject, roles: readonly KubernetesObject[]): readonly PolicyRule[] {
  const once = roles.map((each) => (each.aggregationRule === undefined ? each : { ...each, rules: aggregatedRules(each, roles) }))
  const twice = once.map((each) => (each.aggregationRule === undefined ? each : { ...each, rules: aggregatedRules(each, once) }))
  return aggregatedRules(role, twice)
}

function readTable(table: string): readonly Row[] {
  const rows: Row[] = []
  for (const line of table.split('\n').filter((each) => each !== '')) {
    const row = rows.at(-1)
    if (!line.startsWith(' ')) rows.push({ head: line.split(' '), rules: [], subjects: undefined })
    else if (line.startsWith('  <')) Object.assign(row ?? {}, { subjects: readSubjects(line.slice(3).trim()) })
    else row?.rules.push(readRule(line.trim()))
  }
  return rows
}

function readRule(line: string): PolicyRule {
  if (line === 'events') return eventRule
  const [verbs = '', paths] = line.split(' @ ')
  if (paths !== undefined) return { verbs: readVerbs(verbs), nonResourceURLs: paths.split(' ') }
  const [verbPart = '', groups = '', resources = '', names] = line.split(' | ')
  return {
    verbs: readVerbs(verbPart),
    apiGroups: groups.split(' ').map((group) => (group === 'core' ? '' : group)),
    resources: resources.split(' '),
    ...(names !== undefined && { resourceNames: names.split(' ') }),
  }
}

function readVerbs(text: string): readonly string[] {
  return verbSets[text] ?? text.split(' ')
}

function readSubjects(text: string): readonly JsonObject[] {
  const words = text === '' ? [] : text.split(' ')
  return words.flatMap((kind, index): JsonObject[] => {
    if (index % 2 === 1) return []
    const name = words[index + 1] ?? ''
    if (kind !== 'ServiceAccount') return [{ apiGroup: 'rbac.authorization.k8s.io', kind, name }]
    const [namespace = '', account = ''] = name.split('/')
    return [{ kind, name: account, namespace }]
  })
}

function clusterRole({ head: [name = '', ...marks], rules }: Row): KubernetesObject {
  const labels: Record<string, string> = { ...bootstrapping }
  for (const mark of marks) if (mark.startsWith('+')) labels[`rbac.authorization.k8s.io/aggregate-to-${mark.slice(1)}`] = 'true'
  const gathered = marks.find((mark) => mark.startsWith('~'))?.slice(1)
  const clusterRoleSelectors = [{ matchLabels: { [`rbac.authorization.k8s.io/aggregate-to-${gathered}`]: 'true' } }]
  return {
    apiVersion,
    kind: 'ClusterRole',
    metadata: { name, annotations, labels },
    rules,
    ...(gathered !== undefined && { aggregationRule: { clusterRoleSelectors } }),
  }
}

function controllerRole({ head: [name = ''], rules }: Row): KubernetesObject {
  return { apiVersion, kind: 'ClusterRole', metadata: { name: `system:controller:${name}`, annotations, labels: bootstrapping }, rules }
}

function clusterBinding(name: string, subjects: readonly JsonObject[]): KubernetesObject {
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name }
  return { apiVersion, kind: 'ClusterRoleBinding', metadata: { name, annotations, labels: bootstrapping }, roleRef, ...(subjects.length > 0 && { subjects }) }
}

function namespacedRole({ head: [place = '', , binding], rules, subjects }: Row): readonly KubernetesObject[] {
  const [namespace = '', name = ''] = place.split('/')
  const metadata = { namespace, annotations, labels: bootstrapping }
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name }
  return [
    { apiVersion, kind: 'Role', metadata: { ...metadata, name }, rules },
    { apiVersion, kind: 'RoleBinding', metadata: { ...metadata, name: binding ?? name }, roleRef, subjects: subjects ?? [] },
  ]
}
