// Steps of the recorded HTTP rows that this server answers otherwise, each with its reason; and those that cannot be compared.

/** Not comparable, as the recordings' README says. */
export const leftOut: Readonly<Record<string, string>> = {}

/** Known deviations by `name step`. */
export const deviations: Readonly<Record<string, string>> = {
  'scale-subresource 4': 'The recorded controller had not yet written its status when the next request came',
}
