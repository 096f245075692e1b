// Collections of TanStack DB that load what live queries ask for: on demand only, or ahead of the whole.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'

import { and, createLiveQueryCollection, eq, gt, gte, ilike, inArray, isNull } from '@tanstack/db'
import { length, like, lower, lt, not, or } from '@tanstack/db'

import { Fixture } from './fixture.mjs'
import { warnings, within } from './support.mjs'
import { Todos, until, values } from './todos.mjs'

let fixture, todos

before(async () => {
  fixture = await Fixture.start('--chunk-bytes', '10000')
  todos = new Todos(fixture)
})

after(() => fixture?.stop())

const onDemand = (t, table, shapeOptions) => todos.collection(t, table, { syncMode: 'on-demand', shapeOptions })

/** A live query of the rows of a collection that fulfil a condition. */
const where = (collection, condition) =>
  createLiveQueryCollection((q) => q.from({ todo: collection }).where(({ todo }) => condition(todo)))

const loaded = (...queries) => within('the queries', Promise.all(queries.map((query) => query.preload())))

/** One change for each of the first rows, each in a transaction of its own. */
function changes(table, rows, title) {
  const change = (_, n) => `UPDATE ${table} SET title = '${title} ${n}' WHERE id = '${n + 1}'`
  return Array.from({ length: rows }, change).join(';\n')
}

for (const subsetMethod of ['GET', 'POST']) {
  test(`case_127: two subsets that are loaded while the table is written are right, by ${subsetMethod}`, async (t) => {
    const warned = warnings(t)
    const table = await todos.table(300)
    for (const liveSse of [false, true]) {
      const collection = onDemand(t, table, { subsetMethod, liveSse })
      const small = where(collection, ({ size }) => lt(size, 200))
      const large = where(collection, ({ size }) => gte(size, 100))
      const written = fixture.database.sql(changes(table, 300, `events ${liveSse}`))
      await loaded(small)
      await loaded(large)
      await written
      await todos.agrees(small, table, 'size < 200')
      await todos.agrees(large, table, 'size >= 100')
      await fixture.write(`
        DELETE FROM ${table} WHERE id = '150';
        INSERT INTO ${table} VALUES ('150', 'new', true, 150)`)
      await todos.agrees(small, table, 'size < 200')
      await todos.agrees(large, table, 'size >= 100')
    }
    assert.deepEqual(warned(), [])
  })
}

test('the conditions of live queries mean the same in the database', async (t) => {
  const table = await todos.table(40)
  await fixture.database.sql(`
    UPDATE ${table} SET size = NULL WHERE size > 35;
    UPDATE ${table} SET title = 'it''s 100%' WHERE id = '1'`)
  const conditions = [
    [({ id }) => eq(id, '7'), `id = '7'`],
    [({ id }) => inArray(id, ['1', '2', 'none']), `id IN ('1', '2')`],
    [({ size }) => isNull(size), 'size IS NULL'],
    [({ size }) => not(isNull(size)), 'size IS NOT NULL'],
    [({ title }) => ilike(title, 'TODO 1%'), `title ILIKE 'TODO 1%'`],
    [({ title }) => like(title, `%'s 10__`), `id = '1'`],
    [({ title }) => eq(lower(title), 'todo 3'), `lower(title) = 'todo 3'`],
    [({ title }) => gt(length(title), 6), 'length(title) > 6'],
    [({ done, size }) => and(eq(done, true), or(lt(size, 5), gt(size, 30))), 'done AND (size < 5 OR size > 30)'],
    [({ done }) => not(done), 'NOT done'],
  ]
  for (const [condition, sql] of conditions) {
    const query = where(onDemand(t, table), condition)
    await loaded(query)
    await todos.agrees(query, table, sql)
  }
})

test('only what is asked for is loaded, page by page', async (t) => {
  const table = await todos.table(50)
  const collection = onDemand(t, table)
  const pages = createLiveQueryCollection((q) =>
    q
      .from({ todo: collection })
      .orderBy(({ todo }) => todo.size, 'desc')
      .limit(5),
  )
  await loaded(pages)
  const sizes = (...expected) => (rows) => rows.map(({ size }) => size).join() === expected.join()
  await until(pages, 'the first page', sizes(50, 49, 48, 47, 46))
  assert.ok(collection.size < 50)
  await within('the second page', Promise.resolve(pages.utils.setWindow({ offset: 5, limit: 5 })))
  await until(pages, 'the second page', sizes(45, 44, 43, 42, 41))
  assert.ok(collection.size < 50)
  await fixture.write(`INSERT INTO ${table} VALUES ('new', 'new', false, 100)`)
  await until(pages, 'the second page, moved on', sizes(46, 45, 44, 43, 42))
})

