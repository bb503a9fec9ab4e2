// --generate-ssh-keys: an RSA key pair in ~/.ssh, made once and used from then on.
import { AzError } from './cli-error.ts'
import { type Call, flag, text } from './command.ts'
import { absolutePath } from './paths.ts'

/** The public key for a new cluster's nodes; undefined where none is wanted or to be had. */
export async function sshPublicKey(call: Call): Promise<string | undefined> {
  const { context, values } = call
  if (flag(values, 'no_ssh_key')) return undefined
  const value = (text(values, 'ssh_key_value') ?? '~/.ssh/id_rsa.pub').replace('$HOME', context.home)
  const path = absolutePath(context, value)
  const content = (await context.files.read(path)) ?? value
  if (isPublicKey(content)) return content.trim()
  const explicit = value !== `${context.home}/.ssh/id_rsa.pub` && value !== '~/.ssh/id_rsa.pub'
  if (flag(values, 'generate_ssh_keys')) return generate(call, path)
  if (explicit)
    throw new AzError('An RSA key file or key value must be supplied to SSH Key Value. You can use --generate-ssh-keys to let CLI generate one for you')
  return undefined
}

function isPublicKey(text: string): boolean {
  return /^(?:ssh-rsa|ssh-ed25519|ecdsa-sha2-\S+)\s+[A-Za-z0-9+/]+=*/.test(text.trim())
}

async function generate({ context, log }: Call, publicPath: string): Promise<string> {
  const privatePath = publicPath.endsWith('.pub') ? publicPath.slice(0, -4) : `${publicPath}.private`
  const pair = await crypto.subtle.generateKey(
    { name: 'RSASSA-PKCS1-v1_5', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: 'SHA-256' },
    true,
    ['sign', 'verify'],
  )
  const jwk = await crypto.subtle.exportKey('jwk', pair.privateKey)
  const line = `ssh-rsa ${base64(concat([lengthPrefixed(new TextEncoder().encode('ssh-rsa')), mpint(jwk.e), mpint(jwk.n)]))}`
  await context.files.write(privatePath, privatePem(jwk), 0o600)
  await context.files.write(publicPath, line, 0o644)
  log.warning(
    `SSH key files '${privatePath}' and '${publicPath}' have been generated under ~/.ssh to allow SSH access to the VM. If using machines without permanent storage like Azure Cloud Shell without an attached file share, back up your keys to a safe location`,
  )
  return line
}

type RsaKey = {
  readonly n?: string
  readonly e?: string
  readonly d?: string
  readonly p?: string
  readonly q?: string
  readonly dp?: string
  readonly dq?: string
  readonly qi?: string
}

/** The private key in PKCS#1, as az writes it. */
function privatePem(key: RsaKey): string {
  const numbers = [key.n, key.e, key.d, key.p, key.q, key.dp, key.dq, key.qi].map((value) => der(2, unsigned(value)))
  const body = base64(der(48, concat([der(2, new Uint8Array([0])), ...numbers])))
  return `-----BEGIN RSA PRIVATE KEY-----\n${(body.match(/.{1,64}/g) ?? []).join('\n')}\n-----END RSA PRIVATE KEY-----\n`
}

function unsigned(value: string | undefined): Uint8Array {
  const bytes = Uint8Array.from(atob((value ?? '').replaceAll('-', '+').replaceAll('_', '/')), (letter) => letter.charCodeAt(0))
  return (bytes[0] ?? 0) >= 128 ? concat([new Uint8Array([0]), bytes]) : bytes
}

function mpint(value: string | undefined): Uint8Array {
  return lengthPrefixed(unsigned(value))
}

function lengthPrefixed(bytes: Uint8Array): Uint8Array {
  const length = new Uint8Array(4)
  new DataView(length.buffer).setUint32(0, bytes.length)
  return concat([length, bytes])
}

function der(tag: number, content: Uint8Array): Uint8Array {
  const size = content.length
  const length = size < 128 ? [size] : size < 256 ? [129, size] : [130, size >> 8, size & 255]
  return concat([new Uint8Array([tag, ...length]), content])
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}

function base64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
}
