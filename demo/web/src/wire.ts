// The record of what came over the streams, and how long our own writes took to come back.

import type { ChangeMessage } from '@electric-sql/client'

import type { Todo } from './todo'

const KEPT = 40

export class Wire {
  readonly #lines: HTMLOListElement
  /** Of each transaction seen lately: when, and the lines that tell of it. */
  readonly #seen = new Map<number, { at: number; lines: HTMLLIElement[] }>()
  /** When our own transactions, not seen yet, were begun. */
  readonly #begun = new Map<number, number>()

  constructor(lines: HTMLOListElement) {
    this.#lines = lines
  }

  /** A write through the app was answered. Its change may have come before the answer, or will come after it. */
  wrote(txid: number, begunAt: number): void {
    const seen = this.#seen.get(txid)
    if (!seen) this.#begun.set(txid, begunAt)
    else for (const line of seen.lines) mark(line, seen.at - begunAt)
  }

  /** A change came to the list of this name. */
  came(list: string, { value, headers }: ChangeMessage<Todo>): void {
    const txid = headers.txids?.[0]
    const line = document.createElement('li')
    const origin = txid === undefined ? list : `${list}, transaction ${txid}`
    line.append(part('b', headers.operation), part('span', value.title ?? value.id), part('small', origin))
    line.dataset.operation = headers.operation
    this.#lines.querySelector('.quiet')?.remove()
    this.#lines.prepend(line)
    this.#lines.children[KEPT]?.remove()
    if (txid !== undefined) this.#match(txid, line)
  }

  #match(txid: number, line: HTMLLIElement): void {
    const seen = this.#seen.get(txid) ?? { at: performance.now(), lines: [] }
    seen.lines.push(line)
    this.#seen.set(txid, seen)
    const begunAt = this.#begun.get(txid)
    if (begunAt !== undefined) mark(line, performance.now() - begunAt)
    for (const known of [this.#seen, this.#begun]) {
      const oldest = known.keys().next().value
      if (known.size > KEPT && oldest !== undefined) known.delete(oldest)
    }
  }
}

function mark(line: HTMLLIElement, milliseconds: number): void {
  line.append(part('em', `back in ${Math.round(milliseconds)} ms`))
}

function part(tag: string, text: string): HTMLElement {
  return Object.assign(document.createElement(tag), { textContent: text })
}
