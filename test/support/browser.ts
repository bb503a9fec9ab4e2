// A real Chromium for tests: the machine's where it has one, else the one that comes out of an npm package.
import { existsSync } from 'node:fs'
import chromium from '@sparticuz/chromium'
import { type Browser, chromium as playwright } from 'playwright-core'

const machines = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

const quiet = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** The path of the Chromium. The package's is unpacked when it is first asked for: by one process, before others start it. */
export async function findBrowser(): Promise<string> {
  return machines.find((path) => existsSync(path)) ?? chromium.executablePath()
}

/** Starts a headless Chromium that talks to nobody by itself. */
export async function launchBrowser(): Promise<Browser> {
  return playwright.launch({ executablePath: await findBrowser(), headless: true, args: quiet })
}
