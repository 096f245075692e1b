// Subsets of a shape, asked for while the table is written: what is fetched and what is followed make one whole, where
// nothing is missing and nothing comes twice.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'

import { Shape, ShapeStream, isChangeMessage, isControlMessage, snakeCamelMapper } from '@electric-sql/client'

import { Fixture } from './fixture.mjs'
import { warnings, within } from './support.mjs'

let fixture

before(async () => {
  fixture = await Fixture.start('--chunk-bytes', '10000')
})

after(() => fixture?.stop())

const METHODS = ['GET', 'POST']

/** A stream of changes from now on, and what it told: rows by key, and inserts of rows that were there already. */
class Partial {
  static async start(t, params, options) {
    const partial = new Partial(t, params, options)
    await partial.until('the start', ({ stream }) => stream.isUpToDate)
    return partial
  }

  constructor(t, params, options) {
    const abort = new AbortController()
    t.after(() => abort.abort())
    const { signal } = abort
    Object.assign(this, { rows: new Map(), repeated: [], controls: [], waiting: new Set() })
    const fixed = { url: fixture.server.url, log: 'changes_only', offset: 'now' }
    this.stream = new ShapeStream({ ...fixed, params, signal, onError: (error) => this.#fail(error), ...options })
    this.stream.subscribe((messages) => this.#take(messages))
  }

  #take(messages) {
    for (const message of messages) {
      if (isChangeMessage(message)) this.#apply(message)
      else if (isControlMessage(message)) this.controls.push(message.headers.control)
    }
    for (const { claim, resolve } of this.waiting) if (claim(this)) resolve()
  }

  #apply({ key, value, headers }) {
    const known = this.rows.get(key)
    // A row of two subsets may come with each.
    const isFetched = 'snapshot_mark' in headers
    if (headers.operation === 'insert' && known && !isFetched) this.repeated.push(key)
    if (headers.operation === 'delete') this.rows.delete(key)
    else if (headers.operation === 'insert' || known) this.rows.set(key, { ...known, ...value })
  }

  #fail(error) {
    for (const { reject } of this.waiting) reject(error)
  }

  async until(what, claim) {
    if (claim(this)) return
    const waiter = { claim }
    const held = new Promise((resolve, reject) => Object.assign(waiter, { resolve, reject }))
    this.waiting.add(waiter)
    await within(`the stream to see ${what}`, held).finally(() => this.waiting.delete(waiter))
  }
}

const range = (first, last) => Array.from({ length: last - first + 1 }, (_, n) => first + n)

const text = ({ id, name, size, note }) => `${id} ${name} ${size} ${note}`

/** Waits until the rows known are exactly those of the table that fulfil the condition. */
async function agrees(partial, table, condition = 'true') {
  const query = `SELECT id::text, name, size, note FROM ${table} WHERE ${condition}`
  const expected = (await fixture.database.rows(query)).map(text).sort().join('\n')
  const holds = ({ rows }) => [...rows.values()].map(text).sort().join('\n') === expected
  try {
    await partial.until(`the rows of ${query}`, holds)
  } catch (error) {
    const known = new Set([...partial.rows.values()].map(text))
    const missing = expected.split('\n').filter((row) => !known.delete(row))
    error.message += `; missing are ${missing.slice(0, 5)}, and too many ${[...known].slice(0, 5)}`
    throw error
  }
  assert.deepEqual(partial.repeated, [])
}

