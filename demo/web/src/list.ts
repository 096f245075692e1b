// One live list: a shape stream on one side, list items on the other.

import { isChangeMessage, isControlMessage, ShapeStream, type ChangeMessage, type Message } from '@electric-sql/client'

import type { Todo } from './todo'

export interface Events {
  /** The name of the owner of a row. */
  ownerName(id: bigint): string
  toggle(todo: Todo): void
  remove(todo: Todo): void
  /** A change came over the stream, after the first rows. */
  came(change: ChangeMessage<Todo>): void
  /** A request was answered, or failed. */
  connected(isConnected: boolean): void
}

interface Entry {
  todo: Todo
  item: HTMLLIElement
}

export class LiveList {
  readonly #items: HTMLUListElement
  readonly #count: HTMLElement
  readonly #events: Events
  readonly #entries = new Map<string, Entry>()
  #stop = new AbortController()
  #isLive = false

  constructor(element: HTMLElement, events: Events) {
    this.#items = element.querySelector('ul')!
    this.#count = element.querySelector('header b')!
    this.#events = events
  }

  /** Follows the shape at a path, and no longer the one before. */
  follow(path: string): void {
    this.#stop.abort()
    const { signal } = (this.#stop = new AbortController())
    this.#clear()
    const stream = new ShapeStream<Todo>({
      url: new URL(path, location.origin).href,
      signal,
      fetchClient: (input, init) => this.#fetch(input, init),
      warnOnHttp: false,
    })
    stream.subscribe(
      (messages) => {
        // A stream may hand over what it has already fetched after it was told to stop.
        if (!signal.aborted) this.#take(messages)
      },
      () => {
        if (!signal.aborted) this.#events.connected(false)
      },
    )
  }

  async #fetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
    try {
      const response = await fetch(input, init)
      this.#events.connected(response.status < 500)
      return response
    } catch (error) {
      if (!init?.signal?.aborted) this.#events.connected(false)
      throw error
    }
  }

  #take(messages: Message<Todo>[]): void {
    for (const message of messages) {
      if (isChangeMessage(message)) {
        this.#apply(message)
        if (this.#isLive) this.#events.came(message)
      } else if (isControlMessage(message)) {
        if (message.headers.control === 'must-refetch') this.#clear()
        if (message.headers.control === 'up-to-date') this.#isLive = true
      }
    }
    this.#count.textContent = String(this.#entries.size)
  }

  #apply({ key, value, headers }: ChangeMessage<Todo>): void {
    const known = this.#entries.get(key)
    if (headers.operation === 'delete') {
      this.#entries.delete(key)
      if (known) leave(known.item)
      return
    }
    // An update brings the key and the columns that changed.
    const todo: Todo = { ...known?.todo, ...value }
    const item = this.#draw(todo, known?.item)
    this.#entries.set(key, { todo, item })
    if (!known) this.#place(todo, item)
    if (this.#isLive) flash(item, known ? 'changed' : 'entering')
  }

  #draw(todo: Todo, item = newItem()): HTMLLIElement {
    item.dataset.id = todo.id
    item.classList.toggle('done', todo.done)
    const [tick, title, owner, remove] = item.firstElementChild!.children as unknown as [
      HTMLButtonElement,
      HTMLElement,
      HTMLElement,
      HTMLButtonElement,
    ]
    tick.ariaChecked = String(todo.done)
    tick.onclick = () => this.#events.toggle(todo)
    title.textContent = todo.title
    owner.textContent = this.#events.ownerName(todo.owner_id)
    owner.style.setProperty('--hue', String((Number(todo.owner_id % 360n) * 137) % 360))
    remove.onclick = () => this.#events.remove(todo)
    return item
  }

  /** Newest first. Times come as text of one zone, so their order is that of the text. */
  #place(todo: Todo, item: HTMLLIElement): void {
    let before: Entry | undefined
    for (const entry of this.#entries.values()) {
      const isOlder = entry.item !== item && isNewer(todo, entry.todo)
      if (isOlder && (!before || isNewer(entry.todo, before.todo))) before = entry
    }
    this.#items.insertBefore(item, before?.item ?? null)
  }

  #clear(): void {
    this.#isLive = false
    this.#entries.clear()
    this.#items.replaceChildren()
    this.#count.textContent = ''
  }
}

function isNewer(a: Todo, b: Todo): boolean {
  return a.created_at === b.created_at ? a.id > b.id : a.created_at > b.created_at
}

function newItem(): HTMLLIElement {
  const item = document.createElement('li')
  item.innerHTML = `<div>
    <button type="button" role="checkbox" aria-label="Done"></button><span></span><small></small>
    <button type="button" class="remove" aria-label="Delete">×</button>
  </div>`
  return item
}

function flash(item: HTMLLIElement, name: 'entering' | 'changed'): void {
  item.classList.remove('entering', 'changed')
  // Read the layout, so that the same animation can begin anew.
  void item.offsetWidth
  item.classList.add(name)
}

function leave(item: HTMLLIElement): void {
  item.classList.remove('entering', 'changed')
  item.classList.add('leaving')
  const gone = Promise.allSettled(item.getAnimations().map((animation) => animation.finished))
  void gone.then(() => item.remove())
}
