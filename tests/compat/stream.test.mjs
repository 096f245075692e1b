// `ShapeStream` and `Shape` with their options: what a client may ask for, and what its app then sees.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'

import { Shape, ShapeStream, createColumnMapper, snakeCamelMapper } from '@electric-sql/client'

import { Fixture } from './fixture.mjs'
import { Server, warnings, within } from './support.mjs'

let fixture

before(async () => {
  fixture = await Fixture.start('--chunk-bytes', '10000')
})

after(() => fixture?.stop())

/** A `Shape` over a stream, until the test ends. */
function shape(t, params, options) {
  const abort = new AbortController()
  t.after(() => abort.abort())
  return new Shape(new ShapeStream({ url: fixture.server.url, params, signal: abort.signal, ...options }))
}

/** Waits until the rows of a `Shape` are those of a query, whose key is `id`. */
async function equals(shape, query) {
  const cells = (row) => Object.entries(row).map(([name, value]) => [name, value && String(value)])
  const text = (row) => JSON.stringify(cells(row).sort())
  const expected = (await fixture.database.rows(query)).map(text).sort().join('\n')
  const holds = () => shape.isUpToDate && shape.currentRows.map(text).sort().join('\n') === expected
  const held = new Promise((resolve, reject) => {
    const look = () => {
      if (shape.error) reject(shape.error)
      else if (holds()) resolve()
      else return
      unsubscribe()
    }
    const unsubscribe = shape.subscribe(look)
    look()
  })
  await within(`the rows of ${query}`, held)
}

test('case_125: a Shape has the rows of the table after the first sync, changes and rotations', async (t) => {
  const items = await fixture.table(1_000)
  const followed = shape(t, { table: items })
  const query = `SELECT * FROM ${items}`
  assert.equal((await followed.rows).length, 1_000)
  const steps = [
    `UPDATE ${items} SET note = 'x' WHERE id % 3 = 0`,
    `INSERT INTO ${items} SELECT n, 'late ' || n FROM generate_series(2001, 2100) n`,
    `UPDATE ${items} SET id = -id WHERE id % 10 = 0`,
    `DELETE FROM ${items} WHERE id > 900`,
    `TRUNCATE ${items}`,
    `INSERT INTO ${items} SELECT n, 'again ' || n FROM generate_series(1, 300) n`,
    `ALTER TABLE ${items} ADD COLUMN colour text DEFAULT 'red'; UPDATE ${items} SET colour = NULL WHERE id < 10`,
    `DELETE FROM ${items} WHERE id > 200`,
  ]
  for (const [n, sql] of steps.entries()) {
    const { handle } = followed
    await fixture.write(sql)
    await equals(followed, query)
    if ([4, 6].includes(n)) assert.notEqual(followed.handle, handle, sql)
    else assert.equal(followed.handle, handle, sql)
  }
})

test('a client resumes amid the first rows', async (t) => {
  const items = await fixture.table(2_000)
  const abort = new AbortController()
  const seen = []
  const first = new ShapeStream({ url: fixture.server.url, params: { table: items }, signal: abort.signal })
  const stored = new Promise((resolve) => {
    first.subscribe((messages) => {
      if (abort.signal.aborted) return
      seen.push(...messages)
      if (seen.length < 500) return
      abort.abort()
      resolve({ handle: first.shapeHandle, offset: first.lastOffset })
    })
  })
  const point = await within('some of the rows', stored)
  assert.match(point.offset, /^0_\d+$/)

  const second = await fixture.ready(t, { table: items }, point)
  const ids = [...seen.map(({ value }) => value.id), ...second.changes.map(({ value }) => value.id)]
  assert.equal(ids.length, 2_000)
  assert.equal(new Set(ids).size, 2_000)
  await fixture.write(`DELETE FROM ${items} WHERE id = 1`)
  await second.until('the delete', ({ changes }) => changes.at(-1).headers.operation === 'delete')
})

test('without subscribe the stream ends once it is up to date', async (t) => {
  const items = await fixture.table()
  const [once, follower] = await Promise.all(
    [false, true].map((subscribe) => fixture.ready(t, { table: items }, { subscribe })),
  )
  await fixture.write(`DELETE FROM ${items} WHERE id = 1`)
  await fixture.agrees(follower, items)
  assert.equal(once.rows.size, 200)
  assert.equal(once.stream.isConnected(), false)
  assert.ok(once.answers.every(({ url }) => !url.searchParams.has('live')))
})

test('names are mapped in rows, columns and filters', async (t) => {
  await fixture.database.sql(`
    CREATE TABLE people (person_id integer PRIMARY KEY, first_name text, "odd Name" text, is_active boolean);
    INSERT INTO people VALUES (1, 'Ann', 'o', true), (2, 'Bob', 'p', false), (3, 'Cid', 'q', true)`)
  const params = {
    table: 'people',
    columns: ['personId', 'firstName', 'isActive'],
    where: `isActive = $1 AND firstName <> 'isActive'`,
    params: ['true'],
  }
  const camel = shape(t, params, { columnMapper: snakeCamelMapper() })
  const mapped = createColumnMapper({ person_id: 'id', 'odd Name': 'odd' })
  const chosen = shape(t, { table: 'people', columns: ['id', 'odd'] }, { columnMapper: mapped })
  const names = `person_id AS "personId", first_name AS "firstName", is_active AS "isActive"`
  const check = async () => {
    await equals(camel, `SELECT ${names} FROM people WHERE is_active AND first_name <> 'isActive'`)
    await equals(chosen, `SELECT person_id AS id, "odd Name" AS odd FROM people`)
  }
  await check()
  await fixture.write(`
    UPDATE people SET is_active = NOT is_active WHERE person_id > 1;
    UPDATE people SET first_name = 'Anna', "odd Name" = 'r' WHERE person_id = 1`)
  await check()
})

