// How versions of a custom resource are converted (apiextensions `validateCustomResourceConversion`).
import type { Json, JsonObject } from '../../base/json.ts'
import { bundleProblem } from '../../base/key-pair.ts'
import { validateClientConfig } from '../kinds/admissionregistration/client-config.ts'
import { child, type Findings, forbidden, invalid, invalidAll, item, notSupported, required } from '../kinds/validation/findings.ts'
import { isDns1035Label } from '../kinds/validation/names.ts'
import { fields, list, present, text, texts } from '../kinds/validation/read.ts'

const strategies = ['None', 'Webhook']
const known = ['v1', 'v1beta1']
const onlyForWebhooks = 'should not be set when strategy is not set to Webhook'

/** Findings on a conversion. */
export function* conversionFindings(conversion: JsonObject, path: string): Findings {
  const strategy = text(conversion.strategy)
  const { clientConfig, conversionReviewVersions: versions } = fields(conversion.webhook)
  const [configField, versionsField] = [child(path, 'webhookClientConfig'), child(path, 'conversionReviewVersions')]
  if (strategy === '') yield required(child(path, 'strategy'))
  else if (!strategies.includes(strategy)) yield notSupported(child(path, 'strategy'), strategy, strategies)
  if (strategy === 'Webhook') {
    if (present(clientConfig)) yield* validateClientConfig(clientConfig, configField)
    else yield required(configField, 'required when strategy is set to Webhook')
    yield* checkVersions(versions, versionsField)
    return
  }
  if (present(clientConfig)) yield forbidden(configField, onlyForWebhooks)
  if (list(versions).length > 0) yield forbidden(versionsField, onlyForWebhooks)
}

/** What is wrong with the authorities that a definition's webhook is to be known by; undefined where it names none. */
export function bundleProblemOf(spec: JsonObject): string | undefined {
  const bundle = text(fields(fields(fields(spec.conversion).webhook).clientConfig).caBundle)
  return bundle === '' ? undefined : bundleProblem(atob(bundle))
}

/** Findings on a change of the authorities: those of a definition that is established must stay good ones. */
export function* bundleFindings(spec: JsonObject, before: JsonObject, wasEstablished: boolean): Findings {
  const problem = fields(spec.conversion).strategy === 'Webhook' ? bundleProblemOf(spec) : undefined
  if (problem === undefined || !wasEstablished || bundleProblemOf(before) !== undefined) return
  yield invalid('spec.conversion.webhookClientConfig.caBundle', text(fields(fields(fields(spec.conversion).webhook).clientConfig).caBundle), problem)
}

function* checkVersions(value: Json | undefined, path: string): Findings {
  const versions = texts(value)
  if (versions.length === 0) return yield required(path)
  for (const [index, version] of versions.entries()) {
    if (versions.indexOf(version) < index) yield invalid(item(path, index), version, 'duplicate version')
    else yield* invalidAll(item(path, index), version, isDns1035Label(version))
  }
  if (!versions.some((version) => known.includes(version))) yield invalid(path, versions, `must include at least one of ${known.join(', ')}`)
}
