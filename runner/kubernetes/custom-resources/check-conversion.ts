// How versions of a custom resource are converted (apiextensions `validateCustomResourceConversion`).
import type { Json, JsonObject } from '../../base/json.ts'
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

function* checkVersions(value: Json | undefined, path: string): Findings {
  const versions = texts(value)
  if (versions.length === 0) return yield required(path)
  for (const [index, version] of versions.entries()) {
    if (versions.indexOf(version) < index) yield invalid(item(path, index), version, 'duplicate version')
    else yield* invalidAll(item(path, index), version, isDns1035Label(version))
  }
  if (!versions.some((version) => known.includes(version))) yield invalid(path, versions, `must include at least one of ${known.join(', ')}`)
}
