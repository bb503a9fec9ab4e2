// Protobuf bodies beside the JSON that the real Go types print.
import type { JsonObject } from '#runner/base/json.ts'
import { decode } from '#runner/kubernetes/encoding/decode.ts'
import { goOrder } from '#runner/kubernetes/encoding/go-order.ts'
import { decodeProtobuf } from '#runner/kubernetes/encoding/protobuf.ts'
import { builtInSchema } from '#runner/kubernetes/openapi/schema.ts'
import { difference, replayCases } from '../support/replay-cases.ts'

interface Sample {
  readonly apiVersion: string
  readonly kind: string
  readonly base64: string
  readonly json: JsonObject
}

const table = {
  file: 'samples.json',
  title: ({ apiVersion, kind }: Sample) => `${apiVersion} ${kind}`,
  spoil: (sample: Sample) => ({ ...sample, json: { ...sample.json, kind: `${sample.kind}Spoilt` } }),
}

replayCases<Sample>({
  ...table,
  deviation: (sample) => difference(decodeProtobuf(Buffer.from(sample.base64, 'base64')).object, sample.json),
})

replayCases<Sample>({
  ...table,
  title: (sample) => `${table.title(sample)}, JSON read and printed again`,
  deviation({ apiVersion, kind, base64, json }) {
    const schema = builtInSchema(apiVersion, kind)
    if (!schema) return 'no such kind'
    const sent = decodeProtobuf(Buffer.from(base64, 'base64')).object
    return difference(goOrder(decode(sent, schema).object, schema), json)
  },
})
