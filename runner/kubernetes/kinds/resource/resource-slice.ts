// ResourceSlices of resource.k8s.io: the devices of a pool, as a driver publishes them.
import type { Json, JsonObject } from '../../../base/json.ts'
import { defineKind } from '../../kind.ts'
import { age } from '../columns/cells.ts'
import { validateNodeSelector } from '../pod-spec/scheduling.ts'
import { validateDriverName } from '../pod-spec/volumes.ts'
import { child, type Findings, immutable, invalid, invalidAll, item, required, tooLong } from '../validation/findings.ts'
import { internalForm } from '../validation/internal-form.ts'
import { isDns1123Subdomain } from '../validation/names.ts'
import { fields, number, objects, present, text } from '../validation/read.ts'
import { resourceSliceWarnings } from '../warnings/cluster.ts'
import { keyInPath, validateLabel, validateList, validatePoolName, validateQualifiedName } from './device-names.ts'

const mostDevices = 128
const mostProperties = 32
const longestValue = 64
const oneOf = 'exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required'
const identifiers = String.raw`(0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)`
const semanticVersion = new RegExp(
  String.raw`^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-${identifiers}(\.${identifiers})*)?(\+[0-9a-zA-Z-]+(\.[0-9a-zA-Z-]+)*)?$`,
)

/** resource.k8s.io/v1 ResourceSlice (`pkg/registry/resource/resourceslice/strategy.go`). */
export const resourceSlice = defineKind({
  apiVersion: 'resource.k8s.io/v1',
  kind: 'ResourceSlice',
  warnings: resourceSliceWarnings,
  validate: (object) => [...validateSpec(fields(object.spec), undefined)],
  validateUpdate: (object, old) => [...validateSpec(fields(object.spec), fields(old.spec))],
  cells(object, now) {
    const spec = fields(object.spec)
    return [object.metadata.name ?? '', text(spec.nodeName), text(spec.driver), text(fields(spec.pool).name), age(object, now)]
  },
  selectableFields: (object) => ({ 'spec.nodeName': text(fields(object.spec).nodeName), 'spec.driver': text(fields(object.spec).driver) }),
})

function* validateSpec(spec: JsonObject, old: JsonObject | undefined): Findings {
  yield* validateDriverName(spec.driver, 'spec.driver')
  yield* validatePool(fields(spec.pool))
  if (old) {
    yield* immutable('spec.pool.name', text(fields(spec.pool).name), text(fields(old.pool).name))
    yield* immutable('spec.driver', text(spec.driver), text(old.driver))
    yield* immutable('spec.nodeName', spec.nodeName, old.nodeName)
  }
  yield* validatePlace(spec)
  yield* validateList(spec.devices, mostDevices, 'spec.devices', validateDevice, 'name')
}

function* validatePool({ name, resourceSliceCount, generation }: JsonObject): Findings {
  yield* validatePoolName(name, 'spec.pool.name')
  if (number(resourceSliceCount) <= 0) yield invalid('spec.pool.resourceSliceCount', number(resourceSliceCount), 'must be greater than zero')
  if (number(generation) < 0) yield invalid('spec.pool.generation', number(generation), 'must be greater than or equal to zero')
}

/** A slice says in one way where its devices are. */
function* validatePlace({ nodeName, nodeSelector, allNodes }: JsonObject): Findings {
  if (nodeName === '') yield invalid('spec.nodeName', '', 'must be either unset or set to a non-empty string')
  else if (present(nodeName)) yield* invalidAll('spec.nodeName', text(nodeName), isDns1123Subdomain(text(nodeName)))
  if (present(nodeSelector)) yield* validateOneTerm(fields(nodeSelector))
  if (allNodes === false) yield invalid('spec.allNodes', false, 'must be either unset or set to true')
  const ways = [
    ...(text(nodeName) === '' ? [] : ['`nodeName`']),
    ...(present(nodeSelector) ? ['`nodeSelector`'] : []),
    ...(allNodes === true ? ['`allNodes`'] : []),
  ]
  if (ways.length === 0) yield required('spec', oneOf)
  if (ways.length > 1) yield invalid('spec', `{${ways.join(', ')}}`, `${oneOf}, but multiple fields are set`)
}

function* validateOneTerm(selector: JsonObject): Findings {
  const terms = objects(selector.nodeSelectorTerms)
  yield* validateNodeSelector(selector, 'spec.nodeSelector')
  const shown = Array.isArray(selector.nodeSelectorTerms) ? terms.map((term) => internalForm(term, 'core.v1.NodeSelectorTerm')) : undefined
  if (terms.length !== 1) yield invalid('spec.nodeSelector.nodeSelectorTerms', shown, 'must have exactly one node selector term')
}

function* validateDevice({ name, attributes, capacity }: JsonObject, path: string): Findings {
  yield* validateLabel(name, child(path, 'name'))
  const count = Object.keys(fields(attributes)).length + Object.keys(fields(capacity)).length
  if (count > mostProperties) yield invalid(path, count, `the total number of attributes and capacities must not exceed ${mostProperties}`)
  yield* validateProperties(attributes, child(path, 'attributes'), validateAttribute)
  yield* validateProperties(capacity, child(path, 'capacity'))
}

function* validateProperties(map: Json | undefined, path: string, rule?: (value: JsonObject, path: string) => Findings): Findings {
  for (const name of Object.keys(fields(map)).sort()) {
    const here = item(path, keyInPath(name))
    yield* validateQualifiedName(name, here)
    if (rule) yield* rule(fields(fields(map)[name]), here)
  }
}

function* validateAttribute(attribute: JsonObject, path: string): Findings {
  const { int, bool, string, version } = attribute
  if (text(string).length > longestValue) yield tooLong(child(path, 'string'), longestValue)
  if (present(version)) {
    if (!semanticVersion.test(text(version))) yield invalid(child(path, 'version'), text(version), 'must be a string compatible with semver.org spec 2.0.0')
    if (text(version).length > longestValue) yield tooLong(child(path, 'version'), longestValue)
  }
  const given = [int, bool, string, version].filter(present).length
  const shown = { IntValue: int ?? null, BoolValue: bool ?? null, StringValue: string ?? null, VersionValue: version ?? null }
  if (given !== 1) yield invalid(path, given === 0 ? '' : shown, 'exactly one value must be specified')
}
