import { defineCheck, done, notYet } from '#runner/checks/check.ts'

/** Azure Kubernetes Fleet Manager RBAC Cluster Admin, the same in every tenant. */
const role = '18ab4d3d-a1bf-4477-8ad9-8359bc988f69'
const expected = 'a role assignment "Azure Kubernetes Fleet Manager RBAC Cluster Admin" on the fleet'

/** The role that lets the learner work on the hub is assigned. */
export default defineCheck({
  id: 'hub-access',
  says: 'The learner may work on the hub.',
  watches: () => [{ from: 'azure' }],
  start: null,
  async look(view) {
    const fleets = (await view.fleets()).filter(({ hasHub }) => hasHub)
    if (fleets.length === 0) return notYet({ expected, seen: 'there is no fleet with a hub', where: 'Azure' })
    for (const fleet of fleets) {
      const assignments = await view.roleAssignments(fleet.id)
      const found = assignments.some(({ properties }) => JSON.stringify(properties ?? null).includes(role))
      if (found) return done({ expected, seen: `the role is assigned on ${fleet.name}`, where: `fleet ${fleet.name}, role assignments` })
    }
    const [first] = fleets
    return notYet({ expected, seen: 'no such role assignment', where: `fleet ${first?.name ?? ''}, role assignments` })
  },
})
