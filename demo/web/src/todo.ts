// The table as the page sees it, and the app's ways to write to it.

import type { Row } from '@electric-sql/client'

export interface Todo extends Row {
  id: string
  owner_id: bigint
  title: string
  done: boolean
  created_at: string
}

export interface About {
  psql: string
  owners: { id: number; name: string }[]
}

export async function about(): Promise<About> {
  return (await send('GET', '/about')) as About
}

export function add(title: string, owner: number): Promise<number> {
  return write('POST', '/todos', { title, owner_id: owner })
}

export function setDone(id: string, done: boolean): Promise<number> {
  return write('PATCH', `/todos/${id}`, { done })
}

export function remove(id: string): Promise<number> {
  return write('DELETE', `/todos/${id}`)
}

/** The transaction's id, by which the change is recognised when it comes back over the stream. */
async function write(method: string, path: string, body?: unknown): Promise<number> {
  const answer = (await send(method, path, body)) as { txid: number }
  return answer.txid
}

async function send(method: string, path: string, body?: unknown): Promise<unknown> {
  const json = { 'content-type': 'application/json' }
  const response = await fetch(path, {
    method,
    ...(body === undefined ? {} : { headers: json, body: JSON.stringify(body) }),
  })
  if (!response.ok) throw new Error(`${method} ${path}: ${await response.text()}`)
  return response.json()
}
