// The form of a world file, shared by `world:` in a lab and by files given to `shell` and `world up` (every key optional).
import { parse, YAMLParseError } from 'yaml'
import { z } from 'zod'

const labels = z.record(z.string(), z.string())

const taint = z.strictObject({ key: z.string(), value: z.string().optional(), effect: z.enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute']) })

const node = z.strictObject({
  name: z.string(),
  labels: labels.default({}),
  taints: z.array(taint).default([]),
  capacity: z.record(z.string(), z.string()).default({}),
})

const cluster = z.strictObject({
  name: z.string().default('kubernetes'),
  context: z.string().optional(),
  version: z.string().default('1.35.4'),
  /** `kubeadm`: a control plane node and workers; `plain`: nodes only; `hub`: a fleet's hub, which runs nothing. */
  flavor: z.enum(['plain', 'kubeadm', 'hub']).default('plain'),
  nodes: z.union([z.number().int().min(0).max(5000), z.array(node)]).default(1),
  serviceCIDR: z.string().default('10.0.0.0/16'),
  podCIDR: z.string().default('10.244.0.0/16'),
  authorization: z.array(z.enum(['RBAC', 'AlwaysAllow'])).default(['RBAC']),
  without: z.array(z.string()).default([]),
  /** What Kubernetes has closed by default, by the names of its feature gates; an open one serves its beta API too. */
  featureGates: z.partialRecord(z.enum(['MutatingAdmissionPolicy']), z.boolean()).default({}),
  objects: z.array(z.union([z.string(), z.looseObject({ apiVersion: z.string(), kind: z.string() })])).default([]),
})

const azure = z.strictObject({
  subscription: z.strictObject({ id: z.string(), name: z.string() }).partial().default({}),
  user: z
    .strictObject({ name: z.string(), roles: z.array(z.string()) })
    .partial()
    .default({}),
  groups: z.array(z.strictObject({ name: z.string(), location: z.string() })).default([]),
  /** Controllers and admission plug-ins left out of every cluster and hub that this Azure makes, Fleet's agents' included. */
  without: z.array(z.string()).default([]),
  resources: z.array(z.looseObject({ id: z.string(), location: z.string().optional(), properties: z.record(z.string(), z.unknown()).optional() })).default([]),
})

const member = z.strictObject({
  name: z.string(),
  context: z.string().optional(),
  location: z.string().default('eastus'),
  cluster: z.string().optional(),
  updateGroup: z.string().optional(),
  nodes: z.number().int().min(0).default(1),
  labels: labels.default({}),
  taints: z.array(taint).default([]),
  /** `member-agent`, or single controllers of it, left out of this member. */
  without: z.array(z.string()).default([]),
  /** Default: `azure` for a member that is an AKS cluster. */
  propertyProvider: z.enum(['azure', 'none']).optional(),
})

const members = z.union([
  z.array(member),
  z.strictObject({
    count: z.number().int().min(0),
    name: z.string().default('member-{000}'),
    location: z.string().default('eastus'),
    nodes: z.number().int().min(0).default(0),
    labels: labels.default({}),
    without: z.array(z.string()).default([]),
  }),
])

const hub = z.strictObject({
  context: z.string().default('hub'),
  webhooks: z.boolean().default(true),
  guardRail: z.boolean().default(true),
  /** With the agents for Services across clusters. */
  networking: z.boolean().default(false),
  /** `hub-agent`, or single controllers and admission plug-ins, left out of the hub. */
  without: z.array(z.string()).default([]),
})

const fleet = z.strictObject({
  name: z.string().default('aks-fleet-lab'),
  group: z.string().default('rg-aks-fleet-lab'),
  location: z.string().default('eastus'),
  hub: hub.default(hub.parse({})),
  members: members.default([]),
})

const fault = z.strictObject({
  host: z.string(),
  method: z.string().optional(),
  path: z.string().default('*'),
  answer: z.number().int().min(400).max(599).default(503),
  chance: z.number().min(0).max(1).default(1),
  /** Seconds; goes along as `Retry-After`. */
  retryAfter: z.number().int().min(0).optional(),
  code: z.string().optional(),
  message: z.string().optional(),
  /** The request is taken, and the long-running operation that it begins fails with this code and message. */
  operation: z.boolean().default(false),
})

/** Schema of a world file; unknown keys are errors. */
export const worldSchema = z.strictObject({
  seed: z.union([z.number(), z.string()]).default(1),
  clock: z.strictObject({ start: z.iso.datetime(), pace: z.number().positive() }).partial().default({}),
  durations: z.enum(['short', 'real']).default('short'),
  user: z.enum(['learner', 'root']).default('learner'),
  reservedNamespaces: z.enum(['own', 'upstream']).default('upstream'),
  clusters: z.array(cluster).default([]),
  azure: azure.optional(),
  fleet: fleet.optional(),
  faults: z.array(fault).default([]),
})

/** A world file, checked, with every default filled in. */
export type WorldFile = z.infer<typeof worldSchema>
/** One cluster of a world file. */
export type ClusterFile = WorldFile['clusters'][number]
/** A node of a cluster of a world file. */
export type NodeFile = z.infer<typeof node>
/** A member of a world file's fleet. */
export type MemberFile = z.infer<typeof member>
/** The fleet of a world file. */
export type FleetFile = NonNullable<WorldFile['fleet']>

/** What is wrong with a file: where, what was expected and found, and how to mend it; one line each. */
export class FormError extends Error {
  override readonly name = 'FormError'
  readonly problems: readonly string[]

  constructor(file: string, problems: readonly string[]) {
    super(problems.map((problem) => `${file}: ${problem}`).join('\n'))
    this.problems = problems
  }
}

/** Parses the text of a world file (YAML or JSON). Throws `FormError` with all that is wrong. */
export function parseWorldFile(text: string, file: string): WorldFile {
  return checkForm(worldSchema, parseYamlText(text, file) ?? {}, file)
}

/** Parses YAML; a syntax error becomes a `FormError` with line and column. */
export function parseYamlText(text: string, file: string): unknown {
  try {
    return parse(text)
  } catch (error) {
    if (!(error instanceof YAMLParseError)) throw error
    const place = error.linePos?.[0]
    throw new FormError(place ? `${file}:${place.line}:${place.col}` : file, [`Not valid YAML: ${error.message.split('\n')[0] ?? ''}`])
  }
}

/** Checks a value against a schema; throws `FormError` naming every place. */
export function checkForm<schema extends z.ZodType>(schema: schema, value: unknown, file: string): z.infer<schema> {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  throw new FormError(
    file,
    result.error.issues.map((issue) => `${issue.path.join('.') || '(top)'}: ${issue.message}`),
  )
}

/** The members that a world file's fleet names, one by one; `{000}` in a bulk name is the number, padded. */
export function fleetMembers(of: FleetFile): readonly MemberFile[] {
  const given = of.members
  if (Array.isArray(given)) return given
  return Array.from({ length: given.count }, (_, index) => {
    const name = given.name.replace(/\{(0+)\}/, (_all, zeros: string) => String(index + 1).padStart(zeros.length, '0'))
    return { name, location: given.location, nodes: given.nodes, labels: given.labels, taints: [], without: given.without }
  })
}
