// The order of versions: stable, then beta, then alpha, newest last; others before all of them (apimachinery `pkg/version`).

const stages: Readonly<Record<string, number>> = { alpha: 0, beta: 1, '': 2 }

/** Less than nothing if the left version is the older one (`CompareKubeAwareVersionStrings`). */
export function compareVersions(left: string, right: string): number {
  if (left === right) return 0
  const [a, b] = [parse(left), parse(right)]
  if (a === undefined || b === undefined) return a !== undefined ? 1 : b !== undefined ? -1 : left < right ? 1 : -1
  const [at = 0] = a.flatMap((part, index) => (part === b[index] ? [] : [index]))
  return (a[at] ?? 0) - (b[at] ?? 0)
}

function parse(version: string): readonly number[] | undefined {
  const [, major, stage = '', minor = '0'] = version.match(/^v([1-9]\d*)(?:(alpha|beta)([1-9]\d*))?$/) ?? []
  return major === undefined ? undefined : [stages[stage] ?? 0, Number(major), Number(minor)]
}
