// A page without a browser: import it before React, which looks for one.

import { JSDOM } from 'jsdom'

import { within } from './support.mjs'

// Without the option the page counts as hidden, and clients pause.
const { window } = new JSDOM('<!doctype html>', { url: 'http://127.0.0.1/', pretendToBeVisual: true })
for (const name of ['document', 'localStorage', 'navigator']) {
  Object.defineProperty(globalThis, name, { value: window[name], configurable: true })
}
globalThis.window = window

const { createRoot } = await import('react-dom/client')

/** What React shows of an element, until the test ends. */
export class Page {
  constructor(t, element) {
    this.place = document.body.appendChild(document.createElement('main'))
    this.root = createRoot(this.place)
    this.render(element)
    t.after(() => this.root.unmount())
  }

  render(element) {
    this.root.render(element)
  }

  /** Resolves once the text of the page is as expected. */
  async shows(expected) {
    let observer
    const shown = new Promise((resolve) => {
      const look = () => this.place.textContent === expected && resolve()
      observer = new window.MutationObserver(look)
      observer.observe(this.place, { childList: true, subtree: true, characterData: true })
      look()
    })
    try {
      await within(`the page to show ${expected}`, shown)
    } catch (error) {
      error.message += `; it shows ${this.place.textContent}`
      throw error
    } finally {
      observer.disconnect()
    }
  }
}

/** Has the user look at another tab, or come back. */
export function hide(hidden) {
  Object.defineProperty(document, 'hidden', { value: hidden, configurable: true })
  document.dispatchEvent(new window.Event('visibilitychange'))
}
