// The page: three lists that follow their shapes, a form that writes through the app.

import { LiveList } from './list'
import { about, add, remove, setDone } from './todo'
import { Wire } from './wire'

function element<T extends HTMLElement = HTMLElement>(id: string): T {
  const found = document.getElementById(id)
  if (!found) throw new Error(`the page has no element ${id}`)
  return found as T
}

const wire = new Wire(element<HTMLOListElement>('wire'))
const state = element('state')
const names = new Map<number, string>()

function connected(isConnected: boolean): void {
  state.textContent = isConnected ? 'live' : 'reconnecting'
  state.dataset.state = state.textContent
}

/** Writes, and tells of an error where the form is. No row is touched here: it comes back over the streams. */
async function write(action: () => Promise<number>): Promise<boolean> {
  const error = element('error')
  const begunAt = performance.now()
  try {
    wire.wrote(await action(), begunAt)
    error.hidden = true
    return true
  } catch (problem) {
    error.textContent = problem instanceof Error ? problem.message : String(problem)
    error.hidden = false
    return false
  }
}

function list(id: string, name: string): LiveList {
  return new LiveList(element(id), {
    ownerName: (owner) => names.get(Number(owner)) ?? `owner ${owner}`,
    toggle: (todo) => void write(() => setDone(todo.id, !todo.done)),
    remove: (todo) => void write(() => remove(todo.id)),
    came: (change) => wire.came(name, change),
    connected,
  })
}

function setUpForm(): void {
  const form = element<HTMLFormElement>('add')
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    const data = new FormData(form)
    const title = String(data.get('title')).trim()
    const input = form.elements.namedItem('title') as HTMLInputElement
    void write(() => add(title, Number(data.get('owner')))).then((isWritten) => {
      if (isWritten && input.value.trim() === title) input.value = ''
    })
  })
}

function setUpCopy(): void {
  const button = element('copy')
  button.addEventListener('click', () => {
    void navigator.clipboard.writeText(element('psql').textContent ?? '').then(() => {
      button.textContent = 'Copied'
      setTimeout(() => (button.textContent = 'Copy'), 1500)
    })
  })
}

function setUpOwners(mine: LiveList): void {
  const chosen = element<HTMLSelectElement>('owner')
  for (const select of document.querySelectorAll('select')) {
    for (const [id, name] of names) select.add(new Option(name, String(id)))
  }
  const follow = () => {
    element('owner-id').textContent = chosen.value
    mine.follow(`/shapes/mine?owner=${chosen.value}`)
  }
  chosen.addEventListener('change', follow)
  follow()
}

async function start(): Promise<void> {
  setUpForm()
  setUpCopy()
  const { psql, owners } = await about()
  for (const { id, name } of owners) names.set(id, name)
  element('psql').textContent = psql
  list('all', 'all').follow('/shapes/todos')
  list('open', 'open').follow('/shapes/open')
  setUpOwners(list('mine', 'one owner'))
}

void start()
