// Collections of TanStack DB over tables of todos, with the writer that an app would have behind its own endpoint.

import { electricCollectionOptions } from '@tanstack/electric-db-collection'
import { BTreeIndex, createCollection } from '@tanstack/db'

import { within } from './support.mjs'

export class Todos {
  constructor(fixture) {
    Object.assign(this, { fixture, count: 0, tables: new Map() })
  }

  /** A table of a test's own. */
  async table(rows = 10) {
    const name = `todos_${++this.count}`
    await this.fixture.database.sql(`
      CREATE TABLE ${name} (id text PRIMARY KEY, title text NOT NULL, done boolean NOT NULL, size integer);
      INSERT INTO ${name} SELECT n, 'todo ' || n, n % 2 = 0, n FROM generate_series(1, ${rows}) n`)
    return name
  }

  /** A collection of the rows of a table, until the test ends. */
  collection(t, table, { shapeOptions, ...options } = {}) {
    const save = ({ transaction }) => this.save(transaction)
    const abort = new AbortController()
    t.after(() => abort.abort())
    const shape = { url: this.fixture.server.url, params: { table }, signal: abort.signal, warnOnHttp: false }
    const config = {
      getKey: ({ id }) => id,
      shapeOptions: { ...shape, ...shapeOptions },
      autoIndex: 'eager',
      defaultIndexType: BTreeIndex,
      ...{ onInsert: save, onUpdate: save, onDelete: save },
    }
    const collection = createCollection(electricCollectionOptions({ ...config, ...options }))
    this.tables.set(collection, table)
    return collection
  }

  /** Writes what an app changed in one transaction, and tells what to wait for, and for how long. */
  async save({ mutations }) {
    const statements = mutations.map(({ type, collection, original, modified, changes }) => {
      const table = this.tables.get(collection)
      switch (type) {
        case 'insert':
          return `INSERT INTO ${table} (${Object.keys(modified)}) VALUES (${Object.values(modified).map(literal)})`
        case 'update':
          return `UPDATE ${table} SET ${assignments(changes)} WHERE id = ${literal(original.id)}`
        case 'delete':
          return `DELETE FROM ${table} WHERE id = ${literal(original.id)}`
      }
    })
    return { txid: await this.fixture.write(statements.join('; ')), timeout: 30_000 }
  }

  /** Waits until a collection has exactly the rows of the table that fulfil the condition. */
  async agrees(collection, table, condition = 'true') {
    const query = `SELECT id, title, done, size FROM ${table} WHERE ${condition}`
    const expected = (await this.fixture.database.rows(query)).map(text).sort().join('\n')
    await until(collection, `the rows of ${query}`, (rows) => rows.map(text).sort().join('\n') === expected)
  }
}

/** The values of rows, sorted, without what TanStack DB adds to them. */
export function values(rows) {
  const own = (row) => Object.entries(row).filter(([name]) => !name.startsWith('$'))
  return rows.map((row) => own(row).map(([, value]) => value).join(' ')).sort().join(', ')
}

/** Waits until the rows of a collection are as claimed. */
export async function until(collection, what, claim) {
  let subscription
  const held = new Promise((resolve) => {
    const look = () => claim(collection.toArray) && resolve()
    // It tells of no row that it has not told before.
    subscription = collection.subscribeChanges(look, { includeInitialState: true })
    look()
  })
  try {
    await within(`the collection to have ${what}`, held)
  } catch (error) {
    error.message += `; it has ${collection.size}`
    throw error
  } finally {
    subscription.unsubscribe()
  }
}

const text = ({ id, title, done, size }) => `${id} ${title} ${done} ${size}`

const literal = (value) => (value === null ? 'NULL' : `'${String(value).replaceAll("'", "''")}'`)

function assignments(changes) {
  return Object.entries(changes).map(([name, value]) => `${name} = ${literal(value)}`)
}
