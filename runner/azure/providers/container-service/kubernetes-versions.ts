// The Kubernetes versions and node images that managed clusters come in, and which may follow which.

/** A minor version and its patches, oldest first. */
export interface MinorVersion {
  readonly minor: string
  readonly patches: readonly string[]
  readonly isDefault?: boolean
}

/** What is offered in every region. */
export const offeredVersions: readonly MinorVersion[] = [
  { minor: '1.33', patches: ['1.33.7', '1.33.8'] },
  { minor: '1.34', patches: ['1.34.3', '1.34.4'], isDefault: true },
  { minor: '1.35', patches: ['1.35.2'] },
]

/** Node images of Ubuntu nodes: the one new pools get, and the newest. */
export const nodeImages = { current: 'AKSUbuntu-2204gen2containerd-202510.03.1', latest: 'AKSUbuntu-2204gen2containerd-202511.07.0' } as const

/** The full version that a version or minor stands for; '' is the default. Undefined: not offered. */
export function fullVersion(version: string): string | undefined {
  const wanted = version.replace(/^v/i, '')
  const minor = offeredVersions.find((one) => (wanted === '' ? one.isDefault : one.minor === wanted))
  if (minor) return minor.patches.at(-1)
  return offeredVersions.flatMap((one) => one.patches).find((patch) => patch === wanted)
}

/** The default as a new cluster shows it: the minor alone. */
export function defaultMinor(): string {
  return offeredVersions.find((one) => one.isDefault)?.minor ?? ''
}

/** The versions that a cluster of this version may go to: later patches, and any patch of the next minor. */
export function upgradesFrom(version: string): readonly string[] {
  return offeredVersions.flatMap((one) => one.patches).filter((patch) => compareVersions(patch, version) > 0 && minorNumber(patch) <= minorNumber(version) + 1)
}

/** The number after the first dot. */
export function minorNumber(version: string): number {
  return Number(version.split('.')[1] ?? 0)
}

/** Order of two versions, part by part. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((version) => version.split('.').map(Number))
  for (const index of [0, 1, 2]) {
    const difference = (left?.[index] ?? 0) - (right?.[index] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}