test('rows come into what is loaded, and leave it', async (t) => {
  const table = await todos.table(50)
  const collection = onDemand(t, table, { params: { table, replica: 'full' } })
  const query = where(collection, ({ size }) => lt(size, 10))
  await loaded(query)
  await todos.agrees(query, table, 'size < 10')
  await fixture.write(`UPDATE ${table} SET size = 60 - size WHERE size < 5 OR size > 45`)
  await todos.agrees(query, table, 'size < 10')
  await fixture.write(`UPDATE ${table} SET size = -size WHERE size > 50; DELETE FROM ${table} WHERE size = 7`)
  await todos.agrees(query, table, 'size < 10')
})

test('a lazy join loads the rows that it meets', async (t) => {
  const [table, other] = [await todos.table(6), await todos.table(100)]
  const [few, many] = [todos.collection(t, table), onDemand(t, other)]
  const joined = createLiveQueryCollection((q) =>
    q
      .from({ one: few })
      .join({ two: many }, ({ one, two }) => eq(one.id, two.id), 'left')
      .select(({ one, two }) => ({ id: one.id, title: two?.title })),
  )
  await loaded(joined)
  const shows = (expected) => (rows) => values(rows) === expected
  await until(joined, 'all', shows('1 todo 1, 2 todo 2, 3 todo 3, 4 todo 4, 5 todo 5, 6 todo 6'))
  assert.equal(many.size, 6)
  await fixture.write(`UPDATE ${other} SET title = 'changed' WHERE id = '2'; DELETE FROM ${table} WHERE id > '3'`)
  await until(joined, 'the rest', shows('1 todo 1, 2 changed, 3 todo 3'))
})

test('writes to what is loaded are matched with the stream', async (t) => {
  const table = await todos.table(50)
  const collection = onDemand(t, table)
  const query = where(collection, ({ size }) => lt(size, 10))
  await loaded(query)
  const wrote = [
    collection.update('3', (row) => void (row.title = 'mine')),
    collection.insert({ id: 'new', title: 'mine', done: false, size: 0 }),
    collection.delete('4'),
  ]
  await within('the writes to come back', Promise.all(wrote.map(({ isPersisted }) => isPersisted.promise)))
  await todos.agrees(query, table, 'size < 10')
})

test('what was loaded is loaded again after a rotation', async (t) => {
  const table = await todos.table(50)
  const query = where(onDemand(t, table), ({ size }) => lt(size, 10))
  await loaded(query)
  await fixture.write(`
    TRUNCATE ${table};
    INSERT INTO ${table} SELECT n, 'again ' || n, true, n FROM generate_series(1, 20) n`)
  await todos.agrees(query, table, 'size < 10')
  await fixture.write(`INSERT INTO ${table} VALUES ('new', 'new', true, 0)`)
  await todos.agrees(query, table, 'size < 10')
})

test('a progressive collection shows what is asked for before it has all', async (t) => {
  const table = await todos.table(2_000)
  let release
  const released = new Promise((resolve) => (release = resolve))
  const asked = []
  const fetchClient = async (input, init) => {
    const { searchParams } = new URL(input)
    asked.push([...searchParams.keys()])
    const isSubset = [...searchParams.keys()].some((name) => name.startsWith('subset__'))
    if (!isSubset) await released
    return fetch(input, init)
  }
  const collection = todos.collection(t, table, { syncMode: 'progressive', shapeOptions: { fetchClient } })
  const query = where(collection, ({ size }) => lt(size, 10))
  await until(query, 'what was asked for', (rows) => rows.length === 9)
  assert.ok(collection.size < 20)
  const written = fixture.database.sql(changes(table, 100, 'meanwhile'))
  release()
  await loaded(query)
  await until(collection, 'all', (rows) => rows.length === 2_000)
  await written
  await todos.agrees(collection, table)
  await todos.agrees(query, table, 'size < 10')
  const before = asked.length
  const large = where(collection, ({ size }) => gt(size, 1_990))
  await loaded(large)
  await todos.agrees(large, table, 'size > 1990')
  assert.ok(asked.slice(before).every((names) => !names.some((name) => name.startsWith('subset__'))))
})
