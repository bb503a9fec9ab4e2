import assert from 'node:assert/strict'
import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto'
import { test } from 'node:test'
import { clientCertificate, createAuthority, serverCertificate } from '#runner/base/certificates.ts'
import { createRandom } from '#runner/base/random.ts'

const now = Date.parse('2026-03-02T08:00:00Z')

test('serverCertificate() is a chain that OpenSSL verifies, for its names and addresses alone', () => {
  const secret = createRandom('secret')
  const authority = createAuthority('Drydock test CA', { secret, now })
  const { certificate, key } = serverCertificate(authority, ['management.azure.com', 'localhost', '127.0.0.1'], { secret, now })
  const root = new X509Certificate(authority.certificate)
  const leaf = new X509Certificate(certificate)
  assert.equal(root.ca, true)
  assert.equal(root.verify(root.publicKey), true)
  assert.equal(leaf.verify(root.publicKey), true)
  assert.equal(leaf.checkIssued(root), true)
  assert.equal(leaf.checkHost('management.azure.com'), 'management.azure.com')
  assert.equal(leaf.checkIP('127.0.0.1'), '127.0.0.1')
  assert.equal(leaf.checkHost('graph.microsoft.com'), undefined)
  assert.deepEqual(
    createPublicKey(createPrivateKey(key)).export({
      type: 'spki',
      format: 'der',
    }),
    leaf.publicKey.export({ type: 'spki', format: 'der' }),
  )
})

test('clientCertificate() names the user as common name and each group as organization', () => {
  const secret = createRandom('secret')
  const authority = createAuthority('kubernetes', { secret, now })
  const { certificate, key } = clientCertificate(authority, { name: 'bob', groups: ['dev', 'ops'] }, { secret, now })
  assert.match(key, /^-----BEGIN EC PRIVATE KEY-----\n/)
  assert.equal(new X509Certificate(certificate).subject, 'O=dev\nO=ops\nCN=bob')
})

test('the same secret gives the same bytes', () => {
  const make = () => createAuthority('x', { secret: createRandom(7), now }).certificate
  assert.equal(make(), make())
})
