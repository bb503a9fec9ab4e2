// What a node costs by the hour, as the Azure property provider looks it up: Linux, pay as you go, East US.
//
// The provider asks the Retail Prices API for its own region; here every region has the prices of one.

/** US dollars by core and hour of families of sizes: what stands before and after the number of cores. */
const families: readonly (readonly [prefix: string, suffixes: readonly string[], price: number])[] = [
  ['Standard_D', ['s_v3', '_v3', 's_v4', '_v4', 's_v5', '_v5', 'as_v4'], 0.048],
  ['Standard_D', ['ds_v4', 'ds_v5'], 0.0565],
  ['Standard_D', ['as_v5'], 0.043],
  ['Standard_D', ['ads_v5'], 0.0515],
  ['Standard_D', ['ps_v5'], 0.0385],
  ['Standard_E', ['s_v3', 's_v4', 's_v5', 'as_v4'], 0.063],
  ['Standard_E', ['ds_v5'], 0.072],
  ['Standard_E', ['as_v5'], 0.0565],
  ['Standard_F', ['s_v2'], 0.0423],
]

/** US dollars by hour of sizes whose name does not tell their cores. */
const sizes: Readonly<Record<string, number>> = {
  Standard_B2s: 0.0416,
  Standard_B2ms: 0.0832,
  Standard_B4ms: 0.166,
  Standard_B8ms: 0.333,
  Standard_DS2_v2: 0.146,
  Standard_DS3_v2: 0.293,
  Standard_DS4_v2: 0.585,
  Standard_NC6s_v3: 3.06,
}

/** US dollars by the hour of a size; undefined for one whose price is not known. */
export function hourlyPrice(size: string): number | undefined {
  const [, prefix, cores, suffix] = /^(Standard_[A-Z]+)(\d+)(\w*)$/.exec(size) ?? []
  const family = families.find(([name, suffixes]) => name === prefix && suffixes.includes(suffix ?? ''))
  return sizes[size] ?? (family && Number(cores) * family[2])
}
