// What most files here start with: a database, a server in front of it, and tables of items.

import { Database, Follower, Server } from './support.mjs'

export class Fixture {
  static async start(...options) {
    const database = await Database.start()
    return new Fixture(database, await Server.start(database, ...options))
  }

  constructor(database, server) {
    Object.assign(this, { database, server, tables: 0 })
  }

  async stop() {
    await this.server.stop()
    await this.database.stop()
  }

  /** A table of a test's own, so that what other tests write is not in its log. */
  async table(rows = 200) {
    const name = `items_${++this.tables}`
    await this.database.sql(`
      CREATE TABLE ${name} (id bigint PRIMARY KEY, name text NOT NULL, size integer, note text);
      INSERT INTO ${name} SELECT n, 'item ' || n, n % 100 FROM generate_series(1, ${rows}) n`)
    return name
  }

  /** A client, until the test ends. */
  follow(t, params, options = {}) {
    const follower = new Follower(this.server.url, { params, ...options })
    t.after(() => follower.stop())
    return follower
  }

  /** A client that has the first rows. */
  async ready(t, params, options) {
    const follower = this.follow(t, params, options)
    await follower.upToDate()
    return follower
  }

  /** Waits until each of the clients has exactly the rows of the table that fulfil the condition. */
  async agrees(followers, table, condition = 'true') {
    const query = `SELECT id::text, name, size, note FROM ${table} WHERE ${condition}`
    const expected = new Map((await this.database.rows(query)).map((row) => [row.id, row]))
    const holds = ({ rows }) => {
      if (rows.size !== expected.size) return false
      return [...rows.values()].every((row) => {
        const other = expected.get(String(row.id))
        return other && row.name === other.name && row.size === other.size && row.note === other.note
      })
    }
    const what = `the ${expected.size} rows of ${query}`
    await Promise.all([followers].flat().map((follower) => follower.until(what, holds)))
  }

  /** Runs statements in a transaction, and returns its id. */
  async write(sql) {
    return Number(await this.database.sql(`BEGIN; ${sql}; SELECT pg_current_xact_id()::xid; COMMIT`))
  }
}