test('rows are parsed, then transformed, from the first rows and from the stream', async (t) => {
  await fixture.database.sql(`
    CREATE TABLE events (id integer PRIMARY KEY, at timestamptz, label text);
    INSERT INTO events VALUES (1, '2024-02-29 12:00+00', 'one')`)
  const parser = { timestamptz: (value) => new Date(value), text: (value) => value.toUpperCase() }
  const transformer = (row) => ({ ...row, ...(row.label && { label: `<${row.label}>` }) })
  const params = { table: 'events', replica: 'full' }
  const follower = await fixture.ready(t, params, { parser, transformer })
  await fixture.write(`
    INSERT INTO events VALUES (2, '2025-01-01', 'two');
    UPDATE events SET label = 'first' WHERE id = 1`)
  await follower.until('the update', ({ changes }) => changes.length === 3)
  const [first, second] = [...follower.rows.values()]
  assert.deepEqual(first, { id: 1, at: new Date('2024-02-29T12:00Z'), label: '<FIRST>' })
  assert.deepEqual(second, { id: 2, at: new Date('2025-01-01T00:00Z'), label: '<TWO>' })
  assert.deepEqual(follower.changes.at(-1).old_value, { label: '<ONE>' })
})

test('a log of changes only has no first rows, but their end, and then what changes', async (t) => {
  const items = await fixture.table()
  const follower = await fixture.ready(t, { table: items }, { log: 'changes_only' })
  assert.deepEqual(follower.controls, ['snapshot-end', 'up-to-date'])
  await fixture.write(`UPDATE ${items} SET size = 7 WHERE id = 1; INSERT INTO ${items} VALUES (-1, 'new')`)
  await fixture.write(`DELETE FROM ${items} WHERE id = 2`)
  await follower.until('three changes', ({ changes }) => changes.length === 3)
  assert.deepEqual(follower.operations(), ['update 1', 'insert -1', 'delete 2'])
})

test('from now on', async (t) => {
  const items = await fixture.table()
  const before = await fixture.ready(t, { table: items })
  await fixture.write(`DELETE FROM ${items} WHERE id = 2`)
  await fixture.agrees(before, items)
  const options = [{ offset: 'now' }, { offset: 'now', log: 'changes_only' }]
  const followers = await Promise.all(options.map((options) => fixture.ready(t, { table: items }, options)))
  await fixture.write(`UPDATE ${items} SET size = 7 WHERE id = 1; INSERT INTO ${items} VALUES (-1, 'new')`)
  await fixture.write(`DELETE FROM ${items} WHERE id = -1`)
  for (const follower of followers) {
    await follower.until('three changes', ({ changes }) => changes.length === 3)
    assert.deepEqual(follower.operations(), ['update 1', 'insert -1', 'delete -1'])
    assert.ok(follower.controls.every((control) => control === 'up-to-date'))
  }
})

test('a refresh does not wait for a change', async (t) => {
  const items = await fixture.table()
  const follower = await fixture.ready(t, { table: items })
  for (let n = 0; n < 5; n++) {
    await within('the refresh', follower.stream.forceDisconnectAndRefresh())
    assert.ok(follower.stream.isUpToDate)
  }
  await fixture.write(`UPDATE ${items} SET size = 7 WHERE id = 1`)
  await fixture.agrees(follower, items)
})

test('a hidden page pauses the stream, which then catches up', async (t) => {
  const items = await fixture.table()
  let show
  const runtimeVisibility = {
    subscribe: (callback) => {
      show = callback
      return () => {}
    },
  }
  const follower = await fixture.ready(t, { table: items }, { runtimeVisibility })
  show('hidden')
  assert.ok(follower.stream.isPaused())
  await fixture.write(`UPDATE ${items} SET size = 7 WHERE id = 1`)
  await fixture.write(`DELETE FROM ${items} WHERE id = 2`)
  const asked = follower.answers.length
  show('visible')
  await fixture.agrees(follower, items)
  assert.ok(follower.answers.slice(asked).some(({ url }) => !url.searchParams.has('live')))
  assert.ok(follower.answers.every(({ status }) => status === 200))
})

test('polls that end without a change are asked again, and the change is not missed', async (t) => {
  const warned = warnings(t)
  const items = await fixture.table()
  const server = await Server.start(fixture.database, '--long-poll-timeout-ms', '100')
  t.after(() => server.stop())
  const follower = await fixture.ready(t, { table: items }, { url: server.url })
  const idle = ({ controls }) => controls.filter((control) => control === 'up-to-date').length
  for (let n = 1; n <= 3; n++) {
    const count = idle(follower)
    await follower.until('three more answers', (follower) => idle(follower) >= count + 3)
    await fixture.write(`UPDATE ${items} SET note = 'round ${n}' WHERE id = ${n}`)
    await fixture.agrees(follower, items)
  }
  assert.deepEqual(follower.operations(200), ['update 1', 'update 2', 'update 3'])
  assert.deepEqual(warned(), [])
})

test('one hundred streams come, follow and go, and the next ones are served', async (t) => {
  const items = await fixture.table()
  const sizes = Array.from({ length: 100 }, (_, size) => size)
  for (const note of ['first round', 'second round']) {
    const start = (size) => fixture.ready(t, { table: items, where: `size = ${size}` })
    const followers = await Promise.all(sizes.map(start))
    await fixture.write(`UPDATE ${items} SET note = '${note}'`)
    const follows = ({ rows }) => rows.size === 2 && [...rows.values()].every((row) => row.note === note)
    await Promise.all(followers.map((follower) => follower.until(note, follows)))
    for (const follower of followers) follower.stop()
  }
})
