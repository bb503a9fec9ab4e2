// CertificateSigningRequests: approved by somebody, signed by the cluster's authority, refused where they must be.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readCertificateRequest } from '#runner/base/certificate-request.ts'
import { certificateSigningRequests } from '#runner/controllers/resources.ts'
import { at, type KubernetesObject } from '#runner/kubernetes/object.ts'
import { startCluster, type TestCluster } from '#test/support/start-cluster.ts'

/** Made with `openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -subj ...`. */
const requests = {
  jane: `-----BEGIN CERTIFICATE REQUEST-----
MIHqMIGRAgEAMC8xDTALBgNVBAoMBGRldnMxDzANBgNVBAoMBmFkbWluczENMAsG
A1UEAwwEamFuZTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABHYpHqMVw0ovltMV
sDiFqnbLfuMuQbj/GQBfKnpPKdJG+W+YB5m0d2wZu+dXHPq0EENJzi9nYIJMdYlS
cgc2tQOgADAKBggqhkjOPQQDAgNIADBFAiEAjl/SOr1MDRS/oASLgQP1uF3ad/Zr
DzpOjFNVSRvG4WoCIFbuTzja2wGTM5imZD0Tu0BHMPeaQeHhCBaYwnuanxQP
-----END CERTIFICATE REQUEST-----
`,
  masters: `-----BEGIN CERTIFICATE REQUEST-----
MIHfMIGHAgEAMCUxFzAVBgNVBAoMDnN5c3RlbTptYXN0ZXJzMQowCAYDVQQDDAFt
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEMhdqc7FEgs2DWvUW2hU73YUeJzTd
V9iH4XksgtT0I/kvSBfONiMLP68yH6F9I+iUWpkiKQZ86T/zp3JzyxFz4KAAMAoG
CCqGSM49BAMCA0cAMEQCIGtECe/5EiHT+pSxFakKEOyKvD/JUNYfgNVAKmQ3znH5
AiBm8m0z2TkrCDmZk7wRDGkaW0tjzzzBZwrr10XXE8IB0Q==
-----END CERTIFICATE REQUEST-----
`,
  node: `-----BEGIN CERTIFICATE REQUEST-----
MIIBHzCBxgIBADA0MRUwEwYDVQQKDAxzeXN0ZW06bm9kZXMxGzAZBgNVBAMMEnN5
c3RlbTpub2RlOm5vZGUtMTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABACsIiIN
JT/0TFaVoBY/chVRA/e/tUKzlU/0vGQnw7tdMiBoj7+1Hk4N+63lYr2B0Qq1Zgzb
86bc9yprDuFue3qgMDAuBgkqhkiG9w0BCQ4xITAfMB0GA1UdEQQWMBSCDG5vZGUt
MS5sb2NhbIcECgAABzAKBggqhkjOPQQDAgNIADBFAiBHgkIOc5PnXsdQFXneN6jM
RA8fwzONVLPNyWZ3MCP4dQIhAJfWPy+vQ1OQeEkW+cZ9HImPZNUKj17wkRbe4MFb
gNHE
-----END CERTIFICATE REQUEST-----
`,
}

function request(name: keyof typeof requests, more: object = {}): KubernetesObject {
  const spec = { request: btoa(requests[name]), signerName: 'kubernetes.io/kube-apiserver-client', usages: ['client auth'], ...more }
  return { apiVersion: 'certificates.k8s.io/v1', kind: 'CertificateSigningRequest', metadata: { name }, spec }
}

async function approve({ client, settle }: TestCluster, name: string): Promise<KubernetesObject | undefined> {
  const found = await client.get(certificateSigningRequests, { name })
  if (!found) return undefined
  const conditions = [{ type: 'Approved', status: 'True', reason: 'Test', message: '' }]
  await client.update(certificateSigningRequests, { ...found, status: { conditions } }, { subresource: 'approval' })
  await settle()
  return client.get(certificateSigningRequests, { name })
}

test('a certificate request tells its subject and the names that it asks for', () => {
  const jane = readCertificateRequest(requests.jane)
  assert.equal(jane?.commonName, 'jane')
  assert.deepEqual(jane?.organizations, ['devs', 'admins'])
  assert.deepEqual(readCertificateRequest(requests.node)?.hosts, ['node-1.local', '10.0.0.7'])
  assert.equal(readCertificateRequest('-----BEGIN CERTIFICATE REQUEST-----\nMIIB\n-----END CERTIFICATE REQUEST-----'), undefined)
})

test('an approved request is signed, and its conditions have their times', async () => {
  const cluster = await startCluster()
  await cluster.client.create(certificateSigningRequests, request('jane'))
  const signed = await approve(cluster, 'jane')
  assert.equal(atob(String(at(signed, 'status', 'certificate'))), 'signed for jane of devs,admins, 31536000 seconds, client auth')
  const [condition] = (at(signed, 'status', 'conditions') ?? []) as readonly { lastTransitionTime: string }[]
  assert.match(condition?.lastTransitionTime ?? '', /Z$/)
  await cluster.settle(3_601_000)
  assert.equal(await cluster.client.get(certificateSigningRequests, { name: 'jane' }), undefined, 'it is cleared away an hour later')
})

test('what a signer must not sign fails, and masters are refused at once', async () => {
  const cluster = await startCluster()
  const { client } = cluster
  await client.create(certificateSigningRequests, request('jane', { usages: ['server auth'] }))
  const failed = await approve(cluster, 'jane')
  assert.equal(at(failed, 'status', 'certificate'), undefined)
  const conditions = (at(failed, 'status', 'conditions') ?? []) as readonly { type: string; reason: string }[]
  assert.deepEqual(
    conditions.map(({ type, reason }) => `${type} ${reason}`),
    ['Approved Test', 'Failed SignerValidationFailure'],
  )
  await assert.rejects(client.create(certificateSigningRequests, request('masters')), {
    message:
      'certificatesigningrequests.certificates.k8s.io "masters" is forbidden: use of kubernetes.io/kube-apiserver-client signer with system:masters group is not allowed',
  })
})

test('only who may approve for a signer may approve', async () => {
  const { server, client } = await startCluster()
  await client.create(certificateSigningRequests, request('jane'))
  const bob = server.client({ name: 'bob', groups: ['system:authenticated'] })
  const found = await client.get(certificateSigningRequests, { name: 'jane' })
  if (!found) throw new Error('The request is missing')
  await assert.rejects(bob.update(certificateSigningRequests, found, { subresource: 'approval' }), { code: 403 })
})
