// The published React hooks, of the client and of TanStack DB, in a page without a browser.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'

import { Page, hide } from './page.mjs'

import { preloadShape, useShape } from '@electric-sql/react'
import { eq, useLiveQuery } from '@tanstack/react-db'
import { createElement, useCallback } from 'react'

import { Fixture } from './fixture.mjs'
import { Todos } from './todos.mjs'

let fixture

before(async () => {
  fixture = await Fixture.start('--chunk-bytes', '10000')
})

after(() => fixture?.stop())

/** The options of a hook for a table, and each request that the hooks then make. */
function options(t, params) {
  const abort = new AbortController()
  t.after(() => abort.abort())
  const asked = []
  const fetchClient = async (input, init) => {
    const response = await fetch(input, init)
    asked.push({ status: response.status, url: new URL(input) })
    return response
  }
  return { asked, options: { url: fixture.server.url, params, signal: abort.signal, fetchClient, warnOnHttp: false } }
}

const names = (data) => data.map(({ name }) => name).sort().join(', ')

function Names({ options }) {
  const { data, isLoading, isError, error } = useShape(options)
  if (isError) return `error ${error.status}`
  return isLoading ? 'loading' : names(data)
}

function Count({ options }) {
  return useShape({ ...options, selector: useCallback(({ data }) => `${data.length} rows`, []) })
}

test('a component shows the rows, changes and rotations', async (t) => {
  const items = await fixture.table(3)
  const { options: shape } = options(t, { table: items })
  const page = new Page(t, createElement(Names, { options: shape }))
  await page.shows('item 1, item 2, item 3')
  await fixture.write(`UPDATE ${items} SET name = 'second' WHERE id = 2; DELETE FROM ${items} WHERE id = 1`)
  await page.shows('item 3, second')
  await fixture.write(`TRUNCATE ${items}`)
  await page.shows('')
  await fixture.write(`INSERT INTO ${items} VALUES (1, 'afresh')`)
  await page.shows('afresh')
  assert.match(localStorage.getItem('electric_expired_shapes'), new RegExp(`table=${items}`))
})

test('components of one shape share its stream, with one that comes later', async (t) => {
  const items = await fixture.table(3)
  const { options: shape, asked } = options(t, { table: items })
  const count = createElement(Count, { options: shape, key: 'count' })
  const all = createElement(Names, { options: shape, key: 'names' })
  const page = new Page(t, [count, all])
  await page.shows('3 rowsitem 1, item 2, item 3')
  page.render([count])
  await page.shows('3 rows')
  await fixture.write(`INSERT INTO ${items} VALUES (4, 'item 4')`)
  await page.shows('4 rows')
  page.render([count, all])
  await page.shows('4 rowsitem 1, item 2, item 3, item 4')
  const starts = asked.filter(({ url }) => url.searchParams.get('offset') === '-1')
  assert.equal(starts.length, 1)
  assert.ok(asked.every(({ status }) => status === 200))
})

test('a shape that was loaded before is shown at once', async (t) => {
  const items = await fixture.table(2_000)
  const { options: shape } = options(t, { table: items })
  const { currentRows } = await preloadShape(shape)
  assert.equal(currentRows.length, 2_000)
  const seen = []
  function Watch() {
    const { data, isLoading } = useShape(shape)
    seen.push([data.length, isLoading])
    return `${data.length}`
  }
  const page = new Page(t, createElement(Watch))
  await page.shows('2000')
  assert.deepEqual(seen[0], [2_000, false])
  await fixture.write(`DELETE FROM ${items} WHERE id > 10`)
  await page.shows('10')
})

test('other options are another shape', async (t) => {
  const items = await fixture.table(100)
  const filtered = (where) => createElement(Count, { options: options(t, { table: items, where }).options })
  const page = new Page(t, filtered('size < 10'))
  await page.shows('10 rows')
  page.render(filtered('size < 50'))
  await page.shows('50 rows')
  await fixture.write(`UPDATE ${items} SET size = size + 1`)
  await page.shows('49 rows')
})

test('a refused shape is an error of the component', async (t) => {
  const { options: shape } = options(t, { table: 'nowhere' })
  const refused = { ...shape, onError: () => {} }
  const page = new Page(t, createElement(Names, { options: refused }))
  await page.shows('error 400')
})

test('a hidden page asks for nothing, and catches up when it is seen again', async (t) => {
  const items = await fixture.table(3)
  const { options: shape, asked } = options(t, { table: items })
  const page = new Page(t, createElement(Names, { options: shape }))
  await page.shows('item 1, item 2, item 3')
  hide(true)
  t.after(() => hide(false))
  await fixture.write(`DELETE FROM ${items} WHERE id = 1`)
  await fixture.write(`UPDATE ${items} SET name = 'second' WHERE id = 2`)
  const count = asked.length
  await fixture.ready(t, { table: items }, { runtimeVisibility: { subscribe: () => () => {} } })
  assert.equal(asked.length, count)
  hide(false)
  await page.shows('item 3, second')
  assert.ok(!asked[count].url.searchParams.has('live'))
})

test('a live query shows what the app changes at once, and what others change', async (t) => {
  const todos = new Todos(fixture)
  const table = await todos.table(6)
  const collection = todos.collection(t, table)
  function Open() {
    const open = (q) => q.from({ todo: collection }).where(({ todo }) => eq(todo.done, false))
    const { data, isLoading } = useLiveQuery((q) => open(q).orderBy(({ todo }) => todo.title))
    return isLoading ? 'loading' : data.map(({ title }) => title).join(', ')
  }
  const page = new Page(t, createElement(Open))
  await page.shows('todo 1, todo 3, todo 5')
  const change = collection.update('3', (row) => void (row.title = 'third'))
  await page.shows('third, todo 1, todo 5')
  await change.isPersisted.promise
  await fixture.write(`UPDATE ${table} SET done = NOT done WHERE id IN ('1', '2')`)
  await page.shows('third, todo 2, todo 5')
})
