import { defineConfig } from 'vite'

// `npm run dev` serves the page with reloading, in front of a demo that runs.
const demo = process.env.DEMO_URL ?? 'http://127.0.0.1:3000'

export default defineConfig({
  server: { host: '127.0.0.1', proxy: { '/shapes': demo, '/todos': demo, '/about': demo } },
})
