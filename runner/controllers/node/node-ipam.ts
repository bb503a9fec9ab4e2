// Gives each node its range of pod addresses, as kube-controller-manager does with `--allocate-node-cidrs` (nodeipam `range_allocator.go`).
import type { Client } from '../../kubernetes/client.ts'
import { type ControllerContext, defineController } from '../controller.ts'
import { nodes } from '../resources.ts'
import type { Node } from '../scheduler/node.ts'

export const nodeIpam = defineController({
  name: 'node-ipam-controller',
  watches: [{ resource: nodes, keys: (node, change) => (change === 'DELETED' ? [] : [node.metadata.name ?? '']) }],
  async reconcile(name: string, { client, settings }: ControllerContext): Promise<undefined> {
    const node = (await client.get(nodes, { name })) as Node | undefined
    if (!node || node.spec?.podCIDR !== undefined) return
    const podCIDR = await freeRange(settings.podCidr ?? '10.244.0.0/16', client)
    await client.patch(nodes, { name }, { spec: { podCIDR, podCIDRs: [podCIDR] } }, { type: 'strategic' })
  },
})

/** The first /24 of the range that no node has. */
async function freeRange(podCidr: string, client: Client): Promise<string> {
  const taken = new Set(((await client.list(nodes)).items as readonly Node[]).map(({ spec }) => spec?.podCIDR))
  const [a = 10, b = 244] = podCidr.split('.').map((part) => Number.parseInt(part, 10))
  for (let index = 0; ; index += 1) {
    const range = `${a}.${b + Math.floor(index / 256)}.${index % 256}.0/24`
    if (!taken.has(range)) return range
  }
}
