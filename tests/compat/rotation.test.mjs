// Shapes that are given up under their clients, again and again: each client ends with the rows of the table, and none
// runs into the limits that it has for servers that lead it in circles.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'

import { Fixture } from './fixture.mjs'
import { QUICK, Server, warnings } from './support.mjs'

let fixture

before(async () => {
  fixture = await Fixture.start('--chunk-bytes', '4000', '--allow-delete')
})

after(() => fixture?.stop())

// A client that starts five times within 500 ms takes it for a loop. From the second rotation to the fifth is more.
const PACE_MS = 200

const FILTERS = ['true', 'size < 50', 'size >= 50', `name LIKE 'item 1%'`]

/** Two clients of each of several shapes of one table, by filter: one polls, the other has a stream. */
async function crowd(t, table) {
  const start = (where, liveSse) => fixture.ready(t, { table, where }, { liveSse, backoffOptions: QUICK })
  const pair = (where) => Promise.all([start(where, false), start(where, true)])
  return new Map(await Promise.all(FILTERS.map(async (where) => [where, await pair(where)])))
}

async function allAgree(clients, table) {
  await Promise.all([...clients].map(([where, followers]) => fixture.agrees(followers, table, where)))
}

const CAUSES = {
  TRUNCATE: (table, n) => `
    TRUNCATE ${table};
    INSERT INTO ${table} SELECT n, 'item ' || n, (n + ${n}) % 100 FROM generate_series(1, 150) n`,
  'new columns': (table, n) => `
    ALTER TABLE ${table} ADD COLUMN extra_${n} text DEFAULT 'x';
    UPDATE ${table} SET size = ${n}`,
  'new types': (table, n) => `
    ALTER TABLE ${table} ALTER note TYPE varchar(${10 + n});
    UPDATE ${table} SET size = ${n}`,
  'new tables': (table, n) => `
    DROP TABLE ${table};
    CREATE TABLE ${table} (id bigint PRIMARY KEY, name text NOT NULL, size integer, note text);
    INSERT INTO ${table} SELECT n, 'item ' || n, (n + ${n}) % 100 FROM generate_series(1, 150) n`,
}

for (const [cause, sql] of Object.entries(CAUSES)) {
  test(`clients of several shapes survive a storm of ${cause}`, async (t) => {
    const warned = warnings(t)
    const items = await fixture.table()
    const clients = await crowd(t, items)
    for (let n = 1; n <= 6; n++) {
      await fixture.write(sql(items, n))
      await fixture.agrees(clients.get('true')[0], items)
      await setTimeout(PACE_MS)
    }
    await allAgree(clients, items)
    await fixture.write(`UPDATE ${items} SET note = 'after' WHERE id % 2 = 0; DELETE FROM ${items} WHERE id < 10`)
    await allAgree(clients, items)
    for (const { controls } of [...clients.values()].flat()) assert.ok(controls.includes('must-refetch'))
    assert.deepEqual(warned(), [])
  })
}

test('a shape that is deleted is made anew for all who follow it', async (t) => {
  const warned = warnings(t)
  const items = await fixture.table()
  const clients = await crowd(t, items)
  const [[filter, [follower]]] = clients
  const handle = follower.stream.shapeHandle
  const { status } = await fetch(`${fixture.server.url}?handle=${handle}`, { method: 'DELETE' })
  assert.equal(status, 202)
  await fixture.write(`UPDATE ${items} SET note = 'after'`)
  await allAgree(clients, items)
  for (const [where, followers] of clients) {
    for (const { controls } of followers) assert.equal(controls.includes('must-refetch'), where === filter)
  }
  assert.notEqual(follower.stream.shapeHandle, handle)
  assert.deepEqual(warned(), [])
})

test('a client that comes back after its shape had to make place starts again', async (t) => {
  const items = await fixture.table()
  const server = await Server.start(fixture.database, '--max-shapes', '2')
  t.after(() => server.stop())
  const { url } = server
  const first = await fixture.ready(t, { table: items }, { url })
  const { shapeHandle: handle, lastOffset: offset } = first.stream
  first.stop()
  for (const size of [1, 2, 3]) {
    const other = await fixture.ready(t, { table: items, where: `size = ${size}` }, { url, backoffOptions: QUICK })
    await fixture.agrees(other, items, `size = ${size}`)
    other.stop()
  }
  const again = fixture.follow(t, { table: items }, { url, handle, offset, backoffOptions: QUICK })
  await again.until('must-refetch', ({ controls }) => controls.includes('must-refetch'))
  await fixture.agrees(again, items)
  assert.notEqual(again.stream.shapeHandle, handle)
})
