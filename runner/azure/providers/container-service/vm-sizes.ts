// The sizes of machine that node pools may have: families of the usual regions, with cores and memory.

/** A machine's size. */
export interface VmSize {
  readonly name: string
  readonly cores: number
  readonly memoryGiB: number
}

const families: readonly { readonly prefix: string; readonly cores: readonly number[]; readonly suffixes: readonly string[]; readonly gibPerCore: number }[] = [
  {
    prefix: 'Standard_D',
    cores: [2, 4, 8, 16, 32, 48, 64, 96],
    suffixes: ['s_v5', 'ds_v5', 'as_v5', 'ads_v5', '_v5', 's_v6', 'ds_v6', 'as_v6', 'ads_v6', 'ps_v5', 'ps_v6'],
    gibPerCore: 4,
  },
  { prefix: 'Standard_D', cores: [2, 4, 8, 16, 32, 48, 64], suffixes: ['s_v3', 's_v4', 'ds_v4', '_v3', '_v4', 'as_v4'], gibPerCore: 4 },
  { prefix: 'Standard_E', cores: [2, 4, 8, 16, 32, 48, 64], suffixes: ['s_v3', 's_v4', 's_v5', 'ds_v5', 'as_v4', 'as_v5', 's_v6', 'ds_v6'], gibPerCore: 8 },
  { prefix: 'Standard_F', cores: [2, 4, 8, 16, 32, 48, 64, 72], suffixes: ['s_v2'], gibPerCore: 2 },
  { prefix: 'Standard_A', cores: [2, 4, 8], suffixes: ['_v2'], gibPerCore: 2 },
]

const others: readonly VmSize[] = [
  { name: 'Standard_B2s', cores: 2, memoryGiB: 4 },
  { name: 'Standard_B2ms', cores: 2, memoryGiB: 8 },
  { name: 'Standard_B4ms', cores: 4, memoryGiB: 16 },
  { name: 'Standard_B8ms', cores: 8, memoryGiB: 32 },
  { name: 'Standard_DS2_v2', cores: 2, memoryGiB: 7 },
  { name: 'Standard_DS3_v2', cores: 4, memoryGiB: 14 },
  { name: 'Standard_DS4_v2', cores: 8, memoryGiB: 28 },
  { name: 'Standard_NC6s_v3', cores: 6, memoryGiB: 112 },
]

/** Every size on offer. */
export const vmSizes: readonly VmSize[] = [
  ...families.flatMap(({ prefix, cores, suffixes, gibPerCore }) =>
    suffixes.flatMap((suffix) => cores.map((count) => ({ name: `${prefix}${count}${suffix}`, cores: count, memoryGiB: count * gibPerCore }))),
  ),
  ...others,
]

/** The size of new node pools that name none. */
export const defaultVmSize = 'Standard_D8ds_v5'

/** A size by its name in any case. */
export function vmSizeNamed(name: string): VmSize | undefined {
  return vmSizes.find((size) => size.name.toLowerCase() === name.toLowerCase())
}
