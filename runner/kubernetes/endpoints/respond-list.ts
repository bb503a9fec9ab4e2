// Lists as bytes. The text of each object is made once and kept as long as that version of it is there: who lists again waits for no encoder.
import type { KubernetesObject } from '../object.ts'
import type { ListPage } from '../registry/list.ts'
import { goJson, listBody, respond, respondText, type Showing, withoutType } from './respond.ts'

const texts = new WeakMap<KubernetesObject, string>()

/** The answer to a LIST in the form that was negotiated. */
export function respondList(page: ListPage, showing: Showing): Response {
  const { format, resource } = showing
  if (format.as !== undefined || format.pretty || format.media !== 'application/json') return respond(listBody(page, showing), format)
  const around = goJson(listBody({ ...page, items: [] }, showing))
  const place = around.indexOf('"items":[]') + '"items":['.length
  const items = page.items.map((object) => textOf(object, resource.custom !== undefined)).join(',')
  return respondText(`${around.slice(0, place)}${items}${around.slice(place)}\n`)
}

/** Items of a built-in list do not say their kind. */
function textOf(object: KubernetesObject, saysKind: boolean): string {
  const known = texts.get(object)
  if (known !== undefined) return known
  const text = goJson(saysKind ? object : withoutType(object))
  // What is computed as it is read is another object each time.
  if (Object.isFrozen(object)) texts.set(object, text)
  return text
}
