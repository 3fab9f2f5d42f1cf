// Builds the page. Grafana's libraries look for icons and fonts below /public: they are copied there from its packages.
import { cp, mkdir } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { defineConfig, type Plugin } from 'vite'

const require = createRequire(import.meta.url)
const packageDir = (name: string) => dirname(require.resolve(`${name}/package.json`))

const FONTS = { Regular: '400-normal', Medium: '500-normal', Italic: '400-italic', MediumItalic: '500-italic' }

/** Copies what is loaded by URL and not by import. */
const publicFiles = (): Plugin => {
  let outDir = ''
  return {
    name: 'public-files',
    configResolved: (config) => {
      outDir = join(config.root, config.build.outDir)
    },
    async closeBundle() {
      await cp(join(packageDir('@grafana/ui'), 'dist/public/img'), join(outDir, 'public/build/img'), {
        recursive: true,
      })
      // The libraries ask for an icon that their own package leaves out.
      const icons = join(outDir, 'public/build/img/icons/unicons')
      await cp(join(icons, 'angle-left.svg'), join(icons, 'angle-double-left.svg'))
      const fonts = join(outDir, 'public/fonts/inter')
      await mkdir(fonts, { recursive: true })
      for (const [style, file] of Object.entries(FONTS)) {
        await cp(
          join(packageDir('@fontsource/inter'), `files/inter-latin-${file}.woff2`),
          join(fonts, `Inter-${style}.woff2`),
        )
      }
    },
  }
}

export default defineConfig({
  plugins: [publicFiles()],
  define: { 'process.env.NODE_ENV': '"production"' },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    chunkSizeWarningLimit: 6000,
    // Dependencies mark modules "use client", which means nothing here.
    rolldownOptions: {
      onLog: (level, log, handle) => (log.code === 'MODULE_LEVEL_DIRECTIVE' ? undefined : handle(level, log)),
    },
  },
})
