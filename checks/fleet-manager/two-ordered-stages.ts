import { at, defineCheck, done, type FleetView, notYet } from '#runner/checks/check.ts'

const expected = 'an update strategy with exactly two stages, in order, mapped to different update groups that each have a member'

/** The update strategy exists and shows two ordered stages mapped to different update groups. */
export default defineCheck({
  id: 'two-ordered-stages',
  says: 'The update strategy exists and shows two ordered stages mapped to different update groups',
  start: null,
  watches: () => [{ from: 'azure' }],

  async look(view) {
    const fleets = await view.fleets()
    const found = fleets.flatMap((fleet) => fleet.strategies.map((strategy) => ({ fleet, name: String(strategy.name), stages: stagesOf(strategy) })))
    if (found.length === 0) {
      const where = fleets.length === 0 ? 'Azure, fleets' : `fleet ${fleets.map(({ name }) => name).join(', ')}, updateStrategies`
      return notYet({ expected, seen: fleets.length === 0 ? 'no fleet' : 'no update strategy', where })
    }
    const judged = found.map((strategy) => ({
      ...strategy,
      fault: faultOf(strategy.stages, strategy.fleet),
      where: `fleet ${strategy.fleet.name}, update strategy ${strategy.name}`,
    }))
    const good = judged.find(({ fault }) => fault === undefined)
    if (good) return done({ expected, seen: good.stages.map(({ name, groups }) => `${name}: ${groups.join(', ')}`).join(', then '), where: good.where })
    const [bad] = judged
    return notYet({ expected, seen: bad?.fault ?? '', where: bad?.where ?? '' })
  },
})

interface Stage {
  readonly name: string
  readonly groups: readonly string[]
}

function stagesOf(strategy: FleetView['strategies'][number]): readonly Stage[] {
  const stages = at(strategy, 'properties', 'strategy', 'stages')
  if (!Array.isArray(stages)) return []
  return stages.map((stage) => {
    const groups = at(stage, 'groups')
    return { name: String(at(stage, 'name')), groups: Array.isArray(groups) ? groups.map((group) => String(at(group, 'name'))) : [] }
  })
}

function faultOf(stages: readonly Stage[], fleet: FleetView): string | undefined {
  if (stages.length !== 2) return `${stages.length} stage${stages.length === 1 ? '' : 's'}: ${stages.map(({ name }) => name).join(', ')}`
  const [first, second] = stages
  if (!first || !second) return 'no stages'
  for (const { name, groups } of stages) if (groups.length === 0) return `stage "${name}" names no group`
  const shared = first.groups.find((group) => second.groups.includes(group))
  if (shared !== undefined) return `both stages name the group "${shared}"`
  const manned = new Set(fleet.members.map((member) => at(member, 'properties', 'group')))
  const empty = stages.flatMap(({ groups }) => groups).find((group) => !manned.has(group))
  return empty === undefined ? undefined : `no member is in the group "${empty}" (members: ${fleet.members.map(describeMember).join(', ') || 'none'})`
}

function describeMember(member: FleetView['members'][number]): string {
  return `${member.name} in ${at(member, 'properties', 'group') ?? 'no group'}`
}
