// The browser of this machine.

import { execFileSync } from 'node:child_process'

import { chromium } from 'playwright-core'

import { ROOT } from './support.mjs'

const QUIET = ['gpu', 'quic', 'background-networking', 'component-update', 'sync'].map((name) => `--disable-${name}`)
// Chromium's sandbox does not work for root.
const ARGS = [...QUIET, '--no-first-run', ...(process.getuid() === 0 ? ['--no-sandbox'] : [])]

export async function launch() {
  const executablePath = execFileSync(`${ROOT}scripts/find-browser.sh`, { encoding: 'utf8' }).trim()
  return chromium.launch({ executablePath, args: ARGS })
}