for (const method of METHODS) {
  test(`subsets are what the database says, by ${method}`, async (t) => {
    const items = await fixture.table(50)
    const partial = await Partial.start(t, { table: items, where: 'id <= 40' }, { subsetMethod: method })
    const ids = async (options) => {
      const { data, metadata } = await within('the subset', partial.stream.requestSnapshot(options))
      for (const { headers } of data) assert.equal(headers.snapshot_mark, metadata.snapshot_mark)
      return data.map(({ value }) => Number(value.id))
    }
    const asked = [
      [{ where: 'size < 3', orderBy: 'id' }, [1, 2]],
      [{ where: 'size < $1', params: { 1: '3' }, orderBy: '"id" DESC' }, [2, 1]],
      [{ where: '"id" = ANY($1)', params: { 1: '{7,5,45}' }, orderBy: 'id' }, [5, 7]],
      [{ where: 'name ILIKE $1 AND "note" IS NULL', params: { 1: 'ITEM 1_' }, orderBy: 'id' }, range(10, 19)],
      [{ where: 'id > 9', orderBy: 'id', limit: 2, offset: 1 }, [11, 12]],
      [{ orderBy: 'id DESC NULLS FIRST', limit: 1 }, [40]],
      [{ where: 'false' }, []],
      [{ where: `LOWER(name) = 'item 3' OR size IN (8, 9)`, orderBy: 'size ASC NULLS LAST, id' }, [3, 8, 9]],
    ]
    for (const [options, expected] of asked) assert.deepEqual(await ids(options), expected, JSON.stringify(options))
    const held = [1, 2, 3, 5, 7, 8, 9, ...range(10, 19), 40]
    assert.equal(partial.rows.size, held.length)
    await fixture.write(`UPDATE ${items} SET note = 'later'; DELETE FROM ${items} WHERE id = 2`)
    await agrees(partial, items, `id IN (${held})`)
    await fixture.write(`INSERT INTO ${items} VALUES (-1, 'new')`)
    await agrees(partial, items, `id IN (${held}, -1)`)
  })

  test(`a subset may name many rows, by ${method}`, async (t) => {
    const items = await fixture.table(2_000)
    const partial = await Partial.start(t, { table: items }, { subsetMethod: method })
    const ids = range(1, 2_000).filter((id) => id % 2 === 0)
    const asked = partial.stream.requestSnapshot({ where: 'id = ANY($1)', params: { 1: `{${ids}}` } })
    const { data } = await within('the subset', asked)
    assert.equal(data.length, ids.length)
    await fixture.write(`UPDATE ${items} SET note = 'later' WHERE id % 3 = 0`)
    await agrees(partial, items, 'id % 2 = 0')
  })

  test(`no change is lost or repeated where subsets and writes meet, by ${method}`, async (t) => {
    const warned = warnings(t)
    const items = await fixture.table(400)
    for (let round = 1; round <= 2; round++) {
      const partial = await Partial.start(t, { table: items }, { subsetMethod: method, liveSse: round % 2 === 0 })
      for (let part = 0; part < 8; part++) {
        const [first, last] = [part * 50 + 1, part * 50 + 50]
        const changes = range(first, last).map((id) => change(items, round, id))
        const subset = partial.stream.requestSnapshot({ where: `id BETWEEN ${first} AND ${last}` })
        await within('the subset', Promise.all([subset, fixture.database.sql(changes.join(';\n'))]))
      }
      await within('the rest', partial.stream.requestSnapshot({ where: 'id <= 0 OR id > 400' }))
      await agrees(partial, items)
    }
    assert.deepEqual(warned(), [])
  })

  test(`a transaction that is open while a subset is asked for is followed later, by ${method}`, async (t) => {
    const items = await fixture.table(20)
    const partial = await Partial.start(t, { table: items }, { subsetMethod: method })
    const session = fixture.database.session()
    await session.run(`
      BEGIN;
      UPDATE ${items} SET note = 'open' WHERE id <= 5;
      INSERT INTO ${items} VALUES (-1, 'open')`)
    await fixture.write(`UPDATE ${items} SET note = 'over' WHERE id > 15`)
    const { data } = await within('the subset', partial.stream.requestSnapshot({ where: 'true' }))
    assert.equal(data.filter(({ value }) => value.note === 'over').length, 5)
    assert.equal(data.filter(({ value }) => value.note === 'open').length, 0)
    await session.run('COMMIT')
    await session.end()
    await agrees(partial, items)
    assert.equal(partial.rows.size, 21)
  })

  test(`a Shape asks again for its subsets after a rotation, by ${method}`, async (t) => {
    const items = await fixture.table(100)
    const { stream } = await Partial.start(t, { table: items }, { subsetMethod: method })
    const shape = new Shape(stream)
    const subsets = [{ where: 'size < $1', params: { 1: '10' } }, { orderBy: 'id DESC', limit: 3 }]
    await within('the subsets', Promise.all(subsets.map((subset) => shape.requestSnapshot(subset))))
    // The hundredth has the size 0.
    assert.equal(shape.currentRows.length, 12)
    const { shapeHandle } = stream
    await fixture.write(`
      TRUNCATE ${items};
      INSERT INTO ${items} SELECT n, 'new ' || n, n FROM generate_series(1, 50) n`)
    const expected = [...range(1, 9), ...range(48, 50)].join()
    const ids = () => shape.currentRows.map(({ id }) => Number(id)).sort((a, b) => a - b)
    const renewed = new Promise((resolve) => shape.subscribe(() => ids().join() === expected && resolve()))
    await within('the new rows', renewed)
    assert.notEqual(stream.shapeHandle, shapeHandle)
  })
}

/** A transaction with a row: most are updated, some go, come, or get another key. */
function change(table, round, id) {
  const other = round * 1000 + id
  switch ((id + round) % 10) {
    case 0:
      return `DELETE FROM ${table} WHERE id = ${id}`
    case 1:
      return `UPDATE ${table} SET id = ${other} WHERE id = ${id}`
    case 2:
      return `INSERT INTO ${table} VALUES (${-other}, 'new', ${round})`
    default:
      return `UPDATE ${table} SET size = ${-round}, note = 'round ${round}' WHERE id = ${id}`
  }
}

test('a subset that is only fetched is not put into the stream', async (t) => {
  const items = await fixture.table(20)
  const partial = await Partial.start(t, { table: items })
  const whole = new ShapeStream({ url: fixture.server.url, params: { table: items }, subscribe: false })
  for (const stream of [partial.stream, whole]) {
    const { data, metadata } = await within('the subset', stream.fetchSnapshot({ where: 'id < 4' }))
    assert.equal(data.length, 3)
    assert.match(metadata.database_lsn, /^\d+$/)
  }
  assert.equal(partial.rows.size, 0)
})

test('names are mapped in subsets', async (t) => {
  await fixture.database.sql(`
    CREATE TABLE people (person_id integer PRIMARY KEY, first_name text);
    INSERT INTO people VALUES (1, 'Ann'), (2, 'Bob')`)
  const partial = await Partial.start(t, { table: 'people' }, { columnMapper: snakeCamelMapper() })
  const options = { where: 'firstName = $1', params: { 1: 'Bob' }, orderBy: 'personId' }
  const { data } = await within('the subset', partial.stream.requestSnapshot(options))
  assert.deepEqual(data.map(({ value }) => value), [{ personId: 2, firstName: 'Bob' }])
})

test('a subset that is refused says why, and the stream goes on', async (t) => {
  const items = await fixture.table(20)
  const partial = await Partial.start(t, { table: items })
  for (const method of METHODS) {
    const asked = partial.stream.requestSnapshot({ where: 'nonsense = 1', method })
    await assert.rejects(within('the refusal', asked), ({ status, json }) => {
      assert.equal(status, 400)
      return /nonsense/.test(JSON.stringify(json))
    })
  }
  await fixture.write(`INSERT INTO ${items} VALUES (-1, 'new')`)
  await agrees(partial, items, 'id = -1')
})
