/// <reference types="astro/client" />

interface ImportMetaEnv {
  /** Where the runner is, as an origin. Empty: where the page came from. */
  readonly PUBLIC_DRYDOCK_RUNNER?: string
}

declare namespace App {
  interface Locals {
    /** Where a course's page stands, for the line above its title, and the line below it. */
    place?: { readonly href: string; readonly label: string; readonly note?: string }
  }
}

declare module 'asciinema-player/dist/bundle/asciinema-player.css'
