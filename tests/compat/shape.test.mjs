// The published client against the stand-alone server: it must materialise what SELECT tells, whatever happens.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'

import { Fixture } from './fixture.mjs'

const ROWS = 20_000

let fixture

before(async () => {
  fixture = await Fixture.start('--chunk-bytes', '100000')
})

after(() => fixture?.stop())

test('20,000 rows come in several chunks', async (t) => {
  const items = await fixture.table(ROWS)
  const follower = await fixture.ready(t, { table: items })
  await fixture.agrees(follower, items)
  const chunks = follower.answers.filter(({ url }) => !url.searchParams.has('live'))
  assert.ok(chunks.length >= 10, `in ${chunks.length} answers`)
  assert.ok(chunks.every(({ status }) => status === 200))
  assert.equal(follower.changes.length, ROWS)
  assert.deepEqual(follower.controls, ['snapshot-end', 'up-to-date'])
})

test('inserts, updates and deletes are followed, each with its transaction', async (t) => {
  const items = await fixture.table()
  const follower = await fixture.ready(t, { table: items })
  const steps = [
    [`INSERT INTO ${items} VALUES (-1, 'new', 7)`, ['insert -1']],
    [`UPDATE ${items} SET name = 'renamed', note = 'x' WHERE id = -1`, ['update -1']],
    [`UPDATE ${items} SET note = NULL WHERE id IN (1, 2)`, []],
    [`UPDATE ${items} SET size = NULL WHERE id IN (1, 2)`, ['update 1', 'update 2']],
    [`DELETE FROM ${items} WHERE id = -1`, ['delete -1']],
    [`INSERT INTO ${items} VALUES (-2, 'a'); UPDATE ${items} SET name = 'b' WHERE id = -2`, ['insert -2', 'update -2']],
  ]
  for (const [sql, operations] of steps) {
    const since = follower.changes.length
    const txid = await fixture.write(sql)
    await fixture.agrees(follower, items)
    assert.deepEqual(follower.operations(since), operations, sql)
    for (const { headers } of follower.changes.slice(since)) assert.deepEqual(headers.txids, [txid], sql)
  }
  const changed = follower.changes.find(({ headers }) => headers.operation === 'update')
  assert.deepEqual(changed.value, { id: -1n, name: 'renamed', note: 'x' }, 'the key and what changed')
})

test('a big transaction comes whole, over several chunks', async (t) => {
  const items = await fixture.table(ROWS)
  const follower = await fixture.ready(t, { table: items })
  const txid = await fixture.write(`UPDATE ${items} SET name = 'all ' || id; DELETE FROM ${items} WHERE id % 10 = 0`)
  await fixture.agrees(follower, items)
  const changes = follower.changes.slice(ROWS)
  assert.equal(changes.length, ROWS + ROWS / 10)
  assert.ok(changes.every(({ headers }) => headers.txids.length === 1 && headers.txids[0] === txid))
})

test('a changed key is a delete and an insert', async (t) => {
  const items = await fixture.table()
  const follower = await fixture.ready(t, { table: items })
  const since = follower.changes.length
  await fixture.write(`UPDATE ${items} SET id = -5 WHERE id = 5`)
  await fixture.agrees(follower, items)
  assert.deepEqual(follower.operations(since), ['delete 5', 'insert -5'])
  const [gone, come] = follower.changes.slice(since)
  assert.equal(gone.headers.key_change_to, come.key)
  assert.equal(come.headers.key_change_from, gone.key)
  assert.deepEqual(come.value, { id: -5n, name: 'item 5', size: 5, note: null })
})

test('TRUNCATE makes the client fetch anew', async (t) => {
  const items = await fixture.table()
  const follower = await fixture.ready(t, { table: items })
  const handle = follower.stream.shapeHandle
  await fixture.write(`TRUNCATE ${items}; INSERT INTO ${items} VALUES (1, 'the only one', 1)`)
  await fixture.agrees(follower, items)
  await follower.upToDate()
  assert.ok(follower.controls.includes('must-refetch'))
  assert.ok(follower.answers.some(({ status }) => status === 409))
  assert.notEqual(follower.stream.shapeHandle, handle)
  await fixture.write(`INSERT INTO ${items} VALUES (2, 'and another', 1)`)
  await fixture.agrees(follower, items)
})

