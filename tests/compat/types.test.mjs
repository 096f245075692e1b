// Values of each type, as the published client parses them by the schema header: the same from the first rows as from
// the stream.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'

import { Database, Follower, Server } from './support.mjs'

/** Type, a literal of it, and the value in JavaScript. */
const TYPES = [
  ['boolean', 'true', true],
  ['smallint', '-32768', -32768],
  ['integer', '2147483647', 2147483647],
  ['bigint', '9223372036854775807', 9223372036854775807n],
  ['real', '1.5', 1.5],
  ['double precision', '0.1', 0.1],
  ['double precision', '-Infinity', -Infinity],
  ['double precision', 'NaN', NaN],
  ['numeric', '123456789012345678901234567890.10', '123456789012345678901234567890.10'],
  ['numeric(8,2)', '7', '7.00'],
  ['text', 'quote " back \\ newline \n tab \t snow \u2603 rocket \u{1F680}', undefined],
  ['text', '', ''],
  ['varchar(8)', 'short', 'short'],
  ['char(5)', 'ab', 'ab   '],
  ['bytea', '\\x00ff10', '\\x00ff10'],
  ['uuid', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'],
  ['date', '2024-02-29', '2024-02-29'],
  ['time', '12:34:56.789', '12:34:56.789'],
  ['timestamp', '2024-02-29 12:34:56.000001', '2024-02-29 12:34:56.000001'],
  ['timestamptz', '2024-02-29 12:34:56+02', '2024-02-29 10:34:56+00'],
  ['interval', '1 day 2 hours', 'P1DT2H'],
  ['json', '{"b": [1, "x", null],  "a": 1.50}', { b: [1, 'x', null], a: 1.5 }],
  ['jsonb', '{"b": [1, "x", null],  "a": 1.50}', { a: 1.5, b: [1, 'x', null] }],
  ['inet', '192.168.0.1/24', '192.168.0.1/24'],
  ['macaddr', '08:00:2b:01:02:03', '08:00:2b:01:02:03'],
  ['int4range', '[1,10]', '[1,11)'],
  ['mood', 'so, so', 'so, so'],
  ['positive', '7', '7'],
  ['integer[]', '{1,NULL,-3}', [1, null, -3]],
  ['bigint[]', '{9223372036854775807}', [9223372036854775807n]],
  ['boolean[]', '{t,f,NULL}', [true, false, null]],
  ['text[]', '{a,"b c","d\\"e",NULL,"NULL",""}', ['a', 'b c', 'd"e', null, 'NULL', '']],
  ['integer[][]', '{{1,2},{3,4}}', [[1, 2], [3, 4]]],
  ['jsonb[]', '{"{\\"a\\": 1}"}', [{ a: 1 }]],
  ['uuid[]', '{}', []],
]

const literal = (text) => `'${text.replaceAll("'", "''")}'`

let database, server

before(async () => {
  database = await Database.start()
  const columns = TYPES.map(([type], n) => `c${n} ${type}`)
  const values = TYPES.map(([, text]) => literal(text))
  await database.sql(`
    CREATE TYPE mood AS ENUM ('happy', 'so, so');
    CREATE DOMAIN positive AS integer CHECK (value > 0);
    CREATE TABLE things (id integer PRIMARY KEY, ${columns.join(', ')});
    INSERT INTO things VALUES (1, ${values.join(', ')});
    INSERT INTO things VALUES (2)`)
  server = await Server.start(database)
})

after(async () => {
  await server?.stop()
  await database?.stop()
})

test('each type is parsed alike from the first rows and from the stream', async (t) => {
  const follower = new Follower(server.url, { params: { table: 'things' } })
  t.after(() => follower.stop())
  await follower.upToDate()
  await database.sql(`
    CREATE TEMPORARY TABLE copy AS SELECT * FROM things;
    UPDATE copy SET id = id + 2;
    INSERT INTO things SELECT * FROM copy`)
  await follower.until('all rows', ({ rows }) => rows.size === 4)
  const rows = new Map([...follower.rows.values()].map((row) => [row.id, row]))
  for (const [n, [type, text, value]] of TYPES.entries()) {
    const expected = value === undefined ? text : value
    for (const id of [1, 3]) assert.deepEqual(rows.get(id)[`c${n}`], expected, `${type} ${text} of row ${id}`)
    for (const id of [2, 4]) assert.equal(rows.get(id)[`c${n}`], null, `null ${type} of row ${id}`)
  }
})

test('a parser of the app is given what Postgres prints', async (t) => {
  const parser = { timestamptz: (text) => new Date(text) }
  const follower = new Follower(server.url, { params: { table: 'things', columns: ['id', 'c19'] }, parser })
  t.after(() => follower.stop())
  await follower.upToDate()
  const [row] = [...follower.rows.values()].filter(({ id }) => id === 1)
  assert.equal(row.c19.toISOString(), '2024-02-29T10:34:56.000Z')
})
