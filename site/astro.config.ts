// The site. A build depends on these inputs and on no others, so whoever caches `site/dist` compares them:
//   site/ (without dist/), labs/, runner/labs/, runner/http/messages.ts, package-lock.json
// It needs no network: `astro build --root site` from the top, with ASTRO_TELEMETRY_DISABLED=1.
import starlight from '@astrojs/starlight'
import { defineConfig } from 'astro/config'

export default defineConfig({
  outDir: './dist',
  cacheDir: '../.cache/site',
  trailingSlash: 'always',
  devToolbar: { enabled: false },
  // Scripts and styles stay files of their own: a strict content security policy then has little to hash.
  build: { inlineStylesheets: 'never' },
  vite: {
    build: { assetsInlineLimit: 0, chunkSizeWarningLimit: 700 },
    // Starlight brings a js-yaml of its own; left outside the bundle, the top one would be found in its place.
    environments: { prerender: { resolve: { noExternal: ['js-yaml'] } }, ssr: { resolve: { noExternal: ['js-yaml'] } } },
  },
  integrations: [
    starlight({
      title: 'Drydock',
      description: 'An open, self-hosted interactive lab for Kubernetes and its clouds.',
      favicon: '/favicon.svg',
      disable404Route: true,
      expressiveCode: false,
      credits: false,
      customCss: ['./src/styles/tokens.css', './src/styles/starlight.css', './src/styles/parts.css', './src/styles/dialogs.css'],
      components: {
        Hero: './src/overrides/hero.astro',
        PageTitle: './src/overrides/page-title.astro',
        Search: './src/overrides/search.astro',
        SiteTitle: './src/overrides/site-title.astro',
      },
      head: [
        { tag: 'meta', attrs: { property: 'og:image', content: '/social-card.png' } },
        { tag: 'meta', attrs: { name: 'theme-color', content: '#0b5c66' } },
      ],
    }),
  ],
})
