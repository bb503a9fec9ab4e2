import { defineCheck, done, notYet } from '#runner/checks/check.ts'

const expected = 'two managed clusters that run, in different regions'

/** Two managed clusters run, in different regions. */
export default defineCheck({
  id: 'clusters-created',
  says: 'Two AKS clusters run in different regions.',
  watches: () => [{ from: 'azure' }],
  start: null,
  async look(view) {
    const clusters = await view.managedClusters()
    const ready = clusters.filter(({ properties }) => isObject(properties) && properties.provisioningState === 'Succeeded')
    const regions = new Set(ready.map(({ location }) => location))
    const names = ready.map(({ name, location }) => `${String(name)} (${String(location)})`).join(', ')
    const comparison = { expected, seen: names === '' ? `none of ${clusters.length} is ready` : names, where: 'Azure, managed clusters' }
    return ready.length >= 2 && regions.size >= 2 ? done(comparison) : notYet(comparison)
  },
})

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
