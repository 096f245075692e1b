// The published client over server-sent events: as over long polling, and it never has to fall back to that.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'

import { Fixture } from './fixture.mjs'
import { Proxy } from './proxy.mjs'
import { Server, warnings, within } from './support.mjs'

// Three streams in a row that end sooner make the client fall back to long polling.
const SHORT_MS = 1_000

let fixture

before(async () => {
  fixture = await Fixture.start('--chunk-bytes', '10000')
})

after(() => fixture?.stop())

/** A client that has its first rows, and then follows server-sent events. */
const ready = (t, params, options) => fixture.ready(t, params, { liveSse: true, ...options })

const isLive = ({ url }) => url.searchParams.has('live')

/** The requests for streams. That there are no other live ones is checked. */
function streams(follower) {
  const live = follower.answers.filter(isLive)
  assert.ok(live.every(({ url }) => url.searchParams.get('live_sse') === 'true'))
  return live
}

const known = new WeakMap()

/** Waits until each client has been given a stream since this was last asked. */
async function streaming(followers) {
  const open = (follower) => streams(follower).filter(({ status }) => status === 200).length
  const isNew = (follower) => open(follower) > (known.get(follower) ?? 0)
  await Promise.all([followers].flat().map((follower) => follower.until('a stream', isNew)))
  for (const follower of [followers].flat()) known.set(follower, open(follower))
}

test('case_126: a client has the rows of the table after the first sync, changes and rotations', async (t) => {
  const warned = warnings(t)
  const items = await fixture.table(1_000)
  const follower = await ready(t, { table: items })
  const steps = [
    `UPDATE ${items} SET note = 'x' WHERE id % 3 = 0`,
    `INSERT INTO ${items} SELECT n, 'late ' || n FROM generate_series(2001, 2100) n`,
    `UPDATE ${items} SET id = -id WHERE id % 10 = 0`,
    `DELETE FROM ${items} WHERE id > 900`,
    `TRUNCATE ${items}`,
    `INSERT INTO ${items} SELECT n, 'again ' || n FROM generate_series(1, 300) n`,
    `ALTER TABLE ${items} ALTER size TYPE bigint; UPDATE ${items} SET note = 'altered' WHERE id < 10`,
    `DELETE FROM ${items} WHERE id > 200`,
  ]
  for (const sql of steps) {
    await fixture.write(sql)
    await fixture.agrees(follower, items)
  }
  assert.deepEqual(warned(), [])
  assert.equal(follower.repeats, 0)
  // One for each life of the shape, and what became of it.
  assert.ok(streams(follower).length <= 5, follower.answers.join())
})

test('one stream brings many transactions, each as a batch of its own', async (t) => {
  const warned = warnings(t)
  const items = await fixture.table()
  const follower = await ready(t, { table: items })
  const batches = []
  follower.stream.subscribe((messages) => batches.push(messages))
  for (let n = 1; n <= 50; n++) await fixture.write(`UPDATE ${items} SET size = ${-n} WHERE id IN (${n}, ${n + 1})`)
  await fixture.agrees(follower, items)
  assert.equal(follower.operations(200).length, 100)
  for (const batch of batches) {
    assert.equal(batch.at(-1).headers.control, 'up-to-date')
    const changes = batch.slice(0, -1)
    assert.equal(changes.length % 2, 0)
    assert.ok(changes.at(-1).headers.last)
    assert.equal(batch.at(-1).headers.global_last_seen_lsn, changes.at(-1).headers.lsn)
  }
  assert.equal(streams(follower).length, 1)
  assert.deepEqual(warned(), [])
})

test('a transaction of many chunks comes whole', async (t) => {
  const items = await fixture.table(5_000)
  const follower = await ready(t, { table: items })
  const batches = []
  follower.stream.subscribe((messages) => batches.push(messages.length))
  await fixture.write(`UPDATE ${items} SET name = 'all ' || id; DELETE FROM ${items} WHERE id % 10 = 0`)
  await fixture.agrees(follower, items)
  assert.deepEqual(batches, [5_501])
})

test('a stream that the server ends is followed by the next', async (t) => {
  const warned = warnings(t)
  const items = await fixture.table()
  const life = ['--sse-timeout-ms', `${1.2 * SHORT_MS}`, '--sse-keep-alive-ms', '50']
  const server = await Server.start(fixture.database, ...life)
  t.after(() => server.stop())
  const follower = await ready(t, { table: items }, { url: server.url })
  const expected = []
  while (streams(follower).length < 4) {
    const id = expected.length + 1
    expected.push(`update ${id}`)
    await fixture.write(`UPDATE ${items} SET note = 'followed' WHERE id = ${id}`)
    await fixture.agrees(follower, items)
    await setTimeout(100)
  }
  assert.deepEqual(follower.operations(200), expected)
  assert.deepEqual(warned(), [])
})