test('a filtered shape follows rows that move in and out', async (t) => {
  const items = await fixture.table()
  const filter = { where: 'size > $1 AND name LIKE $2', params: ['97', 'item%'] }
  const follower = await fixture.ready(t, { table: items, ...filter })
  const condition = `size > 97 AND name LIKE 'item%'`
  await fixture.agrees(follower, items, condition)
  assert.deepEqual(follower.operations(), ['insert 98', 'insert 99', 'insert 198', 'insert 199'])
  await fixture.write(`UPDATE ${items} SET size = 99 WHERE id = 1`)
  await fixture.write(`UPDATE ${items} SET size = NULL WHERE id = 98`)
  await fixture.write(`UPDATE ${items} SET note = 'still here' WHERE id = 99`)
  await fixture.write(`UPDATE ${items} SET note = 'still outside' WHERE id = 2`)
  await fixture.write(`INSERT INTO ${items} VALUES (-1, 'other', 99), (-2, 'item', 99)`)
  await fixture.agrees(follower, items, condition)
  assert.deepEqual(follower.operations(4), ['insert 1', 'delete 98', 'update 99', 'insert -2'])
})

test('a client resumes where it stopped', async (t) => {
  const items = await fixture.table()
  const first = await fixture.ready(t, { table: items })
  await fixture.write(`UPDATE ${items} SET name = 'before' WHERE id = 1`)
  await fixture.agrees(first, items)
  const { shapeHandle: handle, lastOffset: offset } = first.stream
  first.stop()
  await fixture.write(`UPDATE ${items} SET name = 'meanwhile' WHERE id = 2`)
  await fixture.write(`INSERT INTO ${items} VALUES (-1, 'new', 1)`)
  await fixture.write(`DELETE FROM ${items} WHERE id = 3`)

  const second = fixture.follow(t, { table: items }, { handle, offset })
  await second.until('three changes', ({ changes }) => changes.length === 3)
  assert.deepEqual(second.operations(), ['update 2', 'insert -1', 'delete 3'])
  await fixture.write(`DELETE FROM ${items} WHERE id = -1`)
  await second.until('the delete', ({ changes }) => changes.length === 4)
  assert.deepEqual(second.operations(3), ['delete -1'])
  assert.equal(second.stream.shapeHandle, handle)
  assert.ok(second.answers.every(({ status }) => status === 200))
})

test('a client of a shape that is gone recovers from the 409', async (t) => {
  const items = await fixture.table()
  const follower = fixture.follow(t, { table: items }, { handle: '1234-5678', offset: '99_0' })
  await follower.until('must-refetch', ({ controls }) => controls.includes('must-refetch'))
  await follower.upToDate()
  await fixture.agrees(follower, items)
  assert.equal(follower.answers[0].status, 409)
  assert.deepEqual(follower.controls, ['must-refetch', 'snapshot-end', 'up-to-date'])
  assert.notEqual(follower.stream.shapeHandle, '1234-5678')
})

test('replica=full tells whole rows and what was', async (t) => {
  const items = await fixture.table()
  const follower = await fixture.ready(t, { table: items, replica: 'full' })
  const since = follower.changes.length
  await fixture.write(`UPDATE ${items} SET name = 'second' WHERE id = 1`)
  await fixture.write(`DELETE FROM ${items} WHERE id = 2`)
  await fixture.agrees(follower, items)
  const [update, gone] = follower.changes.slice(since)
  assert.deepEqual(update.value, { id: 1n, name: 'second', size: 1, note: null })
  assert.deepEqual(update.old_value, { name: 'item 1' })
  assert.deepEqual(gone.value, { id: 2n, name: 'item 2', size: 2, note: null })
})

test('odd names and chosen columns', async (t) => {
  await fixture.database.sql(`CREATE TABLE "Odd ""name""" ("a,b" integer PRIMARY KEY, "say ""hi""" text, unseen text)`)
  const follower = await fixture.ready(t, { table: '"Odd ""name"""', columns: ['a,b', 'say "hi"'] })
  await fixture.write(`INSERT INTO "Odd ""name""" VALUES (1, 'hello', 'secret')`)
  await follower.until('the row', ({ rows }) => rows.size === 1)
  assert.deepEqual([...follower.rows.values()], [{ 'a,b': 1, 'say "hi"': 'hello' }])
})

test('clients of different shapes see the same transaction', async (t) => {
  const items = await fixture.table()
  const sizes = Array.from({ length: 20 }, (_, size) => size)
  const followers = await Promise.all(sizes.map((size) => fixture.ready(t, { table: items, where: `size = ${size}` })))
  const txid = await fixture.write(`UPDATE ${items} SET note = 'seen'`)
  for (const [size, follower] of followers.entries()) {
    await fixture.agrees(follower, items, `size = ${size}`)
    assert.deepEqual(follower.operations(2).sort(), [`update ${size || 200}`, `update ${size + 100}`].sort())
    assert.deepEqual(follower.changes.at(-1).headers.txids, [txid])
  }
})

test('a bad filter is refused, and told to the client', async (t) => {
  const items = await fixture.table()
  const error = await new Promise((resolve) => {
    fixture.follow(t, { table: items, where: 'nonsense = 1' }, { onError: resolve })
  })
  assert.equal(error.status, 400)
  assert.match(JSON.stringify(error.json), /nonsense/)
})
