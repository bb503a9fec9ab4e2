// Links in output: http and https only, their real target shown before they are followed.
import { WebLinksAddon } from '@xterm/addon-web-links'
import type { ILinkHandler, Terminal } from '@xterm/xterm'
import { askInDialog } from '../client/dialogs.ts'
import { find } from '../client/elements.ts'

/** Handler for links whose text may say something else than their target (OSC 8): they are asked about. */
export const linkHandler: ILinkHandler = {
  activate: (_event, text) => void follow(text),
  hover: (_event, text) => showTarget(text),
  leave: () => showTarget(undefined),
  allowNonHttpProtocols: false,
}

/** Makes addresses in output into links. */
export function linkAddresses(terminal: Terminal): void {
  terminal.loadAddon(
    new WebLinksAddon((_event, address) => open(address), { hover: (_event, address) => showTarget(address), leave: () => showTarget(undefined) }),
  )
}

async function follow(address: string): Promise<void> {
  const yes = await askInDialog({
    title: 'Open this address?',
    text: 'A program in the terminal wrote this link. It leads to:',
    quote: address,
    yes: 'Open',
    no: 'Stay here',
  })
  if (yes) open(address)
}

function open(address: string): void {
  const url = URL.parse(address)
  if (url?.protocol === 'http:' || url?.protocol === 'https:') window.open(url.href, '_blank', 'noopener,noreferrer')
}

function showTarget(address: string | undefined): void {
  const line = find(document, '[data-link-target]')
  line.textContent = address ?? ''
  line.hidden = address === undefined
}
