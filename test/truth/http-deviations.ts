// Steps of the recorded HTTP rows that this server answers otherwise, each with its reason; and those that cannot be compared.

/** Not comparable, as the recordings' README says. */
export const leftOut: Readonly<Record<string, string>> = {}

/** Known deviations by `name step`. */
export const deviations: Readonly<Record<string, string>> = {
  'negotiation 1': 'Protobuf answers are not made: every client that accepts them accepts JSON',
  'negotiation 2': 'Protobuf answers are not made: every client that accepts them accepts JSON',
  'openapi-index 5': 'There is no OpenAPI v2 document: clients use v3 and accept a 404 here',
  'scale-subresource 4': 'The recorded controller had not yet written its status when the next request came',
}
