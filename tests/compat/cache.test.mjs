// The published client behind shared caches: one that keeps the rules of HTTP, and one that knows them badly.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'

import { Fixture } from './fixture.mjs'
import { Proxy } from './proxy.mjs'
import { warnings } from './support.mjs'

let fixture

before(async () => {
  fixture = await Fixture.start('--chunk-bytes', '10000')
})

after(() => fixture?.stop())

/** Keeps what may be kept, and asks once for what several want at the same time. */
class Cache {
  constructor({ ignores = [] } = {}) {
    Object.assign(this, { ignores, kept: new Map(), asked: 0, passed: [] })
    this.answer = this.answer.bind(this)
  }

  async answer({ url, method }, pass) {
    if (method !== 'GET') return pass()
    this.asked++
    const key = this.#key(url)
    const held = this.kept.get(key)
    const entry = held && Date.now() < held.until ? held : this.#ask(key, pass)
    const { body, status, headers } = await entry.answer
    return new Response(body, { status, headers })
  }

  #key(url) {
    const key = new URL(url)
    for (const name of this.ignores) key.searchParams.delete(name)
    return key.search
  }

  #ask(key, pass) {
    this.passed.push(key)
    const entry = { until: Infinity, answer: this.#fetch(pass) }
    this.kept.set(key, entry)
    entry.answer.then(
      ({ headers }) => (entry.until = Date.now() + lifetime(headers)),
      () => this.kept.delete(key),
    )
    return entry
  }

  async #fetch(pass) {
    const response = await pass()
    return { body: await response.text(), status: response.status, headers: response.headers }
  }
}

/** For how long an answer may be kept, in milliseconds. */
function lifetime(headers) {
  const control = headers.get('cache-control') ?? ''
  const [, seconds] = /\bpublic\b.*\bmax-age=(\d+)/.exec(control) ?? [null, 0]
  return Number(seconds) * 1000
}

test('clients behind a cache share its answers, and each has all rows', async (t) => {
  const warned = warnings(t)
  const items = await fixture.table(500)
  const cache = new Cache()
  const url = await Proxy.start(t, fixture.server.url, cache.answer)
  const followers = await Promise.all(Array.from({ length: 20 }, () => fixture.ready(t, { table: items }, { url })))
  const chunks = cache.passed.filter((key) => !key.includes('live=true'))
  assert.equal(new Set(chunks).size, chunks.length, chunks.join(' '))
  for (let n = 1; n <= 10; n++) {
    await fixture.write(`UPDATE ${items} SET note = 'round ${n}' WHERE id % 10 = ${n % 10}`)
    if (n % 3 === 0) await fixture.agrees(followers, items)
  }
  await fixture.agrees(followers, items)
  const { asked, passed } = cache
  assert.ok(passed.length * 4 < asked, `${passed.length} of ${asked} requests were passed on`)

  await fixture.write(`TRUNCATE ${items}; INSERT INTO ${items} VALUES (1, 'the only one')`)
  await fixture.agrees(followers, items)
  await fixture.write(`INSERT INTO ${items} VALUES (2, 'another')`)
  await fixture.agrees(followers, items)
  assert.deepEqual(warned(), [])
})

test('a client that is given the kept rows of a shape that is gone finds the new one', async (t) => {
  const warned = warnings(t)
  const items = await fixture.table(500)
  const cache = new Cache()
  const [one, other] = await Promise.all([1, 2].map(() => Proxy.start(t, fixture.server.url, cache.answer)))
  const before = await fixture.ready(t, { table: items }, { url: one })
  const gone = before.stream.shapeHandle
  await fixture.write(`TRUNCATE ${items}; INSERT INTO ${items} VALUES (1, 'the only one')`)
  await fixture.agrees(before, items)

  // Another origin, so that the client knows nothing of what it saw at the first.
  const follower = fixture.follow(t, { table: items }, { url: other })
  await follower.until('the kept rows', ({ rows }) => rows.size > 1)
  assert.equal(follower.stream.shapeHandle, gone)
  await fixture.agrees(follower, items)
  assert.notEqual(follower.stream.shapeHandle, gone)
  await fixture.write(`INSERT INTO ${items} VALUES (2, 'another')`)
  await fixture.agrees([before, follower], items)
  assert.deepEqual(warned(), [])
})

test('a client gets past a cache that ignores which shape has expired', async (t) => {
  const warned = warnings(t)
  const items = await fixture.table(500)
  const cache = new Cache({ ignores: ['expired_handle'] })
  const url = await Proxy.start(t, fixture.server.url, cache.answer)
  const before = await fixture.ready(t, { table: items }, { url })
  const gone = before.stream.shapeHandle
  await fixture.write(`TRUNCATE ${items}; INSERT INTO ${items} VALUES (1, 'the only one')`)
  await fixture.agrees(before, items)

  const follower = await fixture.ready(t, { table: items }, { url })
  await fixture.agrees(follower, items)
  assert.notEqual(follower.stream.shapeHandle, gone)
  assert.ok(follower.answers.some(({ url }) => url.searchParams.has('cache-buster')))
  assert.ok(follower.controls.every((control) => control !== 'must-refetch'))
  assert.ok(warned().every((text) => text.includes('stale cached response with expired shape handle')))
  assert.ok(warned().length > 0)
})
