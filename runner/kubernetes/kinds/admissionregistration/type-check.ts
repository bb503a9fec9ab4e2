// Type checks of a policy's expressions against the kinds that it is about (apiserver `admission/plugin/policy/validating/typechecking.go`).
import type { JsonObject } from '../../../base/json.ts'
import { compile } from '../../custom-resources/cel/compile.ts'
import { resourceSchema } from '../../custom-resources/cel/fields.ts'
import { resourcesOfDefinition, versionsOf } from '../../custom-resources/definition.ts'
import type { ResourceInfo } from '../../kind.ts'
import { apiVersionOf, type KubernetesObject } from '../../object.ts'
import { builtInResources } from '../../openapi/facts.ts'
import { builtInSchema, type Schema } from '../../openapi/schema.ts'
import { fields, objects, present, text, texts } from '../validation/read.ts'

/** How many kinds are looked at. */
const most = 10
const failed = 'compilation failed: '

/** What the status says of a policy's types: nothing, or a warning for each expression that does not fit a kind. */
export function typeChecking(policy: KubernetesObject, definitions: readonly KubernetesObject[]): JsonObject {
  const spec = fields(policy.spec)
  const kinds = present(spec.paramKind) ? [] : kindsOf(fields(spec.matchConstraints), definitions)
  const expressions = [
    ...objects(spec.validations).map((validation, index) => [`spec.validations[${index}].expression`, text(validation.expression)] as const),
    ...objects(spec.validations).map((validation, index) => [`spec.validations[${index}].messageExpression`, text(validation.messageExpression)] as const),
  ]
  const expressionWarnings = expressions.flatMap(([fieldRef, expression]) => {
    const warning = expression === '' ? '' : kinds.flatMap(([name, schema]) => problem(name, schema, expression) ?? []).join('\n')
    return warning === '' ? [] : [{ fieldRef, warning }]
  })
  return expressionWarnings.length === 0 ? {} : { expressionWarnings }
}

function problem(name: string, schema: JsonObject, expression: string): string | undefined {
  const others = ['request', 'params', 'namespaceObject', 'authorizer', 'variables'].map((each) => [each, undefined] as const)
  const compiled = compile(expression, { variables: new Map([['object', schema] as const, ['oldObject', schema] as const, ...others]) })
  return 'error' in compiled ? `${name}: ${compiled.error.replace(failed, '')}` : undefined
}

/** The kinds that rules name outright, each with its schema. */
function kindsOf(constraints: JsonObject, definitions: readonly KubernetesObject[]): readonly (readonly [string, JsonObject])[] {
  const named = new Set(
    objects(constraints.resourceRules).flatMap(({ apiGroups, apiVersions, resources }) =>
      texts(apiGroups).flatMap((group) => texts(apiVersions).flatMap((version) => texts(resources).map((resource) => `${group}/${version}/${resource}`))),
    ),
  )
  const isNamed = ({ group, version, plural }: ResourceInfo): boolean => named.has(`${group}/${version}/${plural}`)
  const builtIn = builtInResources().filter(isNamed)
  const custom = definitions.flatMap((definition) =>
    resourcesOfDefinition(definition)
      .filter(isNamed)
      .map((info) => [info, definition] as const),
  )
  const found: (readonly [ResourceInfo, JsonObject | undefined])[] = [
    ...builtIn.map((info) => [info, plainOf(builtInSchema(apiVersionOf(info), info.kind))] as const),
    ...custom.map(([info, definition]) => [info, schemaIn(definition, info.version)] as const),
  ]
  return found.slice(0, most).flatMap(([info, schema]) => (schema ? [[`${apiVersionOf(info)}, Kind=${info.kind}`, schema] as const] : []))
}

function plainOf(schema: Schema | undefined): JsonObject | undefined {
  return schema && plain(schema)
}

/** The schema of a version of custom resources, with what every resource has. */
function schemaIn(definition: KubernetesObject, version: string): JsonObject | undefined {
  const found = versionsOf(definition).find(({ name }) => name === version)
  return found && resourceSchema(fields(fields(found.schema).openAPIV3Schema))
}

/** A schema as the checker reads it; members are looked at when they are asked for, for types may hold themselves. */
function plain(schema: Schema): JsonObject {
  if (schema.kind === 'list') return { type: 'array', items: plain(schema.items) }
  if (schema.kind === 'map') return { type: 'object', additionalProperties: plain(schema.values) }
  if (schema.kind !== 'object') return {}
  return {
    type: 'object',
    get properties() {
      return Object.fromEntries([...schema.fields].map(([name, field]) => [name, lazily(field.schema)]))
    },
  }
}

function lazily(schema: Schema): JsonObject {
  return schema.kind === 'list'
    ? {
        type: 'array',
        get items() {
          return plain(schema.items)
        },
      }
    : plain(schema)
}
