// The machine's own az, where somebody is signed in with it: Azure as checks see it goes through `az rest`.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { JsonObject } from '../base/json.ts'
import type { AzureSource } from '../checks/view.ts'

const run = promisify(execFile)

type Environment = Readonly<Record<string, string>>

/** Azure as the signed-in az reads it; undefined where there is no az, or nobody is signed in. */
export async function signedInAzure(env: Environment): Promise<AzureSource | undefined> {
  try {
    const { stdout } = await run('az', ['account', 'show', '--query', 'id', '-o', 'tsv'], { env })
    return stdout.trim() === '' ? undefined : azureThrough(env, stdout.trim())
  } catch {
    return undefined
  }
}

function azureThrough(env: Environment, subscription: string): AzureSource {
  return {
    async get(below) {
      const url = `https://management.azure.com/subscriptions/${subscription}${below}`
      try {
        const { stdout } = await run('az', ['rest', '--method', 'get', '--url', url], { env, maxBuffer: 1 << 26 })
        return { status: 200, body: JSON.parse(stdout) as JsonObject }
      } catch (error) {
        const missing = /NotFound/i.test(error instanceof Error ? error.message : '')
        return { status: missing ? 404 : 502, body: {} }
      }
    },
    // Azure tells nobody of its changes: checks look when a step or the run ends.
    onChange: () => () => undefined,
  }
}
