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

/** Starts a headless Chromium that talks to nobody by itself. */
export async function launchBrowser(): Promise<Browser> {
  const found = machines.find((path) => existsSync(path))
  const executablePath = found ?? (await chromium.executablePath())
  return playwright.launch({ executablePath, headless: true, args: quiet })
}
