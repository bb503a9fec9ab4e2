import { defineCheck, done, notYet } from '#runner/checks/check.ts'

/** The hub stores the namespace with its deployment and service. */
export default defineCheck({
  id: 'app-on-hub',
  says: 'The hub stores the namespace with its deployment and service.',
  watches: ({ namespace = 'fleet-demo' }) => [
    { from: 'hub', apiVersion: 'apps/v1', kind: 'Deployment', namespace },
    { from: 'hub', apiVersion: 'v1', kind: 'Service', namespace },
  ],
  start: null,
  async look(view) {
    const { namespace = 'fleet-demo' } = view.parameters
    const expected = `deployment and service "web" in namespace "${namespace}" on the hub`
    const hub = await view.hub()
    if (!hub) return notYet({ expected, seen: 'there is no hub', where: 'the fleet' })
    const [deployment, service] = await Promise.all([
      hub.get('apps/v1', 'Deployment', { namespace, name: 'web' }),
      hub.get('v1', 'Service', { namespace, name: 'web' }),
    ])
    const seen = [deployment && 'deployment "web"', service && 'service "web"'].filter((one) => one !== undefined).join(', ')
    const comparison = { expected, seen: seen === '' ? 'neither' : seen, where: `hub, namespace ${namespace}` }
    return deployment && service ? done(comparison) : notYet(comparison)
  },
})
