// Collections of TanStack DB that hold a whole shape, and writes that are matched with what the stream brings back.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'

import { isChangeMessage } from '@tanstack/electric-db-collection'
import { count, createLiveQueryCollection, createTransaction, eq, gt } from '@tanstack/db'

import { Fixture } from './fixture.mjs'
import { within } from './support.mjs'
import { Todos, until, values } from './todos.mjs'

let fixture, todos

before(async () => {
  fixture = await Fixture.start('--chunk-bytes', '10000')
  todos = new Todos(fixture)
})

after(() => fixture?.stop())

/** A collection that has its first rows. */
async function ready(t, table, options) {
  const collection = todos.collection(t, table, options)
  await within('the first rows', collection.preload())
  return collection
}

/** Resolves once a change of the app is written, and was seen to come back. */
const persisted = (transaction) => within('the change to come back', transaction.isPersisted.promise)

test('a collection has the rows of the table after the first sync, changes and rotations', async (t) => {
  const table = await todos.table(1_000)
  const collection = await ready(t, table)
  assert.equal(collection.size, 1_000)
  const steps = [
    `UPDATE ${table} SET done = NOT done WHERE size % 3 = 0`,
    `INSERT INTO ${table} VALUES ('a', 'new', false, NULL); UPDATE ${table} SET title = 'newer' WHERE id = 'a'`,
    `UPDATE ${table} SET id = 'b' WHERE id = 'a'`,
    `DELETE FROM ${table} WHERE size > 500`,
    `TRUNCATE ${table}; INSERT INTO ${table} VALUES ('c', 'after', true, 1)`,
    `ALTER TABLE ${table} ADD COLUMN extra text; UPDATE ${table} SET title = 'altered'`,
    `INSERT INTO ${table} VALUES ('d', 'last', true, 1)`,
  ]
  for (const sql of steps) {
    await fixture.write(sql)
    await todos.agrees(collection, table)
  }
})

for (const [over, shapeOptions] of [['by polling'], ['as events', { liveSse: true }]]) {
  test(`case_128: changes of the app are seen to come back within 5 s, ${over}`, async (t) => {
    const table = await todos.table()
    const save = async ({ transaction }) => {
      const { txid } = await todos.save(transaction)
      // Without a timeout, which is then that of the library.
      return { txid }
    }
    const writes = { onInsert: save, onUpdate: save, onDelete: save, shapeOptions }
    const [collection, other] = await Promise.all([ready(t, table, writes), ready(t, table)])
    const insert = collection.insert({ id: 'mine', title: "It's mine", done: false, size: 5 })
    assert.equal(collection.get('mine').size, 5)
    await persisted(insert)
    await persisted(collection.update('mine', (row) => Object.assign(row, { done: true, size: null })))
    assert.equal(collection.get('mine').done, true)
    await todos.agrees(collection, table)
    await persisted(collection.delete(['mine', '1', '2']))
    assert.equal(collection.size, 8)
    await persisted(collection.insert(['x', 'y', 'z'].map((id) => ({ id, title: id, done: true, size: 1 }))))
    for (const each of [collection, other]) await todos.agrees(each, table)
  })
}

test('many changes at once are all matched, while others write too', async (t) => {
  const table = await todos.table(50)
  const collection = await ready(t, table)
  const changes = []
  for (let n = 1; n <= 10; n++) {
    changes.push(collection.update(String(n), (row) => void (row.title = `mine ${n}`)))
    changes.push(collection.insert({ id: `new ${n}`, title: 'new', done: false, size: n }))
    changes.push(fixture.write(`UPDATE ${table} SET size = -size WHERE id = '${n}' OR id = '${n + 10}'`))
  }
  await Promise.all(changes.map((change) => (change.isPersisted ? persisted(change) : change)))
  await todos.agrees(collection, table)
})

test('a transaction over several collections is one in the database', async (t) => {
  const tables = [await todos.table(), await todos.table()]
  const [one, two] = await Promise.all(tables.map((table) => ready(t, table)))
  const mutationFn = async ({ transaction }) => {
    const { txid, timeout } = await todos.save(transaction)
    await Promise.all([one, two].map(({ utils }) => utils.awaitTxId(txid, timeout)))
  }
  const transaction = createTransaction({ mutationFn })
  transaction.mutate(() => {
    one.delete('3')
    two.update('3', (row) => void (row.title = 'moved'))
  })
  await persisted(transaction)
  assert.equal(one.has('3'), false)
  assert.equal(two.get('3').title, 'moved')
  await Promise.all([todos.agrees(one, tables[0]), todos.agrees(two, tables[1])])
})

test('a change that the database refuses is taken back', async (t) => {
  const table = await todos.table()
  await fixture.database.sql(`ALTER TABLE ${table} ADD CHECK (size < 100)`)
  const collection = await ready(t, table)
  const change = collection.update('1', (row) => void (row.size = 100))
  assert.equal(collection.get('1').size, 100)
  await assert.rejects(persisted(change), /check constraint/)
  assert.equal(collection.get('1').size, 1)
})

test('a transaction that was over before the first sync is known', async (t) => {
  const table = await todos.table()
  const txid = await fixture.write(`UPDATE ${table} SET done = true`)
  const collection = await ready(t, table)
  await within('the transaction', collection.utils.awaitTxId(txid))
  const next = await fixture.write(`UPDATE ${table} SET done = false`)
  await within('the next one', collection.utils.awaitTxId(next))
})

test('a change may be matched by what it says', async (t) => {
  const table = await todos.table()
  const collection = await ready(t, table)
  const says = (message) => isChangeMessage(message) && message.value.title === 'matched'
  const match = collection.utils.awaitMatch(says, 30_000)
  await fixture.write(`UPDATE ${table} SET title = 'matched' WHERE id = '7'`)
  await within('the match', match)
  assert.equal(collection.get('7').title, 'matched')
})

test('live queries over collections follow the tables', async (t) => {
  const [table, sizes] = [await todos.table(30), await todos.table(3)]
  const [all, few] = [todos.collection(t, table), todos.collection(t, sizes)]
  const open = createLiveQueryCollection((q) =>
    q
      .from({ todo: all })
      .where(({ todo }) => eq(todo.done, false))
      .orderBy(({ todo }) => todo.size, 'desc')
      .limit(3),
  )
  const joined = createLiveQueryCollection((q) =>
    q
      .from({ todo: all })
      .join({ size: few }, ({ todo, size }) => eq(todo.size, size.size), 'inner')
      .select(({ todo, size }) => ({ id: todo.id, title: size.title })),
  )
  const counted = createLiveQueryCollection((q) =>
    q
      .from({ todo: all })
      .where(({ todo }) => gt(todo.size, 10))
      .groupBy(({ todo }) => todo.done)
      .select(({ todo }) => ({ done: todo.done, rows: count(todo.id) })),
  )
  await within('the queries', Promise.all([open, joined, counted].map((query) => query.preload())))
  const shows = (...expected) => (rows) => values(rows) === expected.join(', ')
  const largest = (...expected) => (rows) => rows.map(({ id }) => id).join() === expected.join()
  await until(open, 'the largest', largest('29', '27', '25'))
  await until(joined, 'three rows', (rows) => rows.length === 3)
  await fixture.write(`UPDATE ${table} SET done = true, size = 3 WHERE id = '27'; DELETE FROM ${sizes} WHERE size = 1`)
  await until(open, 'the next ones', largest('29', '25', '23'))
  await until(joined, 'another three', shows('2 todo 2', '27 todo 3', '3 todo 3'))
  await until(counted, 'the counts', shows('false 9', 'true 10'))
})
