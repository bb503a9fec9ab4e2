// PKCS#10 certificate requests (RFC 2986), as far as issuing needs them: who asks, and for which key.
import { childrenOf, type Element, elementAt, identifierOf } from './read-der.ts'

/** A request: parts of its subject, and the subject's public key as it stands in DER. */
export interface CertificateRequest {
  readonly commonName: string
  readonly organizations: readonly string[]
  /** DNS names and addresses that are asked for. */
  readonly hosts: readonly string[]
  readonly publicKeyInfo: Uint8Array
}

const commonName = '2.5.4.3'
const organization = '2.5.4.10'
const extensionRequest = '1.2.840.113549.1.9.14'
const alternativeNames = '2.5.29.17'

/** Reads a PEM block `CERTIFICATE REQUEST`; undefined for what is none. */
export function readCertificateRequest(text: string): CertificateRequest | undefined {
  const [, base64] = /-----BEGIN (?:NEW )?CERTIFICATE REQUEST-----([\s\S]+?)-----END (?:NEW )?CERTIFICATE REQUEST-----/.exec(text) ?? []
  if (base64 === undefined) return undefined
  try {
    return readRequest(Uint8Array.from(atob(base64.replace(/\s/g, '')), (letter) => letter.charCodeAt(0)))
  } catch {
    return undefined
  }
}

function readRequest(der: Uint8Array): CertificateRequest | undefined {
  const [info] = childrenOf(elementAt(der, 0))
  const [, subject, publicKey, attributes] = info ? childrenOf(info) : []
  if (!subject || !publicKey) return undefined
  const names = childrenOf(subject).flatMap((part) => childrenOf(part).map(attributeOf))
  const valuesOf = (type: string): readonly string[] => names.filter((name) => name.type === type).map(({ value }) => value)
  return {
    commonName: valuesOf(commonName)[0] ?? '',
    organizations: valuesOf(organization),
    hosts: attributes ? hostsOf(attributes) : [],
    publicKeyInfo: publicKey.whole,
  }
}

function attributeOf(part: Element): { readonly type: string; readonly value: string } {
  const [type, value] = childrenOf(part)
  return { type: type ? identifierOf(type.contents) : '', value: value ? new TextDecoder().decode(value.contents) : '' }
}

function hostsOf(attributes: Element): readonly string[] {
  const extensions = childrenOf(attributes)
    .map(childrenOf)
    .find(([type]) => type && identifierOf(type.contents) === extensionRequest)?.[1]
  const wanted = extensions && childrenOf(extensions).flatMap(childrenOf).map(childrenOf)
  const names = wanted?.find(([type]) => type && identifierOf(type.contents) === alternativeNames)?.at(-1)
  return names
    ? childrenOf(elementAt(names.contents, 0)).map(({ tag, contents }) => (tag === 0x87 ? contents.join('.') : new TextDecoder().decode(contents)))
    : []
}
