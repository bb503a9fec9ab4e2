// Lists as bytes. Those of each object are made once and kept as long as that version of it is there: who lists again waits for no encoder.
import { goJson } from '../../base/go-json.ts'
import type { KubernetesObject } from '../object.ts'
import type { ListPage } from '../registry/list.ts'
import { listBody, respond, type Showing, withoutType } from './respond.ts'

const written = new WeakMap<KubernetesObject, Uint8Array>()

/** The answer to a LIST in the form that was negotiated. */
export function respondList(page: ListPage, showing: Showing): Response {
  const { format, resource } = showing
  if (format.as !== undefined || format.pretty || format.media !== 'application/json') return respond(listBody(page, showing), format)
  const around = goJson(listBody({ ...page, items: [] }, showing))
  const place = around.indexOf('"items":[]') + '"items":['.length
  const items = page.items.map((object, index) => bytesOf(object, resource.custom !== undefined).subarray(index === 0 ? 1 : 0))
  const parts = [encode(around.slice(0, place)), ...items, encode(`${around.slice(place)}\n`)]
  const length = parts.reduce((sum, part) => sum + part.length, 0)
  return new Response(streamOf(parts), { headers: { 'content-type': 'application/json', 'content-length': String(length) } })
}

/** An object after a comma. Items of a built-in list do not say their kind. */
function bytesOf(object: KubernetesObject, saysKind: boolean): Uint8Array {
  const known = written.get(object)
  if (known !== undefined) return known
  const bytes = encode(`,${goJson(saysKind ? object : withoutType(object))}`)
  // What is computed as it is read is another object each time.
  if (Object.isFrozen(object)) written.set(object, bytes)
  return bytes
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

/** Parts one after another, written into the reader's own memory where it brings some. */
function streamOf(parts: readonly Uint8Array[]): ReadableStream<Uint8Array> {
  const left = { part: 0, at: 0 }
  return new ReadableStream({
    type: 'bytes',
    pull(controller) {
      const request = controller.byobRequest
      const memory = request?.view ?? new Uint8Array(restOf(parts, left))
      const filled = fill(new Uint8Array(memory.buffer, memory.byteOffset, memory.byteLength), parts, left)
      if (filled === 0) controller.close()
      if (request) request.respond(filled)
      else if (filled > 0) controller.enqueue(new Uint8Array(memory.buffer, 0, filled))
    },
  })
}

interface Place {
  part: number
  /** How much of the part is written. */
  at: number
}

function restOf(parts: readonly Uint8Array[], { part, at }: Place): number {
  return parts.slice(part).reduce((sum, { length }) => sum + length, -at)
}

/** Writes as much as there is room for, from a place on, and moves the place; says how much that was. */
function fill(memory: Uint8Array, parts: readonly Uint8Array[], place: Place): number {
  let filled = 0
  for (let part = parts[place.part]; part && filled < memory.length; part = parts[place.part]) {
    const piece = part.subarray(place.at, place.at + memory.length - filled)
    memory.set(piece, filled)
    filled += piece.length
    place.at += piece.length
    if (place.at < part.length) break
    place.part += 1
    place.at = 0
  }
  return filled
}