/** A way to the server on which streams can be ended, and new ones kept waiting. */
class Line {
  static async start(t) {
    const line = new Line()
    line.url = await Proxy.start(t, fixture.server.url, (request, pass) => line.#answer(request, pass))
    return line
  }

  constructor() {
    Object.assign(this, { open: new Set(), waiting: Promise.resolve(), go: () => {} })
  }

  async #answer({ url }, pass) {
    if (!url.searchParams.has('live_sse')) return pass()
    await this.waiting
    const response = await pass()
    return response.ok ? new Response(this.#cuttable(response.body.getReader()), response) : response
  }

  #cuttable(reader) {
    let end
    const start = (controller) => {
      end = (error) => (error ? controller.error(error) : controller.close())
      this.open.add(end)
    }
    const pull = async (controller) => {
      const { done, value } = await reader.read()
      if (!this.open.has(end)) return
      if (!done) return controller.enqueue(value)
      this.open.delete(end)
      controller.close()
    }
    return new ReadableStream({ start, pull })
  }

  /** Ends all streams, in order or with an error. */
  cut(error) {
    for (const end of this.open) {
      this.open.delete(end)
      end(error)
    }
  }

  /** Keeps new streams waiting until `go`. */
  hold() {
    this.waiting = new Promise((resolve) => (this.go = resolve))
  }
}

test('after the end of a stream, however it comes, the next one loses nothing', async (t) => {
  const warned = warnings(t)
  const items = await fixture.table(1_000)
  const line = await Line.start(t)
  const follower = await ready(t, { table: items }, { url: line.url })
  let since = follower.changes.length
  const two = (sql) => `${sql} WHERE id = 1; ${sql} WHERE id = 2`
  for (const [n, error] of [undefined, new Error('cut')].entries()) {
    await fixture.write(two(`UPDATE ${items} SET size = ${1000 + n}`))
    await fixture.agrees(follower, items)
    await setTimeout(1.2 * SHORT_MS)
    line.hold()
    line.cut(error)
    // More than a chunk, of several transactions.
    await fixture.write(two(`UPDATE ${items} SET size = ${2000 + n}`))
    await fixture.write(`UPDATE ${items} SET note = 'missed ${n}'`)
    await fixture.write(two(`UPDATE ${items} SET size = ${3000 + n}`))
    line.go()
    await fixture.agrees(follower, items)
    const operations = follower.operations(since)
    assert.equal(operations.length, 2 + 2 + 1_000 + 2)
    const ends = [...operations.slice(0, 4), ...operations.slice(-2)]
    assert.deepEqual(ends, ['update 1', 'update 2', 'update 1', 'update 2', 'update 1', 'update 2'])
    since = follower.changes.length
  }
  assert.ok(follower.repeats <= 2, `${follower.repeats} changes came again`)
  assert.ok(streams(follower).length >= 3)
  assert.deepEqual(warned(), [])
})

test('what is cut off amid a backlog comes again', async (t) => {
  const items = await fixture.table(1_000)
  const line = await Line.start(t)
  const follower = await ready(t, { table: items }, { url: line.url })
  const first = await fixture.ready(t, { table: items })
  for (let n = 1; n <= 2; n++) {
    await setTimeout(1.2 * SHORT_MS)
    await fixture.write(`UPDATE ${items} SET note = 'round ${n}'`)
    line.cut(new Error('cut'))
    await fixture.write(`UPDATE ${items} SET size = ${n} WHERE id < 10`)
    await fixture.agrees([first, follower], items)
    assert.deepEqual(follower.operations(1_000), first.operations(1_000))
  }
})

test('a rotation ends the stream, and the client starts again', async (t) => {
  const warned = warnings(t)
  const items = await fixture.table()
  const followers = await Promise.all(Array.from({ length: 5 }, () => ready(t, { table: items })))
  for (let n = 1; n <= 4; n++) {
    await streaming(followers)
    await fixture.write(`TRUNCATE ${items}; INSERT INTO ${items} VALUES (${n}, 'the only one')`)
    await fixture.agrees(followers, items)
    await fixture.write(`INSERT INTO ${items} VALUES (${-n}, 'another')`)
    await fixture.agrees(followers, items)
  }
  for (const follower of followers) assert.ok(streams(follower).some(({ status }) => status === 409))
  assert.deepEqual(warned(), [])
})

test('a refresh, and a hidden page, interrupt the stream', async (t) => {
  const warned = warnings(t)
  const items = await fixture.table()
  let show
  const subscribe = (callback) => {
    show = callback
    return () => {}
  }
  const follower = await ready(t, { table: items }, { runtimeVisibility: { subscribe } })
  for (let n = 1; n <= 5; n++) {
    await fixture.write(`UPDATE ${items} SET size = ${-n} WHERE id < 3`)
    await streaming(follower)
    await within('the refresh', follower.stream.forceDisconnectAndRefresh())
    await fixture.agrees(follower, items)
    await streaming(follower)
    show('hidden')
    await fixture.write(`UPDATE ${items} SET size = ${-n} WHERE id = ${10 + n}`)
    show('visible')
    await fixture.agrees(follower, items)
  }
  assert.deepEqual(warned(), [])
})

test('many streams follow at the same time', async (t) => {
  const items = await fixture.table()
  const sizes = Array.from({ length: 50 }, (_, size) => size)
  const followers = await Promise.all(sizes.map((size) => ready(t, { table: items, where: `size = ${size}` })))
  for (const note of ['first', 'second']) {
    await fixture.write(`UPDATE ${items} SET note = '${note}'`)
    const follows = ({ rows }) => rows.size === 2 && [...rows.values()].every((row) => row.note === note)
    await Promise.all(followers.map((follower) => follower.until(note, follows)))
  }
  for (const follower of followers) assert.equal(streams(follower).length, 1)
})
