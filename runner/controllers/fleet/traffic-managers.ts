// Azure's Traffic Manager as a hub's networking agent is given it (a door for the world, which knows Azure).
import type { JsonObject } from '../../base/json.ts'

/** Azure's profiles as the hub's agent reaches them. Each rejects with `AzureRefusal` where Azure refuses. */
export interface TrafficManagers {
  get(group: string, name: string): Promise<JsonObject | undefined>
  put(group: string, name: string, body: JsonObject): Promise<JsonObject>
  remove(group: string, name: string): Promise<void>
}

/** What Azure answered in place of doing what it was asked. */
export class AzureRefusal extends Error {
  override readonly name = 'AzureRefusal'
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}
